//! An emulator of DynamoDB, and what a test looks at behind the journal's back.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};

use super::super::item::{LISTED_AT, LISTING, PARTITION, PLACE};
use super::super::table::token;
use super::*;

/// Where the emulator is, such as `http://127.0.0.1:4566`.
const VARIABLE: &str = "ROLLCALL_TEST_DYNAMODB";

/// A journal in a new table, which keeps everything.
pub(super) async fn open() -> Dynamo {
    keeping(None).await
}

/// A journal in a new table.
pub(super) async fn keeping(keep_days: Option<u32>) -> Dynamo {
    let client = client(&address());
    let table = format!("journal-{}", token());
    create(&client, &table).await;
    Dynamo::new(client, table, keep_days)
}

/// Somebody else's journal in the same table.
pub(super) fn reopened(journal: &Dynamo) -> Dynamo {
    let name = journal.table.name();
    Dynamo::new(client(&address()), name, journal.keep_days)
}

/// A client for what listens at an address.
pub(super) fn client(address: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .endpoint_url(address)
        .build();
    Client::from_conf(config)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has nobody else to tell it where the emulator is"
)]
fn address() -> String {
    std::env::var(VARIABLE).expect("the address of the emulator is in ROLLCALL_TEST_DYNAMODB")
}

/// Makes the table as `template.yaml` does, as far as the journal depends on it.
async fn create(client: &Client, table: &str) {
    let key = |name: &str, key_type| {
        let element = KeySchemaElement::builder().attribute_name(name);
        element.key_type(key_type).build().unwrap()
    };
    let text = |name: &&str| {
        let definition = AttributeDefinition::builder().attribute_name(*name);
        let definition = definition.attribute_type(ScalarAttributeType::S);
        definition.build().unwrap()
    };
    let everything = Projection::builder()
        .projection_type(ProjectionType::All)
        .build();
    let index = GlobalSecondaryIndex::builder()
        .index_name(LISTING)
        .key_schema(key(LISTING, KeyType::Hash))
        .key_schema(key(LISTED_AT, KeyType::Range))
        .projection(everything);
    let names = [PARTITION, PLACE, LISTING, LISTED_AT];
    client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key(PARTITION, KeyType::Hash))
        .key_schema(key(PLACE, KeyType::Range))
        .set_attribute_definitions(Some(names.iter().map(text).collect()))
        .global_secondary_indexes(index.build().unwrap())
        .send()
        .await
        .unwrap();
}

/// All items of a journal's table.
pub(super) async fn items(journal: &Dynamo) -> Vec<Item> {
    let (client, name) = (journal.table.client(), journal.table.name());
    let mut pages = client
        .scan()
        .table_name(name)
        .into_paginator()
        .items()
        .send();
    let mut items = Vec::new();
    while let Some(item) = pages.next().await {
        items.push(Item::read(item.unwrap()));
    }
    items
}

/// Does what the table does with an item that has expired.
pub(super) async fn remove(journal: &Dynamo, item: &Item) {
    let gone = Write::delete(item.key().unwrap());
    journal.table.write_all([gone]).await.unwrap();
}
