//! Creating a contact, which must not happen twice: IT Glue takes duplicates.

use http_client::Stored;
use model::Private;
use model::itglue::{Change, Contact, Draft, OrganizationId, folded};

use crate::call::Call;
use crate::client::Writer;
use crate::convert;
use crate::error::Error;
use crate::patch;

impl Writer {
    /// Creates a contact. The caller has looked for it by all that it knows and found nobody.
    ///
    /// So after a lost answer, the only contact of the organization with the same names, and with one of the addresses
    /// if there are any, is taken for the new one, if all of it is as it was asked to be. Otherwise the answer stays
    /// lost, and nothing is created again.
    pub async fn create(
        &self,
        organization: OrganizationId,
        draft: &Draft,
    ) -> Result<Stored<Contact>, Error> {
        let operation = format!("create a contact in organization {organization}");
        // Nobody would find it again.
        if draft.first_name.is_blank() && draft.last_name.is_blank() && draft.emails.is_empty() {
            return Err(Error::refused(
                &operation,
                "a contact without a name and an address",
            ));
        }
        let change = Change {
            organization: Some(organization),
            ..Change::from(draft)
        };
        let compared = |created| patch::compared(&change, created);
        let candidates = async {
            let mut contacts = self.reader.contacts_of(organization).await?;
            contacts.retain(|contact| may_come_from(contact, draft));
            Ok(contacts)
        };
        let call = Call::post(operation, "contacts", patch::contact_body(&change));
        self.create_once(&call, convert::contact, compared, candidates)
            .await
    }
}

/// Whether a contact can be what became of a draft. It is looser than comparing an answer: whoever can be meant stands
/// in the way of certainty.
fn may_come_from(contact: &Contact, draft: &Draft) -> bool {
    let names = |first: &Private, last: &Private| [folded(first), folded(last)];
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

    async fn create(script: &Script) -> Result<Stored<Contact>, Error> {
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
        assert!(created.is_as_asked());
        assert_eq!(created.record.id, ContactId::new(30_466_954));
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
        let created = writer(&server).create(ORGANIZATION, &draft).await.unwrap();
        assert!(created.is_as_asked());
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
            let created = writer(&server).create(ORGANIZATION, &draft()).await;
            let created = created.unwrap();
            assert_eq!(created.differences, [field]);
            assert_eq!(created.record.id, ContactId::new(30_466_954));
        }
    }

    #[tokio::test]
    async fn whom_nobody_could_find_again_is_not_created() {
        let server = MockServer::start().await;
        let draft = Draft {
            first_name: " ".into(),
            title: Some("Practice Manager".into()),
            ..Draft::default()
        };
        let result = writer(&server).create(ORGANIZATION, &draft).await;
        assert_eq!(result.unwrap_err().code(), "InvalidValue");
        assert!(sent(&server).await.is_empty());
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
            assert_eq!(create(&script).await.unwrap().record.id, ContactId::new(9));
            assert_eq!(script.requests(), [POST, GET]);
        }
    }

    #[tokio::test]
    async fn who_is_not_surely_found_is_not_created_again() {
        let nobody = r#"{"data": []}"#;
        let relabeled = r#"{"data": [{"id": "9", "attributes": {"organization-id": 1220417,
            "first-name": "Priya", "last-name": "Raman", "contact-emails": [
                {"value": "priya@northwinddental.example", "primary": true, "label-name": "Email"}]}}]}"#;
        let respelled = r#"{"data": [{"id": "9", "attributes": {"organization-id": 1220417,
            "first-name": "PRIYA", "last-name": "Raman", "contact-emails": [
                {"value": "priya@northwinddental.example", "primary": true, "label-name": "Work"}]}}]}"#;
        for contacts in [nobody, relabeled, respelled] {
            let script = Script::play([Act::HangUp, Act::Answer(200, contacts)]).await;
            let error = create(&script).await.unwrap_err();
            assert_eq!(error.code(), "AnswerLost");
            assert!(error.is_transient() && error.may_have_been_applied());
            assert_eq!(script.requests(), [POST, GET]);
        }
    }

    #[tokio::test]
    async fn between_two_nobody_can_tell() {
        let contacts = r#"{"data": [
            {"id": "8", "attributes": {"organization-id": 1220417, "first-name": "Priya", "last-name": "Raman",
             "contact-emails": [{"value": "priya@northwinddental.example", "label-name": "Work"}]}},
            {"id": "9", "attributes": {"organization-id": 1220417, "first-name": "priya", "last-name": " Raman",
             "contact-emails": [{"value": "priya@northwinddental.example", "label-name": "Work"}]}}]}"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, contacts)]).await;
        assert_eq!(create(&script).await.unwrap_err().code(), "AnswerLost");
        assert_eq!(script.requests(), [POST, GET]);
    }

    #[tokio::test]
    async fn when_nobody_can_look_the_answer_stays_lost() {
        for act in [Act::Answer(403, ""), Act::Answer(200, r#"{"data": [{}]}"#)] {
            let script = Script::play([Act::HangUp, act]).await;
            assert_eq!(create(&script).await.unwrap_err().code(), "AnswerLost");
            assert_eq!(script.requests().len(), 2);
        }
    }
}
