//! How one record is read and written: compared with what was asked, and never created twice.

use http_client::Stored;
use model::itglue::{Change, Contact, ContactId};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::client::{Connection, Reader, Writer};
use crate::convert::{self, Convert, Misfit};
use crate::error::{Error, ErrorKind};
use crate::patch;
use crate::wire::{Document, Resource};

impl Connection {
    /// Makes a call that is answered with one record: the one with this id, if it has one already.
    pub(crate) async fn fetch_one<A: DeserializeOwned, M>(
        &self,
        call: &Call,
        id: Option<u64>,
        convert: Convert<A, M>,
    ) -> Result<M, Error> {
        let document: Document<Resource<A>> = self.fetch(call).await?;
        let included = document.included.unwrap_or_default();
        let misplaced = |path: String| Error::misplaced(call, path);
        let record = document
            .data
            .ok_or_else(|| misplaced("$.data".to_owned()))?;
        if id.is_some() && record.id != id {
            return Err(misplaced("$.data.id".to_owned()));
        }
        convert(record, &included).map_err(|Misfit(place)| misplaced(format!("$.data.{place}")))
    }
}

impl Reader {
    /// Reads one record by its id; none when IT Glue says that there is none.
    pub(crate) async fn find<A: DeserializeOwned, M>(
        &self,
        call: &Call,
        id: u64,
        convert: Convert<A, M>,
    ) -> Result<Option<M>, Error> {
        match self.connection.fetch_one(call, Some(id), convert).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Writer {
    /// Changes a contact, in one request.
    ///
    /// What the native sync owns is refused as a whole, with [`ErrorKind::SyncedRecord`].
    pub async fn update(
        &self,
        contact: ContactId,
        change: &Change,
    ) -> Result<Stored<Contact>, Error> {
        let operation = format!("change contact {contact}");
        if change.is_empty() {
            return Err(Error::refused(&operation, "a change of nothing"));
        }
        let body = patch::contact_body(change);
        let call = Call::patch(operation, format!("contacts/{contact}"), body);
        let id = Some(contact.get());
        match self
            .reader
            .connection
            .fetch_one(&call, id, convert::contact)
            .await
        {
            Ok(record) => Ok(patch::compared(change, record)),
            Err(error) if error.is_endpoint_missing() => {
                // In a box, as all that is rarely done: it would make every future as large.
                Err(Box::pin(self.told_from_gone(error, call, contact)).await)
            }
            Err(error) => Err(error),
        }
    }

    /// Creates a record. After a lost answer it looks once among `candidates`, and takes what is there for the new
    /// record if nothing else can be meant, and all is as it was asked to be.
    pub(crate) async fn create_once<A: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: Convert<A, M>,
        compared: impl Fn(M) -> Stored<M>,
        candidates: impl Future<Output = Result<Vec<M>, Error>>,
    ) -> Result<Stored<M>, Error> {
        let error = match self.reader.connection.fetch_one(call, None, convert).await {
            Ok(record) => return Ok(compared(record)),
            Err(error) if error.may_have_been_applied() => error,
            Err(error) => return Err(error),
        };
        let candidates = Box::pin(candidates).await.unwrap_or_default();
        let mut candidates = candidates.into_iter().map(compared);
        match (candidates.next(), candidates.next()) {
            (Some(stored), None) if stored.is_as_asked() => Ok(stored),
            _ => Err(error.into_lost()),
        }
    }

    /// The error for a contact whose address was unknown: it may be that there is no such contact.
    async fn told_from_gone(&self, error: Error, call: Call, contact: ContactId) -> Error {
        match self.reader.contact(contact).await {
            Ok(None) => error.into_kind(ErrorKind::NotFound { what: call.path }),
            Ok(Some(_)) => error,
            // Nothing was written, and what stands in the way of reading may pass.
            Err(doubt) => doubt,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::itglue::{Edit, Link, OrganizationId};
    use serde_json::{Value, json};
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, answer_with, sent, serve, writer};

    const CONTACT: ContactId = ContactId::new(30_466_954);
    const PATCH: &str = "PATCH contacts/30466954";

    fn promotion() -> Change {
        Change {
            title: Edit::Set("Operations Director".into()),
            important: Edit::Set(true),
            ..Change::default()
        }
    }

    async fn update(
        change: &Change,
        answer: Answer,
    ) -> (Vec<(String, Option<Value>)>, Result<Stored<Contact>, Error>) {
        let server = MockServer::start().await;
        serve(&server, PATCH, answer).await;
        let result = writer(&server).update(CONTACT, change).await;
        (sent(&server).await, result)
    }

    fn synced(pointer: &str) -> Answer {
        Answer::new(422).set_body_json(json!({"errors": [{
            "status": 422, "title": "Unprocessable Entity", "detail": "Cannot update a synced resource",
            "source": {"pointer": pointer}}]}))
    }

    #[tokio::test]
    async fn a_change_of_nothing_is_not_sent() {
        let (sent, result) = update(&Change::default(), answer_with(json!({}))).await;
        assert_eq!(result.unwrap_err().code(), "InvalidValue");
        assert!(sent.is_empty());
    }

    #[tokio::test]
    async fn a_change_is_one_request_and_the_contact_comes_back() {
        let answer = answer_with(json!({"title": "Operations Director"}));
        let (sent, result) = update(&promotion(), answer).await;
        let stored = result.unwrap();
        assert!(stored.is_as_asked());
        assert_eq!(stored.record.title, Some("Operations Director".into()));
        assert_eq!(stored.record.link, Link::None);
        let body = json!({"data": {"type": "contacts",
            "attributes": {"title": "Operations Director", "important": true}}});
        assert_eq!(sent, [(PATCH.to_owned(), Some(body))]);
    }

    #[tokio::test]
    async fn a_200_that_changed_nothing_says_what_differs() {
        let (_, result) = update(&promotion(), answer_with(json!({}))).await;
        let stored = result.unwrap();
        assert_eq!(stored.differences, ["title"]);
        assert_eq!(stored.record.title, Some("Practice Manager".into()));
    }

    #[tokio::test]
    async fn a_contact_that_stays_in_its_organization_against_our_will_is_a_difference() {
        let change = Change {
            organization: Some(OrganizationId::new(6)),
            ..Change::default()
        };
        let (sent, result) = update(&change, answer_with(json!({}))).await;
        assert_eq!(result.unwrap().differences, ["organization-id"]);
        let body = json!({"data": {"type": "contacts", "attributes": {"organization-id": 6}}});
        assert_eq!(sent, [(PATCH.to_owned(), Some(body))]);
        let moved = answer_with(json!({"organization-id": 6}));
        let (_, result) = update(&change, moved).await;
        assert!(result.unwrap().is_as_asked());
    }

    #[tokio::test]
    async fn what_a_sync_owns_is_refused_once_and_what_to_leave_out_is_for_the_caller() {
        for (pointer, emails_only) in [
            ("/data/attributes/contact-emails.base", true),
            ("/data/attributes/base", false),
        ] {
            let (sent, result) = update(&promotion(), synced(pointer)).await;
            let error = result.unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::SyncedRecord { emails_only });
            assert!(!error.is_transient() && !error.may_have_been_applied());
            assert_eq!(sent.len(), 1);
        }
    }

    #[tokio::test]
    async fn a_change_whose_answer_was_lost_is_made_again() {
        let contact = r#"{"data": {"id": "30466954", "attributes": {"organization-id": 1220417,
            "title": "Operations Director", "important": true}}}"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, contact)]).await;
        let changed = script.writer().update(CONTACT, &promotion()).await.unwrap();
        assert_eq!(changed.record.important, Some(true));
        assert_eq!(script.requests(), [PATCH, PATCH]);
    }

    #[tokio::test]
    async fn a_contact_that_is_gone_is_not_found() {
        let gone = Answer::new(404).set_body_json(json!({"errors": [{"status": "404"}]}));
        let (_, result) = update(&promotion(), gone).await;
        assert!(result.unwrap_err().is_not_found());
    }

    #[tokio::test]
    async fn an_answer_without_a_record_leaves_the_change_in_doubt() {
        let empty = Answer::new(200).set_body_json(json!({"data": null}));
        let (_, result) = update(&promotion(), empty).await;
        let error = result.unwrap_err();
        assert_eq!(error.code(), "Decode");
        assert!(error.may_have_been_applied());
    }

    #[tokio::test]
    async fn the_answer_about_somebody_else_leaves_the_change_in_doubt() {
        let other = json!({"data": {"id": "72", "attributes": {"organization-id": 5}}});
        let (_, result) = update(&promotion(), Answer::new(200).set_body_json(other)).await;
        let error = result.unwrap_err();
        assert!(error.to_string().ends_with("$.data.id"), "{error}");
        assert!(error.may_have_been_applied());
    }

    #[tokio::test]
    async fn a_page_of_html_about_a_contact_is_told_from_one_that_is_gone() {
        let gone = Act::Answer(404, r#"{"errors": [{"status": 404}]}"#);
        let there = Act::Answer(
            200,
            r#"{"data": {"id": "30466954", "attributes": {"organization-id": 5}}}"#,
        );
        for (act, expected) in [
            (gone, "NotFound"),
            (there, "EndpointMissing"),
            (Act::Answer(401, ""), "Unauthorized"),
        ] {
            let script = Script::play([Act::Answer(404, "<html>"), act]).await;
            let result = script.writer().update(CONTACT, &promotion()).await;
            let error = result.unwrap_err();
            assert_eq!(error.code(), expected);
            assert!(!error.may_have_been_applied());
            assert_eq!(script.requests(), [PATCH, "GET contacts/30466954"]);
        }
    }
}
