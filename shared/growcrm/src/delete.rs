//! Deleting a contact, which cannot be taken back in Grow CRM.

use model::growcrm::{Contact, ContactId};
use serde_json::Value;

use crate::call::Call;
use crate::client::Writer;
use crate::convert::Resource;
use crate::error::{Error, ErrorKind};
use crate::wire::{Envelope, Number};

impl Writer {
    /// Ends a contact's access for good: the CRM blanks its address, and there is no way back but a new
    /// contact. One that is gone already is as good.
    ///
    /// It must not be an account owner, or its client would be left without one. That is for the caller to see
    /// to. Where the answer does not say so by itself, it looks once whether the contact is gone.
    pub async fn delete(&self, contact: ContactId) -> Result<(), Error> {
        let call = Call::delete(
            format!("delete contact {contact}"),
            format!("{}/{contact}", Contact::LIST),
        );
        let doubt = match self.reader.connection.fetch(&call).await {
            Ok(Envelope { data }) if names(&data, contact) => return Ok(()),
            Ok(_) => Error::of(&call, ErrorKind::Undeleted),
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) if error.may_have_been_applied() => error.into_lost(),
            Err(error) => return Err(error),
        };
        match Box::pin(self.reader.contact(contact)).await {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(doubt),
            Err(_) => Err(doubt.into_lost()),
        }
    }
}

/// Whether the answer says that this contact was deleted.
fn names(data: &Value, contact: ContactId) -> bool {
    let id = data.get("id").cloned().unwrap_or_default();
    serde_json::from_value(id).is_ok_and(|Number(id)| id == contact.get())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Script, answer, contact, json, list, sent, serve, writer};

    const CONTACT: ContactId = ContactId::new(45);
    const DELETE: &str = "DELETE contacts/45";
    const GET: &str = "GET contacts/45";
    const PROOF: &str = "GET clients";

    fn said(data: Value) -> Act {
        Act::Answer(200, json!({"data": data, "message": ""}).to_string())
    }

    fn gone() -> Act {
        Act::Answer(404, r#"{"message":"Gone."}"#.to_owned())
    }

    fn proof() -> Act {
        Act::Answer(200, list(&[]))
    }

    fn denied() -> Act {
        Act::Answer(401, String::new())
    }

    /// What is sent when the acts are played, and the code of the error, if any.
    async fn delete(acts: impl IntoIterator<Item = Act>) -> (Vec<String>, Option<&'static str>) {
        let script = Script::play(acts).await;
        let result = script.writer().delete(CONTACT).await;
        let code = result.err().map(|error| error.code());
        (script.requests(), code)
    }

    #[tokio::test]
    async fn a_deletion_has_no_body_and_is_one_request() {
        for id in [json!(45), json!("45")] {
            let server = MockServer::start().await;
            serve(&server, DELETE, answer(200, json!({"id": id}))).await;
            writer(&server).delete(CONTACT).await.unwrap();
            assert_eq!(sent(&server).await, [(DELETE.to_owned(), None)]);
        }
    }

    #[tokio::test]
    async fn an_answer_that_does_not_name_the_contact_is_checked() {
        for data in [json!({"id": 46}), Value::Null, json!([])] {
            let (requests, code) = delete([said(data.clone()), said(contact())]).await;
            assert_eq!(code, Some("Undeleted"));
            assert_eq!(requests, [DELETE, GET]);
            let (_, code) = delete([said(data.clone()), gone(), proof()]).await;
            assert_eq!(code, None);
            let (_, code) = delete([said(data), denied()]).await;
            assert_eq!(code, Some("AnswerLost"));
        }
    }

    #[tokio::test]
    async fn deleting_who_is_gone_is_done_but_a_wrong_address_is_not() {
        let gone = || json(404, r#"{"message":"Gone."}"#);
        for (clients, expected) in [
            (json(200, &list(&[])), None),
            (gone(), Some("EndpointMissing")),
            (json(401, ""), Some("Unauthorized")),
        ] {
            let server = MockServer::start().await;
            serve(&server, DELETE, gone()).await;
            serve(&server, PROOF, clients).await;
            let result = writer(&server).delete(CONTACT).await;
            assert_eq!(result.as_ref().err().map(Error::code), expected);
        }
    }

    #[tokio::test]
    async fn a_deletion_whose_answer_was_lost_finds_its_own_effect() {
        let (requests, code) = delete([Act::HangUp, gone(), proof()]).await;
        assert_eq!(code, None);
        assert_eq!(requests, [DELETE, DELETE, PROOF]);
    }

    #[tokio::test]
    async fn an_answer_that_cannot_be_read_is_checked() {
        let odd = || Act::Answer(200, "<html>".to_owned());
        let (requests, code) = delete([odd(), gone(), proof()]).await;
        assert_eq!(code, None);
        assert_eq!(requests, [DELETE, GET, PROOF]);
        for look in [said(contact()), denied()] {
            let (requests, code) = delete([odd(), look]).await;
            assert_eq!(code, Some("AnswerLost"));
            assert_eq!(requests, [DELETE, GET]);
        }
    }
}
