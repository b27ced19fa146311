//! Clients: the companies, with their labels and owners.

use std::collections::BTreeSet;

use http_client::Stored;
use model::growcrm::{Client, ClientId, Contact, ContactId};

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::convert::Resource;
use crate::error::Error;
use crate::patch::Form;

impl Reader {
    /// Reads a client; none when it does not exist.
    pub async fn client(&self, client: ClientId) -> Result<Option<Client>, Error> {
        self.find(client.get()).await
    }

    /// All clients, in the order of their ids.
    pub async fn clients(&self) -> Result<Vec<Client>, Error> {
        let call = Call::get("list the clients", Client::LIST);
        self.list(&call).await
    }

    /// All clients with this label. There is no filter for labels, so all clients are read.
    pub async fn clients_by_tag(&self, tag: &str) -> Result<Vec<Client>, Error> {
        let mut clients = self.clients().await?;
        clients.retain(|client| client.is_tagged(tag));
        Ok(clients)
    }
}

impl Writer {
    /// Gives a client these labels and no others, in one request.
    pub async fn set_tags(
        &self,
        client: ClientId,
        tags: &[String],
    ) -> Result<Stored<Client>, Error> {
        let call = Call::put(
            format!("label client {client}"),
            format!("{}/{client}/tags", Client::LIST),
            Form::default().with_tags(tags),
        );
        let record: Client = self.write(&call, Some(client.get())).await?;
        let is_met = set(&record.tags) == set(tags);
        Ok(Stored {
            record,
            differences: if is_met { vec![] } else { vec!["tags"] },
        })
    }

    /// Makes a contact its client's account owner, in place of whoever was, in one request.
    pub async fn make_owner(&self, contact: ContactId) -> Result<Stored<Contact>, Error> {
        let call = Call::put(
            format!("make contact {contact} the account owner"),
            format!("{}/{contact}/account-owner", Contact::LIST),
            Form::default(),
        );
        let record: Contact = self.write(&call, Some(contact.get())).await?;
        let is_met = record.account_owner;
        Ok(Stored {
            record,
            differences: if is_met {
                vec![]
            } else {
                vec!["account_owner"]
            },
        })
    }
}

/// The labels, whatever their order and case.
fn set(tags: &[String]) -> BTreeSet<String> {
    tags.iter().map(|tag| tag.trim().to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{
        answer, client, client_with, contact_with, json, list, reader, sent, serve, writer,
    };

    const CLIENT: ClientId = ClientId::new(12);
    const CONTACT: ContactId = ContactId::new(45);
    const TAGS: &str = "PUT clients/12/tags";

    #[tokio::test]
    async fn a_client_is_read_by_its_id() {
        let server = MockServer::start().await;
        serve(&server, "GET clients/12", answer(200, client())).await;
        let found = reader(&server).client(CLIENT).await.unwrap().unwrap();
        assert_eq!(found.id, CLIENT);
        assert_eq!(sent(&server).await, [("GET clients/12".to_owned(), None)]);
    }

    #[tokio::test]
    async fn a_label_is_looked_for_among_all_clients() {
        let server = MockServer::start().await;
        let clients = list(&[
            client_with(json!({"id": 14})),
            client_with(json!({"id": 13, "tags": ["cw-company-25"]})),
            client_with(json!({"id": 15, "tags": null})),
            client(),
        ]);
        serve(&server, "GET clients", json(200, &clients)).await;
        let found = reader(&server).clients_by_tag("cw-company-250").await;
        let ids: Vec<u64> = found.unwrap().iter().map(|c| c.id.get()).collect();
        assert_eq!(ids, [12, 14]);
        assert_eq!(sent(&server).await.len(), 1);
    }

    #[tokio::test]
    async fn labels_are_written_as_a_whole() {
        let server = MockServer::start().await;
        let labeled = client_with(json!({"tags": ["gold", "CW-company-250"]}));
        serve(&server, TAGS, answer(200, labeled)).await;
        let tags = ["cw-company-250", "gold"].map(str::to_owned);
        let labeled = writer(&server).set_tags(CLIENT, &tags).await.unwrap();
        assert!(labeled.is_as_asked());
        assert!(labeled.record.is_tagged("gold"));
        let body = "tags%5B%5D=cw-company-250&tags%5B%5D=gold".to_owned();
        assert_eq!(sent(&server).await, [(TAGS.to_owned(), Some(body))]);
    }

    #[tokio::test]
    async fn labels_that_are_not_as_asked_are_told() {
        for (asked, found) in [
            (vec!["a"], json!([])),
            (vec!["a"], json!(["a", "b"])),
            (vec!["a", "b"], json!(["a"])),
            (vec![], json!(["a"])),
        ] {
            let server = MockServer::start().await;
            let labeled = client_with(json!({"tags": found}));
            serve(&server, TAGS, answer(200, labeled)).await;
            let tags: Vec<String> = asked.into_iter().map(str::to_owned).collect();
            let labeled = writer(&server).set_tags(CLIENT, &tags).await.unwrap();
            assert_eq!(labeled.differences, ["tags"]);
        }
    }

    #[tokio::test]
    async fn all_labels_can_be_taken_away() {
        let server = MockServer::start().await;
        let bare = client_with(json!({"tags": []}));
        serve(&server, TAGS, answer(200, bare)).await;
        let bare = writer(&server).set_tags(CLIENT, &[]).await.unwrap();
        assert!(bare.is_as_asked() && bare.record.tags.is_empty());
        assert_eq!(sent(&server).await, [(TAGS.to_owned(), None)]);
    }

    #[tokio::test]
    async fn an_owner_is_made_without_a_word_and_comes_back_as_one() {
        let call = "PUT contacts/45/account-owner";
        for (owner, differences) in [("yes", vec![]), ("no", vec!["account_owner"])] {
            let server = MockServer::start().await;
            let after = contact_with(json!({"account_owner": owner}));
            serve(&server, call, answer(200, after)).await;
            let made = writer(&server).make_owner(CONTACT).await.unwrap();
            assert_eq!(made.differences, differences);
            assert_eq!(sent(&server).await, [(call.to_owned(), None)]);
        }
    }

    #[tokio::test]
    async fn a_contact_without_a_client_cannot_own_it() {
        let server = MockServer::start().await;
        let conflict = json(409, r#"{"message":"Priya has no client."}"#);
        serve(&server, "PUT contacts/45/account-owner", conflict).await;
        let error = writer(&server).make_owner(CONTACT).await.unwrap_err();
        assert_eq!(error.code(), "Conflict");
        assert!(!format!("{error} {error:?}").contains("Priya"));
    }
}
