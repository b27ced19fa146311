//! Deleting a contact, which cannot be taken back in IT Glue. There is a route for several only.

use model::itglue::ContactId;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::call::Call;
use crate::client::Writer;
use crate::error::{Error, ErrorKind};
use crate::wire::{Bare, Document};

/// What was deleted.
type Deleted = Document<Vec<Bare>, IgnoredAny>;

impl Writer {
    /// Deletes a contact. One that is gone already is as good.
    ///
    /// Where the answer does not say so by itself, it looks once whether the contact is gone.
    pub async fn delete(&self, contact: ContactId) -> Result<(), Error> {
        let call = Call::delete(
            format!("delete contact {contact}"),
            "contacts",
            json!({"data": [{"type": "contacts", "attributes": {"id": contact}}]}),
        );
        let connection = &self.reader.connection;
        let doubt = match connection.fetch(&call).await {
            Ok(Deleted { data, .. }) => {
                let mut deleted = data.iter().flatten();
                if deleted.any(|record| record.id == Some(contact.get())) {
                    return Ok(());
                }
                Error::of(&call, ErrorKind::Undeleted)
            }
            Err(error) if error.may_have_been_applied() => error.into_lost(),
            // Whether it is this contact that is unknown there, or the route, is not said.
            Err(error) if error.is_not_found() => error.into_kind(ErrorKind::EndpointMissing),
            Err(error) if error.is_endpoint_missing() => error,
            Err(error) => return Err(error),
        };
        match Box::pin(self.reader.contact(contact)).await {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(doubt),
            // The whole address is wrong.
            Err(error) if doubt.is_endpoint_missing() && error.is_endpoint_missing() => Err(error),
            // Also of what is unknown there nobody knows: the answer to an earlier try may have been lost.
            Err(_) => Err(doubt.into_lost()),
        }
    }
}

#[cfg(test)]
mod tests {
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, only_query, sent, serve, writer};

    const CONTACT: ContactId = ContactId::new(72);
    const DELETE: &str = "DELETE contacts";
    const GET: &str = "GET contacts/72";
    const GONE: Act = Act::Answer(404, r#"{"errors": [{"status": 404}]}"#);
    const THERE: Act = Act::Answer(
        200,
        r#"{"data": {"id": "72", "attributes": {"organization-id": 5}}}"#,
    );

    /// What is sent when the acts are played, and the code of the error, if any.
    async fn delete(acts: impl IntoIterator<Item = Act>) -> (Vec<String>, Option<&'static str>) {
        let script = Script::play(acts).await;
        let result = script.writer().delete(CONTACT).await;
        let code = result.err().map(|error| error.code());
        (script.requests(), code)
    }

    #[tokio::test]
    async fn a_contact_is_deleted_by_a_body_that_names_it_and_never_by_a_filter() {
        let server = MockServer::start().await;
        let answer = json!({"data": [{"id": "72"}]});
        serve(&server, DELETE, Answer::new(200).set_body_json(answer)).await;
        writer(&server).delete(CONTACT).await.unwrap();
        let body = json!({"data": [{"type": "contacts", "attributes": {"id": 72}}]});
        assert_eq!(sent(&server).await, [(DELETE.to_owned(), Some(body))]);
        assert!(only_query(&server).await.is_empty());
    }

    #[tokio::test]
    async fn an_answer_that_does_not_name_the_contact_is_checked() {
        let nobody = || Act::Answer(200, r#"{"data": []}"#);
        for (found, expected) in [
            (GONE, None),
            (THERE, Some("Undeleted")),
            (Act::Answer(403, ""), Some("AnswerLost")),
        ] {
            let (requests, code) = delete([nobody(), found]).await;
            assert_eq!(code, expected);
            assert_eq!(requests, [DELETE, GET]);
        }
    }

    #[tokio::test]
    async fn who_is_gone_already_is_deleted() {
        let html = || Act::Answer(404, "<html>");
        for (answer, found, expected) in [
            (GONE, GONE, None),
            (html(), GONE, None),
            (GONE, THERE, Some("EndpointMissing")),
            (html(), THERE, Some("EndpointMissing")),
            (GONE, Act::Answer(403, ""), Some("AnswerLost")),
        ] {
            let (requests, code) = delete([answer, found]).await;
            assert_eq!(code, expected);
            assert_eq!(requests, [DELETE, GET]);
        }
    }

    #[tokio::test]
    async fn a_deletion_whose_answer_was_lost_is_repeated_and_finds_its_own_effect() {
        for lost in [Act::HangUp, Act::Answer(502, "<html>")] {
            let (requests, code) = delete([lost, GONE, GONE]).await;
            assert_eq!(code, None);
            assert_eq!(requests, [DELETE, DELETE, GET]);
        }
    }

    #[tokio::test]
    async fn a_deletion_that_was_repeated_and_cannot_be_looked_at_is_left_open() {
        let (requests, code) = delete([Act::HangUp, GONE, Act::Answer(403, "")]).await;
        assert_eq!(code, Some("AnswerLost"));
        assert_eq!(requests, [DELETE, DELETE, GET]);
    }

    #[tokio::test]
    async fn an_answer_that_cannot_be_read_is_checked() {
        for (found, expected) in [
            (GONE, None),
            (THERE, Some("AnswerLost")),
            (Act::Answer(403, ""), Some("AnswerLost")),
        ] {
            let (requests, code) = delete([Act::Answer(204, ""), found]).await;
            assert_eq!(code, expected);
            assert_eq!(requests, [DELETE, GET]);
        }
    }

    #[tokio::test]
    async fn a_refusal_after_a_lost_answer_leaves_the_deletion_open() {
        let refused = Act::Answer(422, r#"{"errors": []}"#);
        let (requests, code) = delete([Act::HangUp, refused, THERE]).await;
        assert_eq!(code, Some("AnswerLost"));
        assert_eq!(requests, [DELETE, DELETE, GET]);
    }

    #[tokio::test]
    async fn what_it_glue_refuses_to_delete_is_left_alone() {
        let synced =
            r#"{"errors": [{"status": 422, "detail": "Cannot delete a syncing resource"}]}"#;
        for (act, expected) in [
            (Act::Answer(422, synced), "SyncedRecord"),
            (Act::Answer(422, ""), "Validation"),
            (Act::Answer(403, ""), "Unauthorized"),
        ] {
            let (requests, code) = delete([act]).await;
            assert_eq!(code, Some(expected));
            assert_eq!(requests, [DELETE]);
        }
    }
}
