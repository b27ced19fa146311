//! Creating contacts and clients, which must not happen twice.

use http_client::Stored;
use model::growcrm::{Client, ClientId, Contact, Fields};

use crate::call::Call;
use crate::client::Writer;
use crate::convert::Resource;
use crate::error::Error;
use crate::patch::{self, Form};

/// Whether the CRM greets a new user with a mail and a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WelcomeMail {
    /// It says nothing.
    Withhold,
    /// It does, at once.
    Send,
}

impl Writer {
    /// Creates a contact, which is not an account owner. The caller has looked for the address and found nobody.
    ///
    /// After a lost answer, the contact that has the address is taken for the new one if all of it is as it was asked
    /// to be. Otherwise the answer stays lost, and nothing is created again.
    pub async fn create(
        &self,
        client: ClientId,
        fields: &Fields,
        welcome: WelcomeMail,
    ) -> Result<Stored<Contact>, Error> {
        let call = Call::post(
            format!("create a contact in client {client}"),
            Contact::LIST,
            Form::new_contact(fields)
                .with("clientid", &client.to_string())
                .with("send_email", welcome.word()),
        );
        let compared = |created: Contact| {
            let is_elsewhere = created.client != client;
            let mut stored = patch::compared(fields, created);
            stored
                .differences
                .extend(is_elsewhere.then_some("clientid"));
            stored
        };
        self.create_once(&call, fields, compared, self.holder(fields))
            .await
    }

    /// Creates a client together with its account owner, of whom only the names and the address are written:
    /// the CRM takes no more. A lead with that address becomes the owner. The caller has looked for the address and
    /// found nobody.
    ///
    /// After a lost answer, the client that is owned by whoever has the address is taken for the new one if all of it
    /// is as it was asked to be. Otherwise the answer stays lost, and nothing is created again.
    pub async fn create_client(
        &self,
        company_name: &str,
        owner: &Fields,
        tags: &[String],
        welcome: WelcomeMail,
    ) -> Result<Stored<Client>, Error> {
        let call = Call::post(
            "create a client",
            Client::LIST,
            Form::person(owner)
                .with("client_company_name", company_name)
                .with("send_email", welcome.word())
                .with_tags(tags),
        );
        let compared = |record: Client| {
            let is_met = [
                (
                    "client_company_name",
                    record.company_name.reveal().trim() == company_name.trim(),
                ),
                ("owner", record.owner.is_some()),
                ("tags", tags.iter().all(|tag| record.is_tagged(tag))),
            ];
            let unmet = is_met.into_iter().filter(|(_, is_met)| !is_met);
            Stored {
                differences: unmet.map(|(field, _)| field).collect(),
                record,
            }
        };
        let find = async {
            let Some(holder) = self.holder(owner).await? else {
                return Ok(None);
            };
            let client = self.reader.client(holder.client).await?;
            Ok(client.filter(|client| client.owner == Some(holder.id)))
        };
        self.create_once(&call, owner, compared, find).await
    }

    async fn holder(&self, fields: &Fields) -> Result<Option<Contact>, Error> {
        self.reader.contact_by_email(fields.email.reveal()).await
    }
}

impl WelcomeMail {
    fn word(self) -> &'static str {
        match self {
            Self::Withhold => "no",
            Self::Send => "yes",
        }
    }
}

#[cfg(test)]
mod tests {
    use model::growcrm::ContactId;
    use serde_json::{Value, json};
    use wiremock::MockServer;

    use super::*;
    use crate::error::ErrorKind;
    use crate::testing::{
        Act, Script, answer, client, client_with, contact, contact_with, json, list, refusal, sent,
        serve, writer,
    };

    const CLIENT: ClientId = ClientId::new(12);
    const POST: &str = "POST contacts";
    const SEARCH: &str = "GET contacts";
    const POST_CLIENT: &str = "POST clients";
    const NAME: &str = "Northwind Dental Group";

    fn fields() -> Fields {
        Fields {
            first_name: "Priya".into(),
            last_name: "Raman".into(),
            email: "priya@northwinddental.example".into(),
            phone: Some("+1 312 555 0142".into()),
            position: Some("Practice Manager".into()),
        }
    }

    fn done(record: Value) -> Act {
        Act::Answer(201, json!({"data": record, "message": ""}).to_string())
    }

    fn found(contacts: &[Value]) -> Act {
        Act::Answer(200, list(contacts))
    }

    fn refused() -> Act {
        Act::Answer(422, refusal(&["email"]))
    }

    async fn create(
        acts: impl IntoIterator<Item = Act>,
    ) -> (Result<Stored<Contact>, Error>, Vec<String>) {
        let script = Script::play(acts).await;
        let writer = script.writer();
        // A worker may be moved to another thread in between.
        let task = tokio::spawn(async move {
            writer
                .create(CLIENT, &fields(), WelcomeMail::Withhold)
                .await
        });
        (task.await.unwrap(), script.requests())
    }

    async fn create_client(
        acts: impl IntoIterator<Item = Act>,
    ) -> (Result<Stored<Client>, Error>, Vec<String>) {
        let script = Script::play(acts).await;
        let writer = script.writer();
        let task = tokio::spawn(async move {
            let tags = ["cw-company-250".to_owned()];
            writer
                .create_client(NAME, &fields(), &tags, WelcomeMail::Withhold)
                .await
        });
        (task.await.unwrap(), script.requests())
    }

    #[tokio::test]
    async fn a_contact_is_one_form_that_forbids_the_mail() {
        for (welcome, word) in [(WelcomeMail::Withhold, "no"), (WelcomeMail::Send, "yes")] {
            let server = MockServer::start().await;
            serve(&server, POST, answer(201, contact())).await;
            let result = writer(&server).create(CLIENT, &fields(), welcome).await;
            assert_eq!(result.unwrap().record.id, ContactId::new(45));
            let body = format!(
                "first_name=Priya&last_name=Raman&email=priya%40northwinddental.example\
                 &phone=%2B1+312+555+0142&position=Practice+Manager&clientid=12&send_email={word}"
            );
            assert_eq!(sent(&server).await, [(POST.to_owned(), Some(body))]);
        }
    }

    #[tokio::test]
    async fn what_differs_in_the_answer_is_named() {
        for (change, field) in [
            (json!({"client": {"id": 13}}), "clientid"),
            (json!({"last_name": "Ramen"}), "last_name"),
            (json!({"job_position": null}), "position"),
        ] {
            let (result, requests) = create([done(contact_with(change))]).await;
            let created = result.unwrap();
            assert_eq!(created.differences, [field]);
            assert_eq!(created.record.id, ContactId::new(45));
            assert_eq!(requests, [POST]);
        }
    }

    #[tokio::test]
    async fn who_has_the_address_is_named_and_nobody_is_created() {
        let (result, requests) =
            create([refused(), found(&[contact_with(json!({"id": 46}))])]).await;
        let holder = Some(ContactId::new(46));
        assert_eq!(
            *result.unwrap_err().kind(),
            ErrorKind::EmailTaken { holder }
        );
        assert_eq!(requests, [POST, SEARCH]);

        let (result, requests) = create([refused(), found(&[])]).await;
        let error = result.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::EmailTaken { holder: None });
        assert!(!error.is_transient());
        assert_eq!(requests, [POST, SEARCH]);
    }

    #[tokio::test]
    async fn an_unknown_client_is_passed_on() {
        let unknown = Act::Answer(422, refusal(&["clientid"]));
        let (result, requests) = create([unknown]).await;
        assert_eq!(
            result.unwrap_err().to_string(),
            "Grow CRM: create a contact in client 12: rejected (clientid)"
        );
        assert_eq!(requests, [POST]);
    }

    #[tokio::test]
    async fn who_was_created_before_the_answer_was_lost_is_found() {
        for lost in [
            Act::HangUp,
            Act::Answer(500, "<html>".to_owned()),
            Act::Answer(201, "<html>".to_owned()),
        ] {
            let (result, requests) = create([lost, found(&[contact()])]).await;
            assert_eq!(result.unwrap().record.id, ContactId::new(45));
            assert_eq!(requests, [POST, SEARCH]);
        }
    }

    #[tokio::test]
    async fn who_is_not_surely_found_is_not_created_again() {
        for contacts in [
            vec![],
            vec![contact_with(json!({"phone": null}))],
            vec![contact_with(json!({"first_name": "Prya"}))],
            vec![contact_with(json!({"client": {"id": 13}}))],
        ] {
            let (result, requests) = create([Act::HangUp, found(&contacts)]).await;
            let error = result.unwrap_err();
            assert_eq!(error.code(), "AnswerLost");
            assert!(error.is_transient() && error.may_have_been_applied());
            assert_eq!(requests, [POST, SEARCH]);
        }
    }

    #[tokio::test]
    async fn when_nobody_can_look_the_answer_stays_lost() {
        let denied = Act::Answer(403, String::new());
        let (result, requests) = create([Act::HangUp, denied]).await;
        assert_eq!(result.unwrap_err().code(), "AnswerLost");
        assert_eq!(requests, [POST, SEARCH]);
    }

    #[tokio::test]
    async fn what_was_surely_not_done_is_not_looked_for() {
        for (status, code) in [(401, "Unauthorized"), (404, "EndpointMissing")] {
            let body = r#"{"message":"Priya is to blame."}"#.to_owned();
            let (result, requests) = create([Act::Answer(status, body)]).await;
            let error = result.unwrap_err();
            assert_eq!(error.code(), code);
            assert!(!format!("{error} {error:?}").contains("Priya"));
            assert_eq!(requests, [POST]);
        }
    }

    #[tokio::test]
    async fn a_client_is_created_with_its_owner_and_labels_and_without_a_mail() {
        let server = MockServer::start().await;
        serve(&server, POST_CLIENT, answer(201, client())).await;
        let tags = ["cw-company-250".to_owned()];
        let created = writer(&server)
            .create_client(NAME, &fields(), &tags, WelcomeMail::Withhold)
            .await
            .unwrap();
        assert_eq!(created.record.owner, Some(ContactId::new(45)));
        let body = "first_name=Priya&last_name=Raman&email=priya%40northwinddental.example\
                    &client_company_name=Northwind+Dental+Group&send_email=no\
                    &tags%5B%5D=cw-company-250";
        assert_eq!(
            sent(&server).await,
            [(POST_CLIENT.to_owned(), Some(body.to_owned()))]
        );
    }

    #[tokio::test]
    async fn what_differs_about_a_new_client_is_named() {
        for (change, field) in [
            (json!({"owner": null}), "owner"),
            (
                json!({"company_name": "Priya Raman"}),
                "client_company_name",
            ),
            (json!({"tags": ["gold"]}), "tags"),
        ] {
            let (result, _) = create_client([done(client_with(change))]).await;
            let created = result.unwrap();
            assert_eq!(created.differences, [field]);
            assert_eq!(created.record.id, CLIENT);
        }
    }

    #[tokio::test]
    async fn a_new_client_that_is_cut_short_is_read_back() {
        let short = done(json!({"id": 12, "company_name": NAME}));
        let (result, requests) = create_client([short, done(client())]).await;
        assert_eq!(result.unwrap().record.owner, Some(ContactId::new(45)));
        assert_eq!(requests, [POST_CLIENT, "GET clients/12"]);
    }

    #[tokio::test]
    async fn a_client_that_was_created_before_the_answer_was_lost_is_found_by_its_owner() {
        let (result, requests) =
            create_client([Act::HangUp, found(&[contact()]), done(client())]).await;
        assert_eq!(result.unwrap().record.id, CLIENT);
        assert_eq!(requests, [POST_CLIENT, SEARCH, "GET clients/12"]);
    }

    #[tokio::test]
    async fn a_client_that_is_not_surely_found_is_not_created_again() {
        for other in [
            json!({"company_name": "Harbor Line Freight"}),
            json!({"owner": {"id": 46}}),
            json!({"tags": []}),
        ] {
            let (result, requests) =
                create_client([Act::HangUp, found(&[contact()]), done(client_with(other))]).await;
            assert_eq!(result.unwrap_err().code(), "AnswerLost");
            assert_eq!(requests, [POST_CLIENT, SEARCH, "GET clients/12"]);
        }
        let (result, requests) = create_client([Act::HangUp, found(&[])]).await;
        assert_eq!(result.unwrap_err().code(), "AnswerLost");
        assert_eq!(requests, [POST_CLIENT, SEARCH]);
    }

    #[tokio::test]
    async fn whoever_has_the_owner_s_address_stands_in_the_way() {
        let (result, requests) = create_client([refused(), found(&[contact()])]).await;
        assert_eq!(result.unwrap_err().code(), "EmailTaken");
        assert_eq!(requests, [POST_CLIENT, SEARCH]);
    }

    #[tokio::test]
    async fn json_is_never_sent() {
        let server = MockServer::start().await;
        serve(&server, POST, json(401, "")).await;
        let result = writer(&server)
            .create(CLIENT, &fields(), WelcomeMail::Withhold)
            .await;
        assert_eq!(result.unwrap_err().code(), "Unauthorized");
        let requests = server.received_requests().await.unwrap();
        assert_eq!(
            requests[0].headers["content-type"],
            "application/x-www-form-urlencoded"
        );
    }
}
