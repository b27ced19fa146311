//! How one record is read and written: compared with what was asked, and never created twice.

use http_client::Stored;
use model::growcrm::{Contact, ContactId, Fields};

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::convert::{self, Misfit, Resource};
use crate::error::{Error, ErrorKind};
use crate::patch::{Form, compared};
use crate::wire::{Envelope, Record};

impl Reader {
    /// Reads one record; none when the CRM says that there is none.
    pub(crate) async fn find<R: Resource>(&self, id: u64) -> Result<Option<R>, Error> {
        let call = Call::get(
            format!("read {} {id}", R::WORD),
            format!("{}/{id}", R::LIST),
        );
        match self.connection.fetch::<Envelope<Record>>(&call).await {
            Ok(Envelope { data }) => {
                check_id(&call, &data, Some(id))?;
                read(&call, data)
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The record that came with an answer, or, if the answer was cut short, the record itself.
    pub(crate) async fn whole<R: Resource>(
        &self,
        call: &Call,
        record: Record,
    ) -> Result<Option<R>, Error> {
        if R::is_whole(&record) {
            return read(call, record);
        }
        let id = check_id(call, &record, None)?;
        Box::pin(self.find(id)).await
    }
}

impl Writer {
    /// Writes all five fields of a contact, in one request. What comes back may have lost handles in social networks;
    /// see [`Contact::lost_handles`].
    ///
    /// [`ErrorKind::EmailTaken`] may pass by itself when two contacts swap their addresses.
    pub async fn update(
        &self,
        contact: ContactId,
        fields: &Fields,
    ) -> Result<Stored<Contact>, Error> {
        let call = Call::patch(
            format!("update contact {contact}"),
            format!("{}/{contact}", Contact::LIST),
            Form::contact(fields),
        );
        match self.write(&call, Some(contact.get())).await {
            Ok(updated) => Ok(compared(fields, updated)),
            Err(error) => Err(Box::pin(self.explained(error, fields, Some(contact))).await),
        }
    }

    /// Makes a write and returns the record as it is now: the one with this id, if it has one already.
    pub(crate) async fn write<R: Resource>(
        &self,
        call: &Call,
        id: Option<u64>,
    ) -> Result<R, Error> {
        let Envelope { data } = self.reader.connection.fetch(call).await?;
        check_id(call, &data, id)?;
        match self.reader.whole(call, data).await {
            Ok(Some(record)) => Ok(record),
            Ok(None) => Err(Error::misplaced(call, Misfit("data".to_owned()))),
            Err(error) if error.may_have_been_applied() => Err(error),
            // It took effect, whatever became of the reading.
            Err(_) => Err(Error::of(call, ErrorKind::AnswerLost)),
        }
    }

    /// Creates a record. After a lost answer it looks once by `find`, and takes what is there for the new record if all
    /// is as it was asked to be.
    pub(crate) async fn create_once<R: Resource>(
        &self,
        call: &Call,
        fields: &Fields,
        compared: impl Fn(R) -> Stored<R>,
        find: impl Future<Output = Result<Option<R>, Error>>,
    ) -> Result<Stored<R>, Error> {
        let error = match self.write(call, None).await {
            Ok(created) => return Ok(compared(created)),
            Err(error) if error.may_have_been_applied() => error,
            Err(error) => return Err(Box::pin(self.explained(error, fields, None)).await),
        };
        match Box::pin(find).await.map(|found| found.map(compared)) {
            Ok(Some(stored)) if stored.is_as_asked() => Ok(stored),
            _ => Err(error.into_lost()),
        }
    }

    /// Says who has an address that was refused. Other errors stay as they are, and so does this one when nobody can
    /// look: it is certain that nothing was written.
    ///
    /// `own` is the contact that was to be given the address; if it has it already, that was not what the CRM
    /// minded.
    async fn explained(&self, error: Error, fields: &Fields, own: Option<ContactId>) -> Error {
        if !error.blames_the_address() {
            return error;
        }
        match self.reader.contact_by_email(fields.email.reveal()).await {
            Ok(Some(holder)) if own == Some(holder.id) => error,
            Ok(holder) => {
                let holder = holder.map(|contact| contact.id);
                error.into_kind(ErrorKind::EmailTaken { holder })
            }
            Err(_) => error,
        }
    }
}

/// The id of the record that came with an answer, which must be the one that was asked about.
fn check_id(call: &Call, record: &Record, asked: Option<u64>) -> Result<u64, Error> {
    let misplaced = |misfit: Misfit| Error::misplaced(call, misfit.below("data"));
    let id = convert::id(record).map_err(misplaced)?;
    if asked.is_some_and(|asked| asked != id) {
        return Err(misplaced(Misfit("id".to_owned())));
    }
    Ok(id)
}

fn read<R: Resource>(call: &Call, record: Record) -> Result<Option<R>, Error> {
    R::read(record).map_err(|misfit| Error::misplaced(call, misfit.below("data")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{
        Act, Script, answer, contact, contact_with, json, list, refusal, sent, serve, writer,
    };

    const CONTACT: ContactId = ContactId::new(45);
    const PATCH: &str = "PATCH contacts/45";
    const SEARCH: &str = "GET contacts";
    const BODY: &str = "first_name=Priya&last_name=Raman&email=priya%40northwinddental.example\
        &phone=%2B1+312+555+0142&position=Practice+Manager";

    fn fields() -> Fields {
        Fields {
            first_name: "Priya".into(),
            last_name: "Raman".into(),
            email: "priya@northwinddental.example".into(),
            phone: Some("+1 312 555 0142".into()),
            position: Some("Practice Manager".into()),
        }
    }

    #[tokio::test]
    async fn an_update_is_one_form_with_all_five_fields() {
        let server = MockServer::start().await;
        serve(&server, PATCH, answer(200, contact())).await;
        let updated = writer(&server).update(CONTACT, &fields()).await.unwrap();
        assert!(updated.is_as_asked());
        assert_eq!(updated.record.id, CONTACT);
        assert_eq!(
            sent(&server).await,
            [(PATCH.to_owned(), Some(BODY.to_owned()))]
        );
        let requests = server.received_requests().await.unwrap();
        assert_eq!(
            requests[0].headers["content-type"],
            "application/x-www-form-urlencoded"
        );
    }

    #[tokio::test]
    async fn what_is_to_be_blank_is_sent_blank() {
        let server = MockServer::start().await;
        let bare = contact_with(json!({"phone": null, "job_position": ""}));
        serve(&server, PATCH, answer(200, bare)).await;
        let fields = Fields {
            phone: None,
            position: None,
            ..fields()
        };
        let updated = writer(&server).update(CONTACT, &fields).await.unwrap();
        assert!(updated.is_as_asked());
        let body = sent(&server).await[0].1.clone().unwrap();
        assert!(body.ends_with("&phone=&position="), "{body}");
    }

    #[tokio::test]
    async fn handles_that_an_update_lost_can_be_seen() {
        let server = MockServer::start().await;
        serve(&server, "GET contacts/45", answer(200, contact())).await;
        let bare = contact_with(json!({"social": {"linkedin": null, "github": null}}));
        serve(&server, PATCH, answer(200, bare)).await;
        let writer = writer(&server);
        let before = writer.reader.contact(CONTACT).await.unwrap().unwrap();
        let after = writer.update(CONTACT, &fields()).await.unwrap();
        assert_eq!(before.lost_handles(&after.record), ["linkedin"]);
    }

    #[tokio::test]
    async fn an_answer_that_is_cut_short_is_completed_by_reading() {
        let server = MockServer::start().await;
        let short = json!({"id": 45, "first_name": "Priya", "last_name": "Raman"});
        serve(&server, PATCH, answer(200, short)).await;
        serve(&server, "GET contacts/45", answer(200, contact())).await;
        let updated = writer(&server).update(CONTACT, &fields()).await.unwrap();
        assert!(updated.record.has_address("priya@northwinddental.example"));
        assert_eq!(sent(&server).await.len(), 2);
    }

    #[tokio::test]
    async fn an_update_that_cannot_be_read_back_took_effect_all_the_same() {
        let short = r#"{"data":{"id":45},"message":""}"#.to_owned();
        for act in [
            Act::Answer(401, String::new()),
            Act::Answer(418, String::new()),
        ] {
            let script = Script::play([Act::Answer(200, short.clone()), act]).await;
            let error = script
                .writer()
                .update(CONTACT, &fields())
                .await
                .unwrap_err();
            assert_eq!(error.code(), "AnswerLost");
            assert_eq!(script.requests().len(), 2);
        }
    }

    #[tokio::test]
    async fn an_update_is_repeated_after_a_lost_answer() {
        let done = json!({"data": contact(), "message": ""}).to_string();
        let script = Script::play([Act::HangUp, Act::Answer(200, done)]).await;
        let updated = script.writer().update(CONTACT, &fields()).await.unwrap();
        assert!(updated.is_as_asked());
        assert_eq!(script.requests(), [PATCH, PATCH]);
    }

    #[tokio::test]
    async fn a_refusal_after_a_lost_answer_leaves_the_update_open() {
        let refusal = refusal(&["last_name"]);
        let script = Script::play([Act::HangUp, Act::Answer(422, refusal)]).await;
        let error = script
            .writer()
            .update(CONTACT, &fields())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn a_200_that_changed_nothing_says_what_differs() {
        for (change, fields) in [
            (json!({"first_name": "Pria"}), vec!["first_name"]),
            (
                json!({"phone": null, "job_position": null}),
                vec!["phone", "position"],
            ),
            (json!({"email": null}), vec!["email"]),
        ] {
            let server = MockServer::start().await;
            serve(&server, PATCH, answer(200, contact_with(change))).await;
            let updated = writer(&server).update(CONTACT, &self::fields()).await;
            assert_eq!(updated.unwrap().differences, fields);
        }
    }

    #[tokio::test]
    async fn the_answer_about_nobody_or_somebody_else_leaves_the_update_in_doubt() {
        for (change, place) in [
            (json!({"id": 46}), "$.data.id"),
            (json!({"status": "deleted"}), "$.data"),
            (json!({"client": null}), "$.data"),
        ] {
            let server = MockServer::start().await;
            serve(&server, PATCH, answer(200, contact_with(change))).await;
            let result = writer(&server).update(CONTACT, &fields()).await;
            let error = result.unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("Grow CRM: update contact 45: the answer cannot be understood at {place}")
            );
            assert!(error.may_have_been_applied());
        }
    }

    /// How an update ends whose address is refused, when these contacts are found by it.
    async fn refused(found: &[Value]) -> (ErrorKind, usize) {
        let server = MockServer::start().await;
        serve(&server, PATCH, json(422, &refusal(&["email"]))).await;
        serve(&server, SEARCH, json(200, &list(found))).await;
        let result = writer(&server).update(CONTACT, &fields()).await;
        (
            result.unwrap_err().kind().clone(),
            sent(&server).await.len(),
        )
    }

    #[tokio::test]
    async fn who_has_a_refused_address_is_looked_up() {
        let (kind, requests) = refused(&[contact_with(json!({"id": 46}))]).await;
        let holder = Some(ContactId::new(46));
        assert_eq!(kind, ErrorKind::EmailTaken { holder });
        assert_eq!(requests, 2);
        let (kind, _) = refused(&[]).await;
        assert_eq!(kind, ErrorKind::EmailTaken { holder: None });
    }

    #[tokio::test]
    async fn an_address_that_the_contact_has_already_was_refused_for_another_reason() {
        let (kind, _) = refused(&[contact()]).await;
        let fields = vec!["email".to_owned()];
        assert_eq!(kind, ErrorKind::Validation { fields });
    }

    #[tokio::test]
    async fn other_refusals_are_passed_on_without_a_search() {
        for (status, body, code) in [
            (422, refusal(&["email", "last_name"]), "Validation"),
            (404, r#"{"message":"Gone."}"#.to_owned(), "NotFound"),
            (429, String::new(), "RateLimited"),
        ] {
            let server = MockServer::start().await;
            let answer = json(status, &body).insert_header("Retry-After", "30");
            serve(&server, PATCH, answer).await;
            serve(&server, "GET clients", json(200, &list(&[]))).await;
            let result = writer(&server).update(CONTACT, &fields()).await;
            assert_eq!(result.unwrap_err().code(), code);
            let searched = sent(&server)
                .await
                .iter()
                .any(|(call, _)| call.contains("search"));
            assert!(!searched);
        }
    }

    #[tokio::test]
    async fn when_nobody_can_look_who_has_an_address_it_is_refused_all_the_same() {
        for act in [
            Act::Answer(401, String::new()),
            Act::Answer(200, "<html>".to_owned()),
        ] {
            let script = Script::play([Act::Answer(422, refusal(&["email"])), act]).await;
            let result = script.writer().update(CONTACT, &fields()).await;
            let error = result.unwrap_err();
            let fields = vec!["email".to_owned()];
            assert_eq!(*error.kind(), ErrorKind::Validation { fields });
            assert!(!error.may_have_been_applied());
            assert_eq!(script.requests(), [PATCH, SEARCH]);
        }
    }
}
