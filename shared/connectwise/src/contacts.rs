//! Contacts: reading, changing, merging.

use model::{CompanyId, Contact, ContactId, Email, FieldChange, Login, Portal};
use serde_json::json;

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::conditions::{ChildConditions, Conditions};
use crate::convert;
use crate::error::Error;
use crate::pages::{LARGEST_PAGE, Listing, Page};
use crate::patch::Patch;
use crate::wire::Record;
use crate::writes::{odd, refused};

/// The first contacts of a list, in the order of their ids.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The contacts.
    pub contacts: Vec<Contact>,
    /// Whether these are all.
    pub complete: bool,
}

impl Reader {
    /// Reads a contact; none when it does not exist.
    pub async fn contact(&self, contact: ContactId) -> Result<Option<Contact>, Error> {
        let call = Call::get(
            format!("read contact {contact}"),
            format!("company/contacts/{contact}"),
        );
        self.find(&call, convert::contact).await
    }

    /// Reads the first `limit` contacts of a company, retired ones too, in one request. A page of the PSA holds
    /// 1000 at most.
    pub async fn contacts_of(&self, company: CompanyId, limit: u16) -> Result<Batch, Error> {
        self.contacts(
            format!("list the contacts of company {company}"),
            &Conditions::company(company),
            &ChildConditions::default(),
            limit,
        )
        .await
    }

    /// Reads all contacts of a company, retired ones too, in as many pages as it takes.
    pub async fn all_contacts_of(&self, company: CompanyId) -> Result<Vec<Contact>, Error> {
        let operation = format!("list all contacts of company {company}");
        let call = Call::get(&*operation, "company/contacts")
            .with("conditions", Conditions::company(company).text());
        let listing = Listing::forward_only(call, LARGEST_PAGE);
        let items: Vec<Record> = self.client.all_pages(&listing).await?;
        convert::list(items, convert::contact).map_err(|misfit| odd(&operation, misfit))
    }

    /// Reads the first `limit` contacts that fit both filters, in one request.
    ///
    /// The PSA's matching is loose: compare again what comes back.
    pub async fn contacts_matching(
        &self,
        conditions: &Conditions,
        child_conditions: &ChildConditions,
        limit: u16,
    ) -> Result<Batch, Error> {
        let operation = "list contacts".to_owned();
        self.contacts(operation, conditions, child_conditions, limit)
            .await
    }

    async fn contacts(
        &self,
        operation: String,
        conditions: &Conditions,
        child_conditions: &ChildConditions,
        limit: u16,
    ) -> Result<Batch, Error> {
        let call = Call::get(&*operation, "company/contacts")
            .with("conditions", conditions.text())
            .with("childConditions", child_conditions.text());
        let listing = Listing::forward_only(call, limit);
        let Page { items, next } = self.client.first_page::<Record>(&listing).await?;
        let contacts =
            convert::list(items, convert::contact).map_err(|misfit| odd(&operation, misfit))?;
        Ok(Batch {
            contacts,
            complete: next.is_none(),
        })
    }
}

impl Writer {
    /// Sets fields under their names on the wire, custom fields as `customFields/ID`.
    pub async fn set_fields(
        &self,
        contact: ContactId,
        changes: &[FieldChange],
    ) -> Result<Contact, Error> {
        let operation = format!("set fields of contact {contact}");
        let patch = Patch::of(changes)
            .ok_or_else(|| refused(&operation, "a field that has another way to be written"))?;
        self.patch_contact(&operation, contact, &patch).await
    }

    /// Sets a contact's access to the client portal. A level that is absent stays as it is.
    pub async fn set_portal(&self, contact: ContactId, portal: Portal) -> Result<Contact, Error> {
        let Portal { login, level } = portal;
        let mut patch = Patch::default().set("disablePortalLoginFlag", login == Login::Disabled);
        if let Some(level) = level {
            patch = patch.set("portalSecurityLevel", level);
        }
        let operation = format!("set the portal access of contact {contact}");
        self.patch_contact(&operation, contact, &patch).await
    }

    /// Makes a contact inactive.
    pub async fn retire(&self, contact: ContactId) -> Result<Contact, Error> {
        let patch = Patch::default().set("inactiveFlag", true);
        self.patch_contact(&format!("retire contact {contact}"), contact, &patch)
            .await
    }

    /// Makes a contact active again.
    pub async fn activate(&self, contact: ContactId) -> Result<Contact, Error> {
        let patch = Patch::default().set("inactiveFlag", false);
        self.patch_contact(&format!("activate contact {contact}"), contact, &patch)
            .await
    }

    /// Has the PSA mail a link to set a password to this address. The answer does not say whether anybody
    /// has the address.
    ///
    /// It is never repeated after a lost answer: one mail too few can be asked for again, one too many cannot
    /// be unsent.
    pub async fn request_password(&self, email: &Email) -> Result<(), Error> {
        let call = Call::post(
            "request a password mail",
            "company/contacts/requestPassword",
            json!({"email": email.reveal()}),
        );
        self.client.send(&call).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use model::ContactTypeId;
    use serde_json::Value;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{
        Act, Answer, Script, error_body, only_query, reader, sent, serve, writer,
    };

    const CONTACT: ContactId = ContactId::new(4711);
    const GET: &str = "GET company/contacts/4711";

    fn pairs(query: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        query.iter().map(owned).collect()
    }

    fn contacts(count: u32) -> Answer {
        let contacts: Vec<Value> = (1..=count).map(|id| json!({"id": id})).collect();
        Answer::new(200).set_body_json(contacts)
    }

    #[tokio::test]
    async fn a_contact_that_does_not_exist_is_none() {
        let server = MockServer::start().await;
        let body = error_body("NotFound");
        let gone = Answer::new(404).set_body_raw(body, "application/json");
        serve(&server, GET, gone).await;
        assert_eq!(reader(&server).contact(CONTACT).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_contact_behind_a_wrong_address_is_an_error() {
        let server = MockServer::start().await;
        serve(&server, GET, Answer::new(404).set_body_string("<html>")).await;
        let error = reader(&server).contact(CONTACT).await.unwrap_err();
        assert_eq!(error.code(), "EndpointMissing");
    }

    #[tokio::test]
    async fn a_contact_that_cannot_be_read_says_where() {
        let server = MockServer::start().await;
        let odd = json!({"id": 4711, "company": {"id": "Harbor Line"}});
        serve(&server, GET, Answer::new(200).set_body_json(odd)).await;
        let error = reader(&server).contact(CONTACT).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "ConnectWise: read contact 4711: the answer cannot be understood at $.company.id"
        );
    }

    #[tokio::test]
    async fn the_contacts_of_a_company_are_one_request() {
        let server = MockServer::start().await;
        let link = format!("<{}/next>; rel=\"next\"", server.uri());
        let full = contacts(3).insert_header("Link", link);
        serve(&server, "GET company/contacts", full).await;
        let batch = reader(&server)
            .contacts_of(CompanyId::new(812), 3)
            .await
            .unwrap();
        assert_eq!(batch.contacts.len(), 3);
        assert!(!batch.complete);
        assert_eq!(
            only_query(&server).await,
            pairs(&[("conditions", "company/id=812"), ("pageSize", "3")])
        );
    }

    #[tokio::test]
    async fn a_batch_is_complete_when_the_list_ends_with_it() {
        for (count, limit) in [(0, 3), (2, 3), (3, 3)] {
            let server = MockServer::start().await;
            serve(&server, "GET company/contacts", contacts(count)).await;
            let batch = reader(&server)
                .contacts_of(CompanyId::new(812), limit)
                .await
                .unwrap();
            assert!(batch.complete, "{count} of {limit}");
        }
    }

    #[tokio::test]
    async fn both_filters_are_sent_in_their_own_parameters() {
        let server = MockServer::start().await;
        serve(&server, "GET company/contacts", contacts(0)).await;
        reader(&server)
            .contacts_matching(
                &Conditions::active(),
                &ChildConditions::labeled(ContactTypeId::new(3)),
                1000,
            )
            .await
            .unwrap();
        assert_eq!(
            only_query(&server).await,
            pairs(&[
                ("conditions", "inactiveFlag=false"),
                ("childConditions", "types/id=3"),
                ("pageSize", "1000"),
            ])
        );
    }

    #[tokio::test]
    async fn a_field_that_has_another_way_is_not_sent() {
        let server = MockServer::start().await;
        let change = FieldChange {
            field: "types".to_owned(),
            before: None,
            after: json!([]).into(),
        };
        let error = writer(&server)
            .set_fields(CONTACT, &[change])
            .await
            .unwrap_err();
        assert_eq!(error.code(), "InvalidValue");
        assert!(sent(&server).await.is_empty());
    }

    #[tokio::test]
    async fn a_field_is_emptied_with_all_others_in_one_request() {
        let server = MockServer::start().await;
        let call = "PATCH company/contacts/4711";
        let answer = json!({
            "id": 4711, "department": {"id": 3, "name": "Sales"}, "childrenFlag": false,
            "customFields": [{"id": 15, "caption": "crm_id", "value": null}],
        });
        serve(&server, call, Answer::new(200).set_body_json(answer)).await;
        let change = |field: &str, after: Value| FieldChange {
            field: field.to_owned(),
            before: None,
            after: after.into(),
        };
        let changes = [
            change("title", Value::Null),
            change("department", json!({"id": 3, "name": "Sales", "_info": {}})),
            change("childrenFlag", json!(false)),
            change("customFields/15", Value::Null),
        ];
        let writer = writer(&server);
        writer.set_fields(CONTACT, &changes).await.unwrap();
        let body = json!([
            {"op": "remove", "path": "title"},
            {"op": "replace", "path": "department", "value": {"id": 3}},
            {"op": "replace", "path": "childrenFlag", "value": false},
            {"op": "replace", "path": "customFields", "value": [{"id": 15, "value": null}]},
        ]);
        assert_eq!(sent(&server).await, [(call.to_owned(), Some(body))]);
        let kept = change("department", Value::Null);
        let error = writer.set_fields(CONTACT, &[kept]).await.unwrap_err();
        assert!(error.to_string().ends_with("did not change department"));
    }

    #[tokio::test]
    async fn the_portal_is_set_in_one_request_and_both_values_are_checked() {
        let server = MockServer::start().await;
        let call = "PATCH company/contacts/4711";
        let answer = json!({"id": 4711, "disablePortalLoginFlag": false, "portalSecurityLevel": 1});
        serve(&server, call, Answer::new(200).set_body_json(answer)).await;
        let portal = |level| Portal {
            login: Login::Enabled,
            level,
        };
        let writer = writer(&server);
        let contact = writer.set_portal(CONTACT, portal(Some(1))).await.unwrap();
        assert_eq!(contact.portal, portal(Some(1)));
        let body = json!([
            {"op": "replace", "path": "disablePortalLoginFlag", "value": false},
            {"op": "replace", "path": "portalSecurityLevel", "value": 1},
        ]);
        assert_eq!(sent(&server).await, [(call.to_owned(), Some(body))]);
        assert!(writer.set_portal(CONTACT, portal(None)).await.is_ok());
        let error = writer.set_portal(CONTACT, portal(Some(6))).await;
        assert_eq!(error.unwrap_err().code(), "Unchanged");
    }

    #[tokio::test]
    async fn a_password_mail_is_asked_for_once_whatever_happens_to_the_answer() {
        let script = Script::play([Act::HangUp]).await;
        let email = "renee.okafor@harborline.example".parse().unwrap();
        let error = script.writer().request_password(&email).await.unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert!(!format!("{error} {error:?}").contains("renee"), "{error:?}");
        let requests = script.requests();
        assert_eq!(requests, ["POST company/contacts/requestPassword"]);
    }

    #[tokio::test]
    async fn a_refusal_after_a_lost_answer_leaves_open_whether_the_write_took_effect() {
        let refusal = r#"{"code":"InvalidObject","message":"no","errors":null}"#;
        let script = Script::play([Act::HangUp, Act::Answer(409, refusal)]).await;
        let portal = Portal {
            login: Login::Disabled,
            level: None,
        };
        let error = script
            .writer()
            .set_portal(ContactId::new(4711), portal)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert!(error.may_have_been_applied());
        assert_eq!(script.requests().len(), 2);
    }

    #[tokio::test]
    async fn a_password_mail_names_the_address() {
        let server = MockServer::start().await;
        let call = "POST company/contacts/requestPassword";
        serve(&server, call, Answer::new(204)).await;
        let email = "renee.okafor@harborline.example".parse().unwrap();
        writer(&server).request_password(&email).await.unwrap();
        let body = json!({"email": "renee.okafor@harborline.example"});
        assert_eq!(sent(&server).await, [(call.to_owned(), Some(body))]);
    }

    #[test]
    fn calls_can_be_made_from_any_thread() {
        fn is_send<T: Send>(_: &T) {}
        let config = crate::Config::new(&crate::testing::settings("https://psa.example.com"));
        let timer = http_client::ManualTimer::new(jiff::Timestamp::UNIX_EPOCH);
        let http = http_client::Client::new(
            http_client::ClientConfig::default(),
            std::sync::Arc::new(timer),
        );
        let writer = Writer::new(Reader::new(config.unwrap(), http));
        is_send(&writer.reader.details(CONTACT));
        is_send(&writer.reader.still_at(&[], CONTACT));
        is_send(&writer.retire(CONTACT));
        is_send(&writer.merge(ContactId::new(4802), CONTACT));
        let (name, known) = ("Renee".into(), std::collections::BTreeSet::new());
        let contact = crate::NewContact {
            company: CompanyId::new(812),
            first_name: &name,
            last_name: &name,
            site: None,
        };
        is_send(&writer.create_contact(&contact, &known));
        is_send(&writer.add_note(CONTACT, "Hi"));
    }
}
