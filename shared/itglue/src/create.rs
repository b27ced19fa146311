//! Creating a contact, which must not happen twice: IT Glue takes duplicates.

use model::itglue::{Change, Contact, Draft, OrganizationId};

use crate::call::Call;
use crate::client::Writer;
use crate::convert;
use crate::error::{Error, ErrorKind};
use crate::patch;
use crate::writes::compared;

impl Writer {
    /// Creates a contact. The caller has looked for it by all that it knows and found nobody.
    ///
    /// So after a lost answer, a contact of the organization with the same names, and with one of the addresses if
    /// there are any, is taken for the new one, and only if there is none is it created again, once. If there are
    /// several, nobody can tell, and the answer stays lost.
    ///
    /// [`ErrorKind::Unchanged`] says that there is a new contact now, but not as it was asked for.
    pub async fn create(
        &self,
        organization: OrganizationId,
        draft: &Draft,
    ) -> Result<Contact, Error> {
        let operation = format!("create a contact in organization {organization}");
        let change = Change {
            organization: Some(organization),
            ..Change::from(draft)
        };
        let find = async {
            let contacts = self.reader.contacts_of(organization).await?;
            let mut found = contacts
                .into_iter()
                .filter(|contact| may_come_from(contact, draft));
            match (found.next(), found.next()) {
                (found, None) => Ok(found),
                (_, Some(_)) => Err(Error::new(&operation, ErrorKind::AnswerLost)),
            }
        };
        let call = Call::post(&*operation, "contacts", patch::contact_body(&change));
        let created = self.create_once(&call, convert::contact, find).await?;
        compared(&operation, &change, created)
    }
}

/// Whether a contact can be what became of a draft. It is looser than comparing an answer: what IT Glue spelled in
/// its own way must be found all the same, or it would be created again.
fn may_come_from(contact: &Contact, draft: &Draft) -> bool {
    let names = |first: &model::Private, last: &model::Private| {
        [first, last].map(|name| name.reveal().trim().to_owned())
    };
    names(&contact.first_name, &contact.last_name) == names(&draft.first_name, &draft.last_name)
        && (draft.emails.is_empty()
            || draft
                .emails
                .iter()
                .any(|email| contact.emails.iter().any(|found| found.same_as(email))))
}

#[cfg(test)]
mod tests {
    use model::itglue::{ContactId, ContactTypeId, Email, Phone, PhoneKind};
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, answer_with, sent, serve, writer};

    const ORGANIZATION: OrganizationId = OrganizationId::new(1_220_417);
    const POST: &str = "POST contacts";
    const GET: &str = "GET contacts";
    const CREATED: Act = Act::Answer(
        201,
        r#"{"data": {"id": "9", "attributes": {"organization-id": 1220417, "first-name": "Priya",
            "last-name": "Raman", "contact-emails": [
                {"value": "priya@northwinddental.example", "primary": true, "label-name": "Work"}]}}}"#,
    );

    fn work(address: &str) -> Email {
        Email {
            value: address.into(),
            label: "Work".to_owned(),
            primary: true,
        }
    }

    fn draft() -> Draft {
        Draft {
            first_name: "Priya".into(),
            last_name: "Raman".into(),
            emails: vec![work("priya@northwinddental.example")],
            ..Draft::default()
        }
    }

    async fn create(script: &Script) -> Result<Contact, Error> {
        script.writer().create(ORGANIZATION, &draft()).await
    }

    #[tokio::test]
    async fn a_contact_is_created_as_the_documentation_has_it() {
        let server = MockServer::start().await;
        serve(&server, POST, answer_with(json!({}))).await;
        let draft = Draft {
            title: Some("Practice Manager".into()),
            contact_type: Some(ContactTypeId::new(118_205)),
            important: Some(true),
            notes: Some("<p>Mirrored from ConnectWise contact 4711</p>".into()),
            phones: vec![
                Phone {
                    value: "312-555-0142".into(),
                    extension: Some("204".into()),
                    label: "Work".to_owned(),
                    primary: true,
                    kind: PhoneKind::Phone,
                },
                Phone {
                    value: "312-555-0177".into(),
                    extension: None,
                    label: "Cell".to_owned(),
                    primary: false,
                    kind: PhoneKind::Phone,
                },
            ],
            ..draft()
        };
        let created = writer(&server).create(ORGANIZATION, &draft).await.unwrap();
        assert_eq!(created.id, ContactId::new(30_466_954));
        let body = json!({"data": {"type": "contacts", "attributes": {
            "organization-id": 1_220_417,
            "first-name": "Priya",
            "last-name": "Raman",
            "title": "Practice Manager",
            "contact-type-id": 118_205,
            "important": true,
            "notes": "<p>Mirrored from ConnectWise contact 4711</p>",
            "contact-emails": [
                {"value": "priya@northwinddental.example", "primary": true, "label-name": "Work"},
            ],
            "contact-phones": [
                {"value": "312-555-0142", "extension": "204", "primary": true, "label-name": "Work",
                 "label-type": "phone"},
                {"value": "312-555-0177", "primary": false, "label-name": "Cell", "label-type": "phone"},
            ],
        }}});
        assert_eq!(sent(&server).await, [(POST.to_owned(), Some(body))]);
    }

    #[tokio::test]
    async fn what_is_blank_is_not_sent() {
        let server = MockServer::start().await;
        serve(&server, POST, answer_with(json!({"last-name": null}))).await;
        let draft = Draft {
            first_name: "Priya".into(),
            title: Some(" ".into()),
            ..Draft::default()
        };
        writer(&server).create(ORGANIZATION, &draft).await.unwrap();
        let body = json!({"data": {"type": "contacts",
            "attributes": {"organization-id": 1_220_417, "first-name": "Priya"}}});
        assert_eq!(sent(&server).await, [(POST.to_owned(), Some(body))]);
    }

    #[tokio::test]
    async fn what_differs_in_the_answer_is_named() {
        for (field, attributes) in [
            ("organization-id", json!({"organization-id": 5})),
            ("first-name", json!({"first-name": "Prya"})),
            ("contact-emails", json!({"contact-emails": []})),
        ] {
            let server = MockServer::start().await;
            serve(&server, POST, answer_with(attributes)).await;
            let result = writer(&server).create(ORGANIZATION, &draft()).await;
            let message = result.unwrap_err().to_string();
            assert!(message.ends_with(field), "{message}");
            assert!(!message.contains("Priya"), "{message}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_passed_on_and_nobody_is_looked_for() {
        let server = MockServer::start().await;
        let refusal = Answer::new(422).set_body_json(json!({"errors": [{
            "status": 422, "title": "priya@northwinddental.example is invalid",
            "source": {"pointer": "/data/attributes/contact-emails"}}]}));
        serve(&server, POST, refusal).await;
        let error = writer(&server)
            .create(ORGANIZATION, &draft())
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "IT Glue: create a contact in organization 1220417: rejected (contact-emails)"
        );
        assert!(!format!("{error:?}").contains("priya"), "{error:?}");
        assert_eq!(sent(&server).await.len(), 1);
    }

    #[tokio::test]
    async fn who_was_created_before_the_answer_was_lost_is_found() {
        for lost in [
            Act::HangUp,
            Act::Answer(500, "<html>"),
            Act::Answer(201, "<html>"),
        ] {
            let contacts = r#"{"data": [
                {"id": "4", "attributes": {"organization-id": 1220417, "first-name": "Priya", "last-name": "Raman",
                 "contact-emails": [{"value": "p.raman@other.example", "label-name": "Work"}]}},
                {"id": "5", "attributes": {"organization-id": 1220417, "first-name": "Lee", "last-name": "Raman",
                 "contact-emails": [{"value": "priya@northwinddental.example", "label-name": "Work"}]}},
                {"id": "9", "attributes": {"organization-id": 1220417, "first-name": "Priya", "last-name": "Raman",
                 "contact-emails": [{"value": "Priya@northwinddental.example", "primary": true,
                    "label-name": "Work"}]}}]}"#;
            let script = Script::play([lost, Act::Answer(200, contacts)]).await;
            assert_eq!(create(&script).await.unwrap().id, ContactId::new(9));
            assert_eq!(script.requests().await, [POST, GET]);
        }
    }

    #[tokio::test]
    async fn who_was_created_in_another_spelling_is_found_and_the_difference_told() {
        let contacts = r#"{"data": [{"id": "9", "attributes": {"organization-id": 1220417,
            "first-name": "Priya", "last-name": "Raman", "contact-emails": [
                {"value": "priya@northwinddental.example", "primary": true, "label-name": "Email"}]}}]}"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, contacts)]).await;
        let message = create(&script).await.unwrap_err().to_string();
        assert!(message.ends_with("contact-emails.label-name"), "{message}");
        assert_eq!(script.requests().await, [POST, GET]);
    }

    #[tokio::test]
    async fn who_is_not_found_is_created_once_more() {
        let nobody = Act::Answer(200, r#"{"data": []}"#);
        let script = Script::play([Act::HangUp, nobody, CREATED]).await;
        assert_eq!(create(&script).await.unwrap().id, ContactId::new(9));
        assert_eq!(script.requests().await, [POST, GET, POST]);

        let nobody = Act::Answer(200, r#"{"data": []}"#);
        let script = Script::play([Act::HangUp, nobody, Act::HangUp]).await;
        let error = create(&script).await.unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert!(error.is_transient() && error.may_have_been_applied());
        assert_eq!(script.requests().await.len(), 3);
    }

    #[tokio::test]
    async fn between_two_nobody_can_tell() {
        let contacts = r#"{"data": [
            {"id": "8", "attributes": {"organization-id": 1220417, "first-name": "Priya", "last-name": "Raman",
             "contact-emails": [{"value": "priya@northwinddental.example", "label-name": "Work"}]}},
            {"id": "9", "attributes": {"organization-id": 1220417, "first-name": "Priya", "last-name": "Raman",
             "contact-emails": [{"value": "priya@northwinddental.example", "label-name": "Work"}]}}]}"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, contacts)]).await;
        assert_eq!(create(&script).await.unwrap_err().code(), "AnswerLost");
        assert_eq!(script.requests().await, [POST, GET]);
    }

    #[tokio::test]
    async fn when_nobody_can_look_the_answer_stays_lost() {
        for act in [Act::Answer(403, ""), Act::Answer(200, r#"{"data": [{}]}"#)] {
            let script = Script::play([Act::HangUp, act]).await;
            assert_eq!(create(&script).await.unwrap_err().code(), "AnswerLost");
            assert_eq!(script.requests().await.len(), 2);
        }
    }

    #[cfg(feature = "drill")]
    #[tokio::test]
    async fn in_a_drill_the_answer_may_be_lost_without_anybody_looking() {
        let script = Script::play([Act::HangUp, CREATED]).await;
        let writer = script.writer().without_search();
        let created = writer.create(ORGANIZATION, &draft()).await.unwrap();
        assert_eq!(created.id, ContactId::new(9));
        assert_eq!(script.requests().await, [POST, POST]);
    }
}
