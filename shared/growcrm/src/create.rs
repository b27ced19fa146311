//! Creating contacts and clients, which must not happen twice.

use model::growcrm::{Client, ClientId, Contact, Fields};

use crate::call::{Call, Form};
use crate::client::Writer;
use crate::contacts::compared;
use crate::convert::Resource;
use crate::error::{Error, ErrorKind};
use crate::records::unchanged;

/// Whether the CRM greets a new user with a mail and a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WelcomeMail {
    /// It says nothing.
    Withhold,
    /// It does, at once.
    Send,
}

impl Writer {
    /// Creates a contact, which is not an account owner.
    ///
    /// After a lost answer the address is looked for, and only if nobody has it is the contact created again,
    /// once. It is taken for the new one if it has the names and belongs to the client.
    ///
    /// [`ErrorKind::Unchanged`] says that there is a new contact now, but not as it was asked for.
    pub async fn create(
        &self,
        client: ClientId,
        fields: &Fields,
        welcome: WelcomeMail,
    ) -> Result<Contact, Error> {
        let call = Call::post(
            format!("create a contact in client {client}"),
            Contact::LIST,
            Form::contact(fields)
                .with("clientid", &client.to_string())
                .with("send_email", welcome.word()),
        );
        let is_new = |holder: &Contact| holder.client == client && fields.names_same(holder);
        let find = || async {
            match self.holder(fields).await? {
                Some(holder) if !is_new(&holder) => Err(taken(&call, &holder)),
                found => Ok(found),
            }
        };
        let created = self.create_once(&call, fields, find).await?;
        if created.client != client {
            return Err(unchanged(&call.operation, "the client"));
        }
        compared(&call.operation, fields, created)
    }

    /// Creates a client together with its account owner, of whom only the names and the address are written:
    /// the CRM takes no more. A lead with that address becomes the owner.
    ///
    /// After a lost answer the owner's address is looked for, and only if nobody has it is the client created
    /// again, once. The owner's client is taken for the new one if it has the name.
    ///
    /// [`ErrorKind::Unchanged`] says that there is a new client now, but not as it was asked for.
    pub async fn create_client(
        &self,
        company_name: &str,
        owner: &Fields,
        tags: &[String],
        welcome: WelcomeMail,
    ) -> Result<Client, Error> {
        let call = Call::post(
            "create a client",
            Client::LIST,
            Form::person(owner)
                .with("client_company_name", company_name)
                .with("send_email", welcome.word())
                .with_tags(tags),
        );
        let is_named = |client: &Client| client.company_name.reveal().trim() == company_name.trim();
        let find = || async {
            let Some(holder) = self.holder(owner).await? else {
                return Ok(None);
            };
            match self.reader.client(holder.client).await? {
                Some(client) if is_named(&client) && client.owner == Some(holder.id) => {
                    Ok(Some(client))
                }
                _ => Err(taken(&call, &holder)),
            }
        };
        let created = self.create_once(&call, owner, find).await?;
        let difference = if !is_named(&created) {
            "the name"
        } else if created.owner.is_none() {
            "the account owner"
        } else if !tags.iter().all(|tag| created.is_tagged(tag)) {
            "the labels"
        } else {
            return Ok(created);
        };
        Err(unchanged(&call.operation, difference))
    }

    /// Creates a record, and after a lost answer only what `find` does not find. It fails where somebody else
    /// has the address.
    async fn create_once<R, F>(
        &self,
        call: &Call,
        fields: &Fields,
        find: impl Fn() -> F,
    ) -> Result<R, Error>
    where
        R: Resource,
        F: Future<Output = Result<Option<R>, Error>>,
    {
        let lost = match self.write(call).await {
            Err(error) if error.may_have_been_applied() => error,
            Err(error) => return Err(self.explained(error, fields, None).await),
            created => return created,
        };
        match find().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(search) => return Err(lost.or_taken(search)),
        }
        match self.write(call).await {
            // The first try may have been late.
            Err(error) if error.blames_the_address() => match find().await {
                Ok(Some(found)) => Ok(found),
                Ok(None) => Err(error.into_kind(ErrorKind::EmailTaken { holder: None })),
                Err(search) => Err(error.or_taken(search)),
            },
            result => result,
        }
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

impl Error {
    /// What a search says that was to settle this: somebody else has the address, or nothing.
    fn or_taken(self, search: Self) -> Self {
        if matches!(search.kind(), ErrorKind::EmailTaken { .. }) {
            search
        } else {
            self.into_lost()
        }
    }
}

fn taken(call: &Call, holder: &Contact) -> Error {
    let holder = Some(holder.id);
    Error::new(&call.operation, ErrorKind::EmailTaken { holder })
}

#[cfg(test)]
mod tests {
    use model::growcrm::ContactId;
    use serde_json::{Value, json};
    use wiremock::MockServer;

    use super::*;
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

    async fn create(acts: impl IntoIterator<Item = Act>) -> (Result<Contact, Error>, Vec<String>) {
        let script = Script::play(acts).await;
        let writer = script.writer();
        // A worker may be moved to another thread in between.
        let task = tokio::spawn(async move {
            writer
                .create(CLIENT, &fields(), WelcomeMail::Withhold)
                .await
        });
        (task.await.unwrap(), script.requests().await)
    }

    async fn create_client(
        acts: impl IntoIterator<Item = Act>,
    ) -> (Result<Client, Error>, Vec<String>) {
        let script = Script::play(acts).await;
        let writer = script.writer();
        let task = tokio::spawn(async move {
            let tags = ["cw-company-250".to_owned()];
            writer
                .create_client(NAME, &fields(), &tags, WelcomeMail::Withhold)
                .await
        });
        (task.await.unwrap(), script.requests().await)
    }

    #[tokio::test]
    async fn a_contact_is_one_form_that_forbids_the_mail() {
        for (welcome, word) in [(WelcomeMail::Withhold, "no"), (WelcomeMail::Send, "yes")] {
            let server = MockServer::start().await;
            serve(&server, POST, answer(201, contact())).await;
            let result = writer(&server).create(CLIENT, &fields(), welcome).await;
            assert_eq!(result.unwrap().id, ContactId::new(45));
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
            (json!({"client": {"id": 13}}), "the client"),
            (json!({"last_name": "Ramen"}), "last name"),
            (json!({"job_position": null}), "position"),
        ] {
            let (result, requests) = create([done(contact_with(change))]).await;
            let message = result.unwrap_err().to_string();
            assert!(message.ends_with(&format!("change {field}")), "{message}");
            assert!(!message.contains("Ram"), "{message}");
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
            assert_eq!(result.unwrap().id, ContactId::new(45));
            assert_eq!(requests, [POST, SEARCH]);
        }
    }

    #[tokio::test]
    async fn who_was_found_is_compared_too() {
        let half = contact_with(json!({"phone": null}));
        let (result, _) = create([Act::HangUp, found(&[half])]).await;
        let message = result.unwrap_err().to_string();
        assert!(message.ends_with("did not change phone"), "{message}");
    }

    #[tokio::test]
    async fn who_was_not_created_before_the_answer_was_lost_is_created_once_more() {
        let (result, requests) = create([Act::HangUp, found(&[]), done(contact())]).await;
        assert_eq!(result.unwrap().id, ContactId::new(45));
        assert_eq!(requests, [POST, SEARCH, POST]);

        let (result, requests) = create([Act::HangUp, found(&[]), Act::HangUp]).await;
        let error = result.unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert!(error.is_transient());
        assert_eq!(requests.len(), 3);
    }

    #[tokio::test]
    async fn a_first_try_that_was_late_is_recognized_by_the_refusal_of_the_second() {
        let (result, requests) =
            create([Act::HangUp, found(&[]), refused(), found(&[contact()])]).await;
        assert_eq!(result.unwrap().id, ContactId::new(45));
        assert_eq!(requests, [POST, SEARCH, POST, SEARCH]);

        let (result, _) = create([Act::HangUp, found(&[]), refused(), found(&[])]).await;
        let holder = None;
        assert_eq!(
            *result.unwrap_err().kind(),
            ErrorKind::EmailTaken { holder }
        );
    }

    #[tokio::test]
    async fn a_stranger_with_the_address_is_not_taken_for_the_new_contact() {
        for stranger in [json!({"client": {"id": 13}}), json!({"first_name": "Prya"})] {
            let (result, requests) = create([Act::HangUp, found(&[contact_with(stranger)])]).await;
            let holder = Some(ContactId::new(45));
            assert_eq!(
                *result.unwrap_err().kind(),
                ErrorKind::EmailTaken { holder }
            );
            assert_eq!(requests, [POST, SEARCH]);
        }
    }

    #[tokio::test]
    async fn when_nobody_can_look_the_answer_stays_lost() {
        let denied = || Act::Answer(403, String::new());
        let (result, requests) = create([Act::HangUp, denied()]).await;
        assert_eq!(result.unwrap_err().code(), "AnswerLost");
        assert_eq!(requests, [POST, SEARCH]);

        let (result, requests) = create([Act::HangUp, found(&[]), refused(), denied()]).await;
        assert_eq!(result.unwrap_err().code(), "AnswerLost");
        assert_eq!(requests.len(), 4);
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
        assert_eq!(created.owner, Some(ContactId::new(45)));
        let body = "first_name=Priya&last_name=Raman&email=priya%40northwinddental.example\
                    &client_company_name=Northwind+Dental+Group&send_email=no\
                    &tags%5B%5D=cw-company-250";
        assert_eq!(
            sent(&server).await,
            [(POST_CLIENT.to_owned(), Some(body.to_owned()))]
        );
    }

    #[tokio::test]
    async fn a_new_client_without_owner_name_or_label_is_an_error() {
        for (change, field) in [
            (json!({"owner": null}), "the account owner"),
            (json!({"company_name": "Priya Raman"}), "the name"),
            (json!({"tags": ["gold"]}), "the labels"),
        ] {
            let (result, _) = create_client([done(client_with(change))]).await;
            let message = result.unwrap_err().to_string();
            assert_eq!(
                message,
                format!("Grow CRM: create a client: answered well but did not change {field}")
            );
        }
    }

    #[tokio::test]
    async fn a_new_client_that_is_cut_short_is_read_back() {
        let short = done(json!({"id": 12, "company_name": NAME}));
        let (result, requests) = create_client([short, done(client())]).await;
        assert_eq!(result.unwrap().owner, Some(ContactId::new(45)));
        assert_eq!(requests, [POST_CLIENT, "GET clients/12"]);
    }

    #[tokio::test]
    async fn a_client_that_was_created_before_the_answer_was_lost_is_found_by_its_owner() {
        let (result, requests) =
            create_client([Act::HangUp, found(&[contact()]), done(client())]).await;
        assert_eq!(result.unwrap().id, CLIENT);
        assert_eq!(requests, [POST_CLIENT, SEARCH, "GET clients/12"]);
    }

    #[tokio::test]
    async fn an_owner_of_another_client_stands_in_the_way() {
        for other in [
            json!({"company_name": "Harbor Line Freight"}),
            json!({"owner": {"id": 46}}),
        ] {
            let (result, requests) =
                create_client([Act::HangUp, found(&[contact()]), done(client_with(other))]).await;
            assert_eq!(result.unwrap_err().code(), "EmailTaken");
            assert_eq!(requests.len(), 3);
        }
        let (result, requests) = create_client([refused(), found(&[contact()])]).await;
        assert_eq!(result.unwrap_err().code(), "EmailTaken");
        assert_eq!(requests, [POST_CLIENT, SEARCH]);
    }

    #[tokio::test]
    async fn no_client_is_created_a_third_time() {
        let (result, requests) = create_client([Act::HangUp, found(&[]), Act::HangUp]).await;
        assert_eq!(result.unwrap_err().code(), "AnswerLost");
        assert_eq!(requests, [POST_CLIENT, SEARCH, POST_CLIENT]);
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
