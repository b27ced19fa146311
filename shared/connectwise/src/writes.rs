//! How writes are made: compared with their answer, and never repeated blindly.

use model::{Contact, ContactId};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::client::{Reader, Writer, decode};
use crate::convert::{self, Misfit};
use crate::error::{Error, ErrorKind};
use crate::patch::Patch;
use crate::wire::Record;

impl Writer {
    /// Creates a record. After a lost answer `find` looks for it, and only what is not there is created again,
    /// once.
    pub(crate) async fn create<W: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: impl Fn(W) -> Result<M, Misfit>,
        find: impl Future<Output = Result<Option<M>, Error>>,
    ) -> Result<M, Error> {
        let error = match self.post(call, &convert).await {
            Err(error) if error.may_have_been_applied() => error,
            result => return result,
        };
        #[cfg(feature = "drill")]
        if !self.searches {
            return self.post(call, &convert).await;
        }
        match find.await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => self.post(call, &convert).await,
            Err(_) => Err(error.into_lost()),
        }
    }

    /// Changes a record and compares the answer with what was asked: a 200 alone proves nothing.
    pub(crate) async fn patch<W: DeserializeOwned, M>(
        &self,
        operation: &str,
        path: &str,
        patch: &Patch,
        convert: impl Fn(W) -> Result<M, Misfit>,
    ) -> Result<M, Error> {
        let call = Call::patch(operation, path, patch.body());
        let response = self.client.send(&call).await?;
        let record: Record = decode(&call, &response)?;
        if let Some(field) = patch.unmet(&record) {
            return Err(unchanged(operation, field));
        }
        convert(decode(&call, &response)?).map_err(|misfit| odd(operation, misfit))
    }

    /// Changes a contact; see [`Patch::naming_custom_fields`] for the second try.
    pub(crate) async fn patch_contact(
        &self,
        operation: &str,
        contact: ContactId,
        patch: &Patch,
    ) -> Result<Contact, Error> {
        let path = format!("company/contacts/{contact}");
        let send =
            async |patch: &Patch| self.patch(operation, &path, patch, convert::contact).await;
        match send(patch).await {
            Err(error)
                if is_bad_request(&error)
                    && !patch.names_custom_fields()
                    && !patch.is_blamed(&error) =>
            {
                send(&patch.naming_custom_fields()).await
            }
            result => result,
        }
    }

    /// Deletes a record. One that is gone already is as good.
    pub(crate) async fn delete(&self, call: &Call) -> Result<(), Error> {
        match self.client.send(call).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    async fn post<W: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: impl Fn(W) -> Result<M, Misfit>,
    ) -> Result<M, Error> {
        convert(self.client.fetch(call).await?).map_err(|misfit| odd(&call.operation, misfit))
    }
}

impl Reader {
    /// Reads one record; none when the PSA says that there is none.
    pub(crate) async fn find<W: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: impl Fn(W) -> Result<M, Misfit>,
    ) -> Result<Option<M>, Error> {
        match self.client.fetch(call).await {
            Ok(record) => convert(record)
                .map(Some)
                .map_err(|misfit| odd(&call.operation, misfit)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The PSA answered that all is well and did not do it.
pub(crate) fn unchanged(operation: &str, field: impl Into<String>) -> Error {
    let field = field.into();
    Error::new(operation, ErrorKind::Unchanged { field })
}

/// We will not send that.
pub(crate) fn refused(operation: &str, what: &'static str) -> Error {
    Error::new(operation, ErrorKind::InvalidValue { what })
}

/// The answer has a property that does not fit.
pub(crate) fn odd(operation: &str, misfit: Misfit) -> Error {
    let Misfit(path) = misfit.below("$");
    Error::new(operation, ErrorKind::Decode { path })
}

fn is_bad_request(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Rejected { status: 400, .. })
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, NoteId, TypeAssociationId};
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, error_body, sent, serve, writer};

    const CONTACT: ContactId = ContactId::new(4711);
    const PATCH_CONTACT: &str = "PATCH company/contacts/4711";
    const NOTES: &str = "company/contacts/4711/notes";

    fn ok(body: serde_json::Value) -> Answer {
        Answer::new(200).set_body_json(body)
    }

    fn refusal(code: &str) -> Answer {
        Answer::new(400).set_body_raw(error_body(code), "application/json")
    }

    #[tokio::test]
    async fn a_change_is_one_request_and_the_record_comes_back() {
        let server = MockServer::start().await;
        serve(
            &server,
            PATCH_CONTACT,
            ok(json!({"id": 4711, "inactiveFlag": true})),
        )
        .await;
        let contact = writer(&server).retire(CONTACT).await.unwrap();
        assert!(!contact.active);
        let body = json!([{"op": "replace", "path": "inactiveFlag", "value": true}]);
        assert_eq!(
            sent(&server).await,
            [(PATCH_CONTACT.to_owned(), Some(body))]
        );
    }

    #[tokio::test]
    async fn a_200_that_changed_nothing_is_an_error() {
        let server = MockServer::start().await;
        let before = json!({"id": 812, "defaultContact": {"id": 4802}});
        serve(&server, "PATCH company/companies/812", ok(before)).await;
        let error = writer(&server)
            .set_default_contact(CompanyId::new(812), Some(CONTACT))
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "ConnectWise: make 4711 the default contact of company 812: \
             answered well but did not change defaultContact"
        );
    }

    #[tokio::test]
    async fn a_contact_that_wants_custom_fields_named_is_asked_once_more() {
        let server = MockServer::start().await;
        serve(&server, PATCH_CONTACT, refusal("InvalidObject")).await;
        let error = writer(&server).activate(CONTACT).await.unwrap_err();
        assert_eq!(error.code(), "InvalidObject");
        let paths = |body: &Option<serde_json::Value>| {
            let operations = body.as_ref().unwrap().as_array().unwrap().clone();
            operations
                .iter()
                .map(|operation| operation["path"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let sent = sent(&server).await;
        assert_eq!(sent.len(), 2);
        assert_eq!(paths(&sent[0].1), ["inactiveFlag"]);
        assert_eq!(paths(&sent[1].1), ["inactiveFlag", "customFields"]);
    }

    #[tokio::test]
    async fn a_company_that_refuses_is_not_asked_again() {
        let server = MockServer::start().await;
        let call = "PATCH company/companies/812";
        serve(&server, call, refusal("InvalidPatch")).await;
        let result = writer(&server)
            .set_billing_contact(CompanyId::new(812), Some(CONTACT))
            .await;
        assert_eq!(result.unwrap_err().code(), "InvalidPatch");
        assert_eq!(sent(&server).await.len(), 1);
    }

    #[tokio::test]
    async fn what_was_created_before_the_answer_was_lost_is_found() {
        let script = Script::play([
            Act::HangUp,
            Act::Answer(
                200,
                r#"[{"id": 1, "text": "other"}, {"id": 2, "text": "Hi\r\nyou"}]"#,
            ),
        ])
        .await;
        let note = script.writer().add_note(CONTACT, "Hi\nyou").await.unwrap();
        assert_eq!(note.id, NoteId::new(2));
        assert_eq!(
            script.requests(),
            [format!("POST {NOTES}"), format!("GET {NOTES}")]
        );
    }

    #[tokio::test]
    async fn what_was_not_created_before_the_answer_was_lost_is_created_once_more() {
        let script = Script::play([
            Act::HangUp,
            Act::Answer(200, "[]"),
            Act::Answer(201, r#"{"id": 3, "text": "Hi"}"#),
        ])
        .await;
        let note = script.writer().add_note(CONTACT, "Hi").await.unwrap();
        assert_eq!(note.id, NoteId::new(3));
        let (post, get) = (format!("POST {NOTES}"), format!("GET {NOTES}"));
        assert_eq!(script.requests(), [post.clone(), get, post]);
    }

    #[tokio::test]
    async fn when_the_answer_is_lost_twice_the_caller_must_read() {
        let acts = [Act::HangUp, Act::Answer(200, "[]"), Act::HangUp];
        let script = Script::play(acts).await;
        let error = script.writer().add_note(CONTACT, "Hi").await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::AnswerLost);
        assert!(error.is_transient() && error.may_have_been_applied());
        assert_eq!(script.requests().len(), 3);
    }

    #[tokio::test]
    async fn when_nobody_can_look_it_stays_lost() {
        let script = Script::play([Act::HangUp, Act::Answer(403, "")]).await;
        let error = script.writer().add_note(CONTACT, "Hi").await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::AnswerLost);
        assert_eq!(script.requests().len(), 2);
    }

    #[cfg(feature = "drill")]
    #[tokio::test]
    async fn in_a_drill_the_answer_may_be_lost_without_anybody_looking() {
        let again = Act::Answer(201, r#"{"id": 3, "text": "Hi"}"#);
        let script = Script::play([Act::HangUp, again]).await;
        let writer = script.writer().without_search();
        let note = writer.add_note(CONTACT, "Hi").await.unwrap();
        assert_eq!(note.id, NoteId::new(3));
        let post = format!("POST {NOTES}");
        assert_eq!(script.requests(), [post.clone(), post]);
    }

    #[tokio::test]
    async fn a_broken_server_and_a_garbled_answer_leave_the_same_doubt() {
        for answer in [Act::Answer(500, "<html>"), Act::Answer(201, "<html>")] {
            let found = Act::Answer(200, r#"[{"id": 2, "text": "Hi"}]"#);
            let script = Script::play([answer, found]).await;
            let note = script.writer().add_note(CONTACT, "Hi").await.unwrap();
            assert_eq!(note.id, NoteId::new(2));
            assert_eq!(script.requests().len(), 2);
        }
    }

    #[tokio::test]
    async fn what_was_surely_refused_is_not_looked_for() {
        for (status, code) in [
            (429, "RateLimited"),
            (400, "InvalidObject"),
            (401, "Unauthorized"),
        ] {
            let server = MockServer::start().await;
            let answer = Answer::new(status)
                .insert_header("Retry-After", "30")
                .set_body_raw(error_body("InvalidObject"), "application/json");
            serve(&server, &format!("POST {NOTES}"), answer).await;
            let error = writer(&server).add_note(CONTACT, "Hi").await.unwrap_err();
            assert_eq!(error.code(), code);
            assert_eq!(sent(&server).await.len(), 1);
            assert!(!format!("{error} {error:?}").contains("Renee"), "{error:?}");
        }
    }

    #[tokio::test]
    async fn deleting_what_is_gone_is_done_but_a_wrong_address_is_not() {
        let call = "DELETE company/contacts/4711/typeAssociations/5";
        let link = TypeAssociationId::new(5);
        for (code, expected) in [
            ("NotFound", None),
            ("ConnectWiseApi", Some("EndpointMissing")),
        ] {
            let server = MockServer::start().await;
            let gone = Answer::new(404).set_body_raw(error_body(code), "application/json");
            serve(&server, call, gone).await;
            let result = writer(&server).remove_type(CONTACT, link).await;
            assert_eq!(result.as_ref().err().map(Error::code), expected);
        }
    }
}
