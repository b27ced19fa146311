//! Types of contacts: which there are, and making one. They cannot be deleted.

use http_client::Stored;
use model::itglue::ContactType;
use serde_json::json;

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::convert;
use crate::error::Error;

const PATH: &str = "contact_types";

impl Reader {
    /// All types of contacts in the account. There are a few dozen at most.
    pub async fn contact_types(&self) -> Result<Vec<ContactType>, Error> {
        let call = Call::get("list the contact types", PATH);
        self.list(&call, convert::contact_type).await
    }
}

impl Writer {
    /// Creates a type of contacts. After a lost answer the only one with the name is taken for it.
    pub async fn create_contact_type(&self, name: &str) -> Result<Stored<ContactType>, Error> {
        const OPERATION: &str = "create a contact type";
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::refused(OPERATION, "a contact type without a name"));
        }
        let is_it = |found: &ContactType| found.name.trim() == name;
        let compared = |record: ContactType| Stored {
            differences: if is_it(&record) { vec![] } else { vec!["name"] },
            record,
        };
        let candidates = async {
            let mut types = self.reader.contact_types().await?;
            types.retain(is_it);
            Ok(types)
        };
        let body = json!({"data": {"type": "contact-types", "attributes": {"name": name}}});
        let call = Call::post(OPERATION, PATH, body);
        self.create_once(&call, convert::contact_type, compared, candidates)
            .await
    }
}

#[cfg(test)]
mod tests {
    use model::itglue::ContactTypeId;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, page, reader, sent, serve, writer};

    const GET: &str = "GET contact_types";
    const POST: &str = "POST contact_types";

    fn created(name: &str) -> Answer {
        Answer::new(201).set_body_json(json!({"data": {"id": "118299", "type": "contact-types",
            "attributes": {"name": name, "created-at": "2026-03-10T09:00:00.000Z"}}}))
    }

    #[tokio::test]
    async fn an_account_without_types_has_none() {
        let server = MockServer::start().await;
        serve(&server, GET, Answer::new(200).set_body_json(page(&[]))).await;
        assert_eq!(reader(&server).contact_types().await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_type_is_created_as_the_documentation_has_it() {
        let server = MockServer::start().await;
        serve(&server, POST, created("Inactive (PSA)")).await;
        let made = writer(&server).create_contact_type(" Inactive (PSA)").await;
        let expected = ContactType {
            id: ContactTypeId::new(118_299),
            name: "Inactive (PSA)".to_owned(),
        };
        let made = made.unwrap();
        assert!(made.is_as_asked());
        assert_eq!(made.record, expected);
        let body =
            json!({"data": {"type": "contact-types", "attributes": {"name": "Inactive (PSA)"}}});
        assert_eq!(sent(&server).await, [(POST.to_owned(), Some(body))]);
    }

    #[tokio::test]
    async fn a_type_that_got_another_name_is_told_and_one_without_is_not_sent() {
        let server = MockServer::start().await;
        serve(&server, POST, created("Inactive")).await;
        let writer = writer(&server);
        let made = writer.create_contact_type("Inactive (PSA)").await.unwrap();
        assert_eq!(made.differences, ["name"]);
        let result = writer.create_contact_type(" ").await;
        assert_eq!(result.unwrap_err().code(), "InvalidValue");
        assert_eq!(sent(&server).await.len(), 1);
    }

    #[tokio::test]
    async fn after_a_lost_answer_the_type_is_looked_for() {
        let types = r#"{"data": [{"id": "1", "attributes": {"name": "Approver"}},
            {"id": "2", "attributes": {"name": "Inactive (PSA)"}}]}"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, types)]).await;
        let made = script.writer().create_contact_type("Inactive (PSA)").await;
        assert_eq!(made.unwrap().record.id, ContactTypeId::new(2));
        assert_eq!(script.requests(), [POST, GET]);
    }

    #[tokio::test]
    async fn a_type_that_is_not_found_after_a_lost_answer_is_not_created_again() {
        for types in [
            r#"{"data": [{"id": "1", "attributes": {"name": "Approver"}}]}"#,
            r#"{"data": [{"id": "1", "attributes": {"name": "Inactive"}},
                {"id": "2", "attributes": {"name": "Inactive "}}]}"#,
        ] {
            let script = Script::play([Act::HangUp, Act::Answer(200, types)]).await;
            let made = script.writer().create_contact_type("Inactive").await;
            assert_eq!(made.unwrap_err().code(), "AnswerLost");
            assert_eq!(script.requests(), [POST, GET]);
        }
    }
}
