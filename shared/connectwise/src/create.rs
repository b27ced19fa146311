//! Creating a contact, which must not happen twice.

use std::collections::BTreeSet;

use model::{CompanyId, Contact, ContactId, Private};
use serde_json::json;

use crate::call::Call;
use crate::client::Writer;
use crate::convert;
use crate::error::{Error, ErrorKind};
use crate::namesakes::{NO_FIRST_NAME, first_is, last_is};
use crate::writes::unchanged;

/// A contact to create. All else is written afterwards, where each answer can be checked by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewContact<'a> {
    /// Whose it is.
    pub company: CompanyId,
    /// First name. If it is blank, [`NO_FIRST_NAME`] is sent.
    pub first_name: &'a Private,
    /// Last name, which may be blank.
    pub last_name: &'a Private,
    /// The company's site. Without one the PSA takes the default site.
    pub site: Option<u32>,
}

impl Writer {
    /// Creates a contact. `known` are the namesakes that were there before, by
    /// [`Reader::contacts_named`](crate::Reader::contacts_named).
    ///
    /// After a lost answer, a namesake that is not known is taken for the new contact, and only if there is
    /// none is it created again, once. If there are several, nobody can tell, and the answer stays lost.
    ///
    /// [`ErrorKind::Unchanged`] says that there is a new contact now, but not as it was asked for.
    pub async fn create_contact(
        &self,
        contact: &NewContact<'_>,
        known: &BTreeSet<ContactId>,
    ) -> Result<Contact, Error> {
        let NewContact {
            company,
            first_name,
            last_name,
            site,
        } = *contact;
        let operation = format!("create a contact in company {company}");
        let mut body = json!({"firstName": first_name.reveal(), "company": {"id": company}});
        if first_name.is_blank() {
            body["firstName"] = json!(NO_FIRST_NAME);
        }
        if !last_name.is_blank() {
            body["lastName"] = json!(last_name.reveal());
        }
        if let Some(site) = site {
            body["site"] = json!({"id": site});
        }
        let find = async {
            let namesakes = self
                .reader
                .contacts_named(company, first_name, last_name)
                .await?;
            let mut new = namesakes.into_iter().filter(|c| !known.contains(&c.id));
            match (new.next(), new.next()) {
                (found, None) => Ok(found),
                (_, Some(_)) => Err(Error::new(&operation, ErrorKind::AnswerLost)),
            }
        };
        let call = Call::post(&*operation, "company/contacts", body);
        let created = self.create(&call, convert::contact, find).await?;
        match first_difference(contact, &created) {
            Some(field) => Err(unchanged(&operation, field)),
            None => Ok(created),
        }
    }
}

fn first_difference(asked: &NewContact<'_>, found: &Contact) -> Option<&'static str> {
    let site = found
        .fields
        .get("site")
        .and_then(|site| site.reveal().get("id")?.as_u64());
    if !first_is(found, asked.first_name) {
        Some("firstName")
    } else if !last_is(found, asked.last_name) {
        Some("lastName")
    } else if found.company != Some(asked.company) {
        Some("company")
    } else if asked.site.is_some() && site != asked.site.map(u64::from) {
        Some("site")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, sent, serve, writer};

    const COMPANY: CompanyId = CompanyId::new(812);
    const POST: &str = "POST company/contacts";
    const GET: &str = "GET company/contacts";
    const CREATED: Act = Act::Answer(
        201,
        r#"{"id": 9, "firstName": "Renee", "lastName": "Okafor", "company": {"id": 812}}"#,
    );

    fn known(ids: &[u32]) -> BTreeSet<ContactId> {
        ids.iter().copied().map(ContactId::new).collect()
    }

    async fn create(script: &Script, known: &BTreeSet<ContactId>) -> Result<Contact, Error> {
        let contact = NewContact {
            company: COMPANY,
            first_name: &"Renee".into(),
            last_name: &"Okafor".into(),
            site: None,
        };
        script.writer().create_contact(&contact, known).await
    }

    /// What is sent for a contact, and what comes of this answer.
    async fn sent_for(
        (first, last): (&str, &str),
        site: Option<u32>,
        answer: Value,
    ) -> (Value, Result<Contact, Error>) {
        let server = MockServer::start().await;
        serve(&server, POST, Answer::new(201).set_body_json(answer)).await;
        let contact = NewContact {
            company: COMPANY,
            first_name: &first.into(),
            last_name: &last.into(),
            site,
        };
        let created = writer(&server).create_contact(&contact, &known(&[])).await;
        let [(call, Some(body))] = &sent(&server).await[..] else {
            panic!("one request");
        };
        assert_eq!(call, POST);
        (body.clone(), created)
    }

    #[tokio::test]
    async fn a_contact_is_created_with_its_names_and_its_place_alone() {
        let answer = json!({
            "id": 9, "firstName": "Renee", "lastName": "Okafor", "company": {"id": 812, "name": "Harbor Line"},
            "site": {"id": 1204, "name": "Main", "_info": {}}, "disablePortalLoginFlag": true,
        });
        let (body, created) = sent_for(("Renee", "Okafor"), Some(1204), answer).await;
        assert_eq!(
            body,
            json!({"firstName": "Renee", "lastName": "Okafor", "company": {"id": 812}, "site": {"id": 1204}})
        );
        assert_eq!(created.unwrap().id, ContactId::new(9));
    }

    #[tokio::test]
    async fn a_missing_first_name_is_sent_as_a_dash_and_a_missing_last_name_not_at_all() {
        let answer =
            json!({"id": 9, "firstName": "-", "lastName": "Okafor", "company": {"id": 812}});
        let (body, created) = sent_for((" ", "Okafor"), None, answer).await;
        assert_eq!(
            body,
            json!({"firstName": "-", "lastName": "Okafor", "company": {"id": 812}})
        );
        assert_eq!(created.unwrap().first_name.reveal(), NO_FIRST_NAME);
        let answer = json!({"id": 9, "firstName": "Renee", "company": {"id": 812}});
        let (body, created) = sent_for(("Renee", ""), None, answer).await;
        assert_eq!(body, json!({"firstName": "Renee", "company": {"id": 812}}));
        assert!(created.unwrap().last_name.is_blank());
    }

    #[tokio::test]
    async fn what_differs_in_the_answer_is_named() {
        let whole = json!({
            "id": 9, "firstName": "Renee", "lastName": "Okafor", "company": {"id": 812}, "site": {"id": 1204},
        });
        for (field, value) in [
            ("firstName", json!("Rene")),
            ("lastName", Value::Null),
            ("company", json!({"id": 813})),
            ("company", json!({})),
            ("site", json!({"id": 1})),
            ("site", Value::Null),
        ] {
            let mut answer = whole.clone();
            answer[field] = value;
            let (_, created) = sent_for(("Renee", "Okafor"), Some(1204), answer).await;
            let message = created.unwrap_err().to_string();
            assert!(message.ends_with(field), "{message}");
            assert!(!message.contains("Renee"), "{message}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_passed_on_and_nobody_is_looked_for() {
        let refusal = r#"{"code":"InvalidObject","message":"contact object is invalid","errors":[
            {"code":"MissingRequiredField","message":"Renee","resource":"contact","field":"firstName"}]}"#;
        let script = Script::play([Act::Answer(400, refusal)]).await;
        let error = create(&script, &known(&[])).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "ConnectWise: create a contact in company 812: rejected with 400 InvalidObject \
             (contact.firstName MissingRequiredField)"
        );
        assert_eq!(script.requests(), [POST]);
    }

    #[tokio::test]
    async fn who_was_created_before_the_answer_was_lost_is_found_among_namesakes() {
        let namesakes = r#"[
            {"id": 4, "firstName": "Renee", "lastName": "Okafor", "company": {"id": 812}},
            {"id": 5, "firstName": "Renee", "lastName": "Okafor-Brandt", "company": {"id": 812}},
            {"id": 9, "firstName": "Renee", "lastName": "Okafor", "company": {"id": 812}}]"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, namesakes)]).await;
        let created = create(&script, &known(&[4])).await.unwrap();
        assert_eq!(created.id, ContactId::new(9));
        assert_eq!(script.requests(), [POST, GET]);
    }

    #[tokio::test]
    async fn who_is_not_among_the_namesakes_is_created_once_more() {
        let namesakes =
            r#"[{"id": 4, "firstName": "Renee", "lastName": "Okafor", "company": {"id": 812}}]"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, namesakes), CREATED]).await;
        let created = create(&script, &known(&[4])).await.unwrap();
        assert_eq!(created.id, ContactId::new(9));
        assert_eq!(script.requests(), [POST, GET, POST]);

        let script = Script::play([Act::HangUp, Act::Answer(200, "[]"), Act::HangUp]).await;
        let error = create(&script, &known(&[])).await.unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert_eq!(script.requests().len(), 3);
    }

    #[tokio::test]
    async fn between_two_newcomers_nobody_can_tell() {
        let namesakes = r#"[
            {"id": 8, "firstName": "Renee", "lastName": "Okafor", "company": {"id": 812}},
            {"id": 9, "firstName": "Renee", "lastName": "Okafor", "company": {"id": 812}}]"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, namesakes)]).await;
        let error = create(&script, &known(&[])).await.unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert!(error.may_have_been_applied());
        assert_eq!(script.requests(), [POST, GET]);
    }

    #[tokio::test]
    async fn when_nobody_can_look_for_namesakes_the_answer_stays_lost() {
        let broken = r#"[{"firstName": "Renee"}]"#;
        for act in [Act::Answer(403, ""), Act::Answer(200, broken)] {
            let script = Script::play([Act::HangUp, act]).await;
            let error = create(&script, &known(&[])).await.unwrap_err();
            assert_eq!(error.code(), "AnswerLost");
            assert_eq!(script.requests().len(), 2);
        }
    }

    #[tokio::test]
    async fn a_newcomer_whose_company_is_hidden_is_not_created_again() {
        let hidden = r#"[{"id": 9, "firstName": "Renee", "lastName": "Okafor", "company": {}}]"#;
        let script = Script::play([Act::HangUp, Act::Answer(200, hidden)]).await;
        let message = create(&script, &known(&[])).await.unwrap_err().to_string();
        assert!(message.ends_with("did not change company"), "{message}");
        assert_eq!(script.requests(), [POST, GET]);
    }
}
