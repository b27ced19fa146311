//! Contacts: the users of the client portal.

use model::growcrm::{ClientId, Contact, ContactId, Field, Fields};
use serde_json::Value;

use crate::call::{Call, Form};
use crate::client::{Reader, Writer};
use crate::convert::Resource;
use crate::error::{Error, ErrorKind};
use crate::records::unchanged;
use crate::wire::Envelope;

impl Reader {
    /// Reads a contact; none when it was deleted, or belongs to no client.
    pub async fn contact(&self, contact: ContactId) -> Result<Option<Contact>, Error> {
        self.find(contact.get()).await
    }

    /// All contacts of a client, in the order of their ids.
    pub async fn contacts_of(&self, client: ClientId) -> Result<Vec<Contact>, Error> {
        let call = Call::get(
            format!("list the contacts of client {client}"),
            Contact::LIST,
        )
        .with("client_id", client.to_string());
        let mut contacts: Vec<Contact> = self.list(&call).await?;
        contacts.retain(|contact| contact.client == client);
        Ok(contacts)
    }

    /// The contact with this address, of whatever client. There is at most one; should there be several after
    /// all, it is the oldest.
    ///
    /// None does not mean that the address is free: members of staff and leads have addresses too, and are not
    /// seen here.
    pub async fn contact_by_email(&self, address: &str) -> Result<Option<Contact>, Error> {
        let address = address.trim();
        if address.is_empty() {
            return Ok(None);
        }
        // There is no filter for addresses, only a search that finds parts of them, and of names and numbers.
        let call = Call::get("look for the contact with an address", Contact::LIST)
            .with("search", address);
        let contacts: Vec<Contact> = self.list(&call).await?;
        Ok(contacts
            .into_iter()
            .find(|contact| contact.has_address(address)))
    }
}

impl Writer {
    /// Writes all five fields of a contact. What comes back may have lost handles in social networks; see
    /// [`Contact::lost_handles`].
    ///
    /// [`ErrorKind::EmailTaken`] may pass by itself when two contacts swap their addresses.
    pub async fn update(&self, contact: ContactId, fields: &Fields) -> Result<Contact, Error> {
        let call = Call::patch(
            format!("update contact {contact}"),
            path(contact),
            Form::contact(fields),
        );
        match self.write::<Contact>(&call).await {
            Ok(updated) if updated.id == contact => compared(&call.operation, fields, updated),
            Ok(_) => Err(unchanged(&call.operation, "the contact")),
            Err(error) => Err(self.explained(error, fields, Some(contact)).await),
        }
    }

    /// Ends a contact's access for good: the CRM blanks its address, and there is no way back but a new
    /// contact. One that is gone already is as good.
    ///
    /// It must not be an account owner, or its client would be left without one. That is for the caller to see
    /// to.
    pub async fn delete(&self, contact: ContactId) -> Result<(), Error> {
        let call = Call::delete(format!("delete contact {contact}"), path(contact));
        match self.reader.connection.fetch(&call).await {
            Ok(Envelope::<Value> { data }) => match data.get("id").and_then(Value::as_u64) {
                Some(deleted) if deleted != contact.get() => {
                    Err(unchanged(&call.operation, "the contact"))
                }
                _ => Ok(()),
            },
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes a contact its client's account owner, in place of whoever was.
    pub async fn make_owner(&self, contact: ContactId) -> Result<Contact, Error> {
        let call = Call::put(
            format!("make contact {contact} the account owner"),
            format!("{}/account-owner", path(contact)),
            Form::default(),
        );
        let owner: Contact = self.write(&call).await?;
        if owner.id != contact || !owner.account_owner {
            return Err(unchanged(&call.operation, "the account owner"));
        }
        Ok(owner)
    }

    /// Says who has an address that was refused. Other errors stay as they are.
    ///
    /// `own` is the contact that was to be given the address; if it has it already, that was not what the CRM
    /// minded.
    pub(crate) async fn explained(
        &self,
        error: Error,
        fields: &Fields,
        own: Option<ContactId>,
    ) -> Error {
        if !error.blames_the_address() {
            return error;
        }
        match self.reader.contact_by_email(fields.email.reveal()).await {
            Ok(Some(holder)) if own == Some(holder.id) => error,
            Ok(holder) => {
                let holder = holder.map(|contact| contact.id);
                error.into_kind(ErrorKind::EmailTaken { holder })
            }
            Err(search) => search,
        }
    }
}

/// The contact, if it is as it was asked to be.
pub(crate) fn compared(
    operation: &str,
    fields: &Fields,
    contact: Contact,
) -> Result<Contact, Error> {
    let differences = fields.differences(&contact);
    if differences.is_empty() {
        return Ok(contact);
    }
    let names: Vec<String> = differences.iter().map(Field::to_string).collect();
    Err(unchanged(operation, names.join(", ")))
}

fn path(contact: ContactId) -> String {
    format!("{}/{contact}", Contact::LIST)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{
        Act, Script, answer, contact, contact_with, json, list, reader, refusal, sent, serve,
        writer,
    };

    const CONTACT: ContactId = ContactId::new(45);
    const CLIENT: ClientId = ClientId::new(12);
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
    async fn a_contact_is_read_by_its_id() {
        let server = MockServer::start().await;
        serve(&server, "GET contacts/45", answer(200, contact())).await;
        let found = reader(&server).contact(CONTACT).await.unwrap().unwrap();
        assert_eq!(found.id, CONTACT);
        assert_eq!(sent(&server).await, [("GET contacts/45".to_owned(), None)]);
    }

    #[tokio::test]
    async fn the_contacts_of_a_client_are_those_the_filter_was_meant_for() {
        let server = MockServer::start().await;
        let strangers = list(&[
            contact_with(json!({"id": 47, "client": {"id": 13}})),
            contact_with(json!({"id": 46})),
            contact_with(json!({"id": 48, "client": null})),
            contact_with(json!({"id": 49, "status": "deleted"})),
            contact(),
        ]);
        serve(&server, "GET contacts", json(200, &strangers)).await;
        let found = reader(&server).contacts_of(CLIENT).await.unwrap();
        let ids: Vec<u64> = found.iter().map(|contact| contact.id.get()).collect();
        assert_eq!(ids, [45, 46]);
        assert_eq!(
            sent(&server).await[0].0,
            "GET contacts?client_id=12&limit=100&sort=email&order=asc&page=1"
        );
    }

    #[tokio::test]
    async fn an_address_is_searched_for_and_compared_whole() {
        let server = MockServer::start().await;
        let hits = list(&[
            contact_with(json!({"id": 7, "email": "xpriya@northwinddental.example"})),
            contact_with(json!({"id": 8, "email": null, "phone": "priya@northwinddental.example"})),
            contact_with(json!({"id": 9, "email": "Priya@NorthwindDental.example"})),
        ]);
        serve(&server, "GET contacts", json(200, &hits)).await;
        let reader = reader(&server);
        let found = reader
            .contact_by_email(" priya@northwinddental.example")
            .await
            .unwrap();
        assert_eq!(found.unwrap().id, ContactId::new(9));
        assert_eq!(
            sent(&server).await[0].0,
            "GET contacts?search=priya%40northwinddental.example\
             &limit=100&sort=email&order=asc&page=1"
        );
        let nobody = reader
            .contact_by_email("riya@northwinddental.example")
            .await;
        assert_eq!(nobody.unwrap(), None);
    }

    #[tokio::test]
    async fn nobody_has_a_blank_address() {
        let server = MockServer::start().await;
        let found = reader(&server).contact_by_email(" ").await.unwrap();
        assert_eq!(found, None);
        assert!(sent(&server).await.is_empty());
    }

    #[tokio::test]
    async fn an_update_is_one_form_with_all_five_fields() {
        let server = MockServer::start().await;
        serve(&server, PATCH, answer(200, contact())).await;
        let updated = writer(&server).update(CONTACT, &fields()).await.unwrap();
        assert_eq!(updated.id, CONTACT);
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
        writer(&server).update(CONTACT, &fields).await.unwrap();
        let body = sent(&server).await[0].1.clone().unwrap();
        assert!(body.ends_with("&phone=&position="), "{body}");
    }

    #[tokio::test]
    async fn a_200_that_changed_nothing_is_an_error_without_content() {
        for (change, field) in [
            (json!({"first_name": "Pria"}), "first name"),
            (
                json!({"phone": null, "job_position": null}),
                "phone, position",
            ),
            (json!({"email": null}), "email"),
            (json!({"id": 46}), "the contact"),
            (json!({"status": "deleted"}), "contact"),
        ] {
            let server = MockServer::start().await;
            serve(&server, PATCH, answer(200, contact_with(change))).await;
            let result = writer(&server).update(CONTACT, &fields()).await;
            let error = result.unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("Grow CRM: update contact 45: answered well but did not change {field}")
            );
        }
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
        assert_eq!(before.lost_handles(&after), ["linkedin"]);
    }

    #[tokio::test]
    async fn an_answer_that_is_cut_short_is_completed_by_reading() {
        let server = MockServer::start().await;
        let short = json!({"id": 45, "first_name": "Priya", "last_name": "Raman"});
        serve(&server, PATCH, answer(200, short)).await;
        serve(&server, "GET contacts/45", answer(200, contact())).await;
        let updated = writer(&server).update(CONTACT, &fields()).await.unwrap();
        assert!(updated.has_address("priya@northwinddental.example"));
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
            assert_eq!(script.requests().await.len(), 2);
        }
    }

    #[tokio::test]
    async fn an_update_is_repeated_after_a_lost_answer() {
        let done = json!({"data": contact(), "message": ""}).to_string();
        let script = Script::play([Act::HangUp, Act::Answer(200, done)]).await;
        script.writer().update(CONTACT, &fields()).await.unwrap();
        assert_eq!(script.requests().await, [PATCH, PATCH]);
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
        assert_eq!(script.requests().await.len(), 2);
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
    async fn a_deletion_has_no_body() {
        let server = MockServer::start().await;
        serve(
            &server,
            "DELETE contacts/45",
            answer(200, json!({"id": 45})),
        )
        .await;
        writer(&server).delete(CONTACT).await.unwrap();
        assert_eq!(
            sent(&server).await,
            [("DELETE contacts/45".to_owned(), None)]
        );
    }

    #[tokio::test]
    async fn a_deletion_of_somebody_else_is_an_error() {
        for (data, expected) in [(json!({"id": 46}), Some("Unchanged")), (Value::Null, None)] {
            let server = MockServer::start().await;
            serve(&server, "DELETE contacts/45", answer(200, data)).await;
            let result = writer(&server).delete(CONTACT).await;
            assert_eq!(result.as_ref().err().map(Error::code), expected);
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
            serve(&server, "DELETE contacts/45", gone()).await;
            serve(&server, "GET clients", clients).await;
            let result = writer(&server).delete(CONTACT).await;
            assert_eq!(result.as_ref().err().map(Error::code), expected);
        }
    }

    #[tokio::test]
    async fn a_deletion_whose_answer_was_lost_finds_its_own_effect() {
        let script = Script::play([
            Act::HangUp,
            Act::Answer(404, r#"{"message":"Gone."}"#.to_owned()),
            Act::Answer(200, list(&[])),
        ])
        .await;
        script.writer().delete(CONTACT).await.unwrap();
        assert_eq!(
            script.requests().await,
            ["DELETE contacts/45", "DELETE contacts/45", "GET clients"]
        );
    }

    #[tokio::test]
    async fn an_owner_is_made_without_a_word_and_comes_back_as_one() {
        let call = "PUT contacts/45/account-owner";
        for (owner, expected) in [("yes", None), ("no", Some("Unchanged"))] {
            let server = MockServer::start().await;
            let after = contact_with(json!({"account_owner": owner}));
            serve(&server, call, answer(200, after)).await;
            let result = writer(&server).make_owner(CONTACT).await;
            assert_eq!(result.as_ref().err().map(Error::code), expected);
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
