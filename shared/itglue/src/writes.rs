//! How one record is read and written: compared with what was asked, and never created twice.

use model::itglue::{Change, Contact, ContactId};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::client::{Client, Reader, Writer};
use crate::convert::{self, Convert, Misfit};
use crate::error::{Error, ErrorKind};
use crate::patch;
use crate::wire::{Document, Resource};

impl Client {
    /// Makes a call that is answered with one record.
    pub(crate) async fn fetch_one<A: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: Convert<A, M>,
    ) -> Result<M, Error> {
        let document: Document<Resource<A>> = self.fetch(call).await?;
        let included = document.included.unwrap_or_default();
        let misplaced = |path: String| odd(&call.operation, path);
        let record = document
            .data
            .ok_or_else(|| misplaced("$.data".to_owned()))?;
        convert(record, &included).map_err(|Misfit(place)| misplaced(format!("$.data.{place}")))
    }
}

impl Reader {
    /// Reads one record by its id; none when IT Glue says that there is none.
    pub(crate) async fn find<A: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: Convert<A, M>,
    ) -> Result<Option<M>, Error> {
        match self.client.fetch_one(call, convert).await {
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
    pub async fn update(&self, contact: ContactId, change: &Change) -> Result<Contact, Error> {
        let operation = format!("change contact {contact}");
        if change.is_empty() {
            return Err(refused(&operation, "a change of nothing"));
        }
        let body = patch::contact_body(change);
        let call = Call::patch(&*operation, format!("contacts/{contact}"), body);
        let changed = self.client.fetch_one(&call, convert::contact).await?;
        compared(&operation, change, changed)
    }

    /// Creates a record. After a lost answer `find` looks for it, and only what is not there is created again,
    /// once.
    pub(crate) async fn create_once<A: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: Convert<A, M>,
        find: impl Future<Output = Result<Option<M>, Error>>,
    ) -> Result<M, Error> {
        let error = match self.client.fetch_one(call, convert).await {
            Err(error) if error.may_have_been_applied() => error,
            result => return result,
        };
        #[cfg(feature = "drill")]
        if !self.searches {
            return self.client.fetch_one(call, convert).await;
        }
        match find.await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => self.client.fetch_one(call, convert).await,
            Err(_) => Err(error.into_lost()),
        }
    }
}

/// The contact, if it is as it was asked to be: a 200 alone proves nothing.
pub(crate) fn compared(
    operation: &str,
    change: &Change,
    contact: Contact,
) -> Result<Contact, Error> {
    match patch::unmet(change, &contact) {
        Some(field) => Err(unchanged(operation, field)),
        None => Ok(contact),
    }
}

/// IT Glue answered that all is well and did not do it.
pub(crate) fn unchanged(operation: &str, field: &str) -> Error {
    let field = field.to_owned();
    Error::new(operation, ErrorKind::Unchanged { field })
}

/// We will not send that.
pub(crate) fn refused(operation: &str, what: &'static str) -> Error {
    Error::new(operation, ErrorKind::InvalidValue { what })
}

/// The answer has a property that does not fit.
pub(crate) fn odd(operation: &str, path: String) -> Error {
    Error::new(operation, ErrorKind::Decode { path })
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
    ) -> (Vec<(String, Option<Value>)>, Result<Contact, Error>) {
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
        let contact = result.unwrap();
        assert_eq!(contact.title, Some("Operations Director".into()));
        assert_eq!(contact.link, Link::None);
        let body = json!({"data": {"type": "contacts",
            "attributes": {"title": "Operations Director", "important": true}}});
        assert_eq!(sent, [(PATCH.to_owned(), Some(body))]);
    }

    #[tokio::test]
    async fn a_200_that_changed_nothing_is_an_error() {
        let (_, result) = update(&promotion(), answer_with(json!({}))).await;
        assert_eq!(
            result.unwrap_err().to_string(),
            "IT Glue: change contact 30466954: answered well but did not change title"
        );
    }

    #[tokio::test]
    async fn a_contact_that_stays_in_its_organization_against_our_will_is_an_error() {
        let change = Change {
            organization: Some(OrganizationId::new(6)),
            ..Change::default()
        };
        let (sent, result) = update(&change, answer_with(json!({}))).await;
        assert!(result.unwrap_err().to_string().ends_with("organization-id"));
        let body = json!({"data": {"type": "contacts", "attributes": {"organization-id": 6}}});
        assert_eq!(sent, [(PATCH.to_owned(), Some(body))]);
        let moved = answer_with(json!({"organization-id": 6}));
        let (_, result) = update(&change, moved).await;
        assert_eq!(result.unwrap().organization, OrganizationId::new(6));
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
        assert_eq!(changed.important, Some(true));
        assert_eq!(script.requests().await, [PATCH, PATCH]);
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
}
