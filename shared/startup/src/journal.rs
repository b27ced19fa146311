//! The journal: a table of DynamoDB.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use journal::Dynamo;

use crate::env::{Env, Variable};
use crate::problems::Problems;

/// The table.
pub(crate) const TABLE: Variable = Variable {
    name: "ROLLCALL_JOURNAL_TABLE",
    remedy: "set it to the name of the journal's DynamoDB table",
};

/// How long it keeps what names people.
pub(crate) const KEEP_DAYS: Variable = Variable {
    name: "ROLLCALL_JOURNAL_KEEP_DAYS",
    remedy: "set it to the days after which the journal forgets names, addresses and records, or to 0 for never",
};

/// The journal, not yet asked anything.
pub(crate) fn journal(env: &Env, aws: &SdkConfig, problems: &mut Problems) -> Option<Dynamo> {
    let table = env.parsed(TABLE, problems, table_name);
    let days = env.parsed(KEEP_DAYS, problems, |text| {
        text.parse::<u32>().map_err(|_| "is no number of days")
    });
    Some(Dynamo::new(Client::new(aws), table?, Some(days?)))
}

/// What DynamoDB takes for a table's name. An ARN would do as well, but the stack names its own table.
fn table_name(text: &str) -> Result<String, &'static str> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if (3..=255).contains(&text.len()) && text.bytes().all(is_allowed) {
        Ok(text.to_owned())
    } else {
        Err("is no name of a table")
    }
}
