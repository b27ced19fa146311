//! Reading contacts, and what hangs on them.

use model::Email;
use model::itglue::{Attached, Contact, ContactId, OrganizationId};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::call::Call;
use crate::client::Reader;
use crate::convert::{self, Convert, related};
use crate::error::Error;
use crate::wire::{Bare, Document, Included};

/// What ties a record to records of other systems.
pub(crate) const TIES: &str = "adapters_resources";

/// ConnectWise PSA among the systems that IT Glue syncs with.
const PSA: &str = "manage";

impl Reader {
    /// Reads a contact; none when it does not exist.
    pub async fn contact(&self, contact: ContactId) -> Result<Option<Contact>, Error> {
        let operation = format!("read contact {contact}");
        let is_it = |found: &Contact| found.id == contact;
        self.show(
            &operation,
            "contacts",
            contact.get(),
            convert::contact,
            is_it,
        )
        .await
    }

    /// All contacts of an organization.
    pub async fn contacts_of(&self, organization: OrganizationId) -> Result<Vec<Contact>, Error> {
        let operation = format!("list the contacts of organization {organization}");
        let call = Call::get(operation, "contacts").filter("filter[organization_id]", organization);
        let mut contacts = self.contacts(call).await?;
        // A filter that IT Glue passed over would bring everybody.
        contacts.retain(|contact| contact.organization == organization);
        Ok(contacts)
    }

    /// The contacts that are marked as important, in one organization or in all.
    pub async fn important_contacts(
        &self,
        organization: Option<OrganizationId>,
    ) -> Result<Vec<Contact>, Error> {
        let call = Call::get("list the important contacts", "contacts");
        let call = call.filter("filter[important]", true);
        let call = match organization {
            Some(organization) => call.filter("filter[organization_id]", organization),
            None => call,
        };
        let mut contacts = self.contacts(call).await?;
        // Filters that IT Glue passed over would bring others.
        contacts.retain(|contact| {
            contact.important == Some(true)
                && organization.is_none_or(|organization| contact.organization == organization)
        });
        Ok(contacts)
    }

    /// The contacts of an organization with this address among theirs.
    ///
    /// All contacts of the organization are read: IT Glue's filter knows primary addresses only, and minds their case.
    pub async fn contacts_by_email(
        &self,
        organization: OrganizationId,
        address: &Email,
    ) -> Result<Vec<Contact>, Error> {
        let mut contacts = self.contacts_of(organization).await?;
        contacts.retain(|contact| {
            let mut emails = contact.emails.iter();
            emails.any(|email| email.address().as_ref() == Some(address))
        });
        Ok(contacts)
    }

    /// The contacts that the native sync ties to a contact of the PSA. There should be one at most.
    pub async fn contacts_by_psa(&self, contact: model::ContactId) -> Result<Vec<Contact>, Error> {
        let operation = format!("look for contact {contact} of the PSA");
        let psa_id = contact.get().to_string();
        let found = self
            .contacts(by_psa(&operation, "contacts", &psa_id))
            .await?;
        Ok(tied(found, &psa_id, |contact| &contact.remote_ids))
    }

    /// How much hangs on a contact; nothing when it does not exist.
    pub async fn attached(&self, contact: ContactId) -> Result<Option<Attached>, Error> {
        let operation = format!("count what hangs on contact {contact}");
        let call = Call::get(operation, format!("contacts/{contact}"))
            .with("include", "passwords,attachments,related_items");
        // Passwords and their like are counted, and nothing of them is kept.
        let document: Document<Bare, IgnoredAny> = match self.connection.fetch(&call).await {
            Ok(document) => document,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) if error.is_endpoint_missing() => {
                return match self.contact(contact).await? {
                    Some(_) => Err(error),
                    None => Ok(None),
                };
            }
            Err(error) => return Err(error),
        };
        let misplaced = |place: &str| Error::misplaced(&call, place.to_owned());
        let record = document.data.ok_or_else(|| misplaced("$.data"))?;
        if record.id != Some(contact.get()) {
            return Err(misplaced("$.data.id"));
        }
        let included = document.included.unwrap_or_default();
        let count = |name| count(&record, &included, name);
        Ok(Some(Attached {
            passwords: count("passwords"),
            attachments: count("attachments"),
            related_items: count("related-items"),
        }))
    }

    /// Reads one record by its id. An answer that is not IT Glue's way to say that there is none is asked about
    /// again, through the list: not every route is known to say it that way.
    pub(crate) async fn show<A: DeserializeOwned, M>(
        &self,
        operation: &str,
        path: &str,
        id: u64,
        convert: Convert<A, M>,
        is_it: impl Fn(&M) -> bool,
    ) -> Result<Option<M>, Error> {
        let call = Call::get(operation, format!("{path}/{id}")).with("include", TIES);
        match self.find(&call, id, convert).await {
            Err(error) if error.is_endpoint_missing() => {
                let call = Call::get(operation, path)
                    .filter("filter[id]", id)
                    .with("include", TIES);
                // Should the filter be passed over, the list is whole all the same.
                Ok(self.list(&call, convert).await?.into_iter().find(is_it))
            }
            result => result,
        }
    }

    async fn contacts(&self, call: Call) -> Result<Vec<Contact>, Error> {
        self.list(&call.with("include", TIES), convert::contact)
            .await
    }
}

/// Looks for what the native sync ties to a record of the PSA.
pub(crate) fn by_psa(operation: &str, path: &str, psa_id: &str) -> Call {
    Call::get(operation, path)
        .filter("filter[psa_integration_type]", PSA)
        .filter("filter[psa_id]", psa_id)
}

/// Of what the filter for a record of the PSA found, what is tied to it. A single hit is trusted; only among several,
/// the ties choose, as far as IT Glue told them.
pub(crate) fn tied<M>(found: Vec<M>, psa_id: &str, remote_ids: fn(&M) -> &Vec<String>) -> Vec<M> {
    if found.len() < 2 {
        return found;
    }
    let is_surely_it = |found: &M| remote_ids(found).iter().any(|id| id == psa_id);
    let (sure, mut others): (Vec<M>, Vec<M>) = found.into_iter().partition(is_surely_it);
    if !sure.is_empty() {
        return sure;
    }
    others.retain(|found| remote_ids(found).is_empty());
    others
}

/// How many there are by either way of telling; nothing if IT Glue told neither way.
fn count(record: &Bare, included: &[Included<IgnoredAny>], name: &str) -> Option<usize> {
    let pointed_at = related(record, name)
        .and_then(Value::as_array)
        .map(Vec::len);
    let within = record.included.iter().flatten();
    let included = included
        .iter()
        .chain(within)
        .filter(|other| {
            let kind = other.kind.as_deref().unwrap_or_default();
            kind.replace('_', "-") == name
        })
        .count();
    match (pointed_at, included) {
        (None, 0) => None,
        (pointed_at, included) => Some(included.max(pointed_at.unwrap_or(0))),
    }
}

#[cfg(test)]
mod tests {
    use model::itglue::Link;
    use serde_json::{Value, json};
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Answer, contact, only_query, page, queries, reader, serve};

    const CONTACT: ContactId = ContactId::new(72);
    const ORGANIZATION: OrganizationId = OrganizationId::new(5);
    const GET: &str = "GET contacts/72";
    const LIST: &str = "GET contacts";

    fn one(record: Value) -> Answer {
        Answer::new(200).set_body_json(json!({"data": record}))
    }

    fn many(records: &[Value]) -> Answer {
        Answer::new(200).set_body_json(page(records))
    }

    fn ids(contacts: Vec<Contact>) -> Vec<u64> {
        contacts.iter().map(|contact| contact.id.get()).collect()
    }

    #[tokio::test]
    async fn a_contact_that_does_not_exist_is_none() {
        let server = MockServer::start().await;
        let gone = Answer::new(404).set_body_json(json!({"errors": [{"status": 404}]}));
        serve(&server, GET, gone).await;
        assert_eq!(reader(&server).contact(CONTACT).await.unwrap(), None);
        assert_eq!(
            only_query(&server).await,
            [("include".to_owned(), "adapters_resources".to_owned())]
        );
    }

    #[tokio::test]
    async fn a_contact_is_read_with_what_ties_it_to_the_psa() {
        let server = MockServer::start().await;
        let mut record = contact(72, 5, "priya@dental.example");
        record["relationships"] = json!({"adapters-resources": {"data": [{"id": "9"}]}});
        let answer = Answer::new(200).set_body_json(json!({
            "data": record,
            "included": [{"id": "9", "type": "adapters-resources", "attributes":
                {"adapter-type-name": "ConnectWise", "remote-id": "4711", "sync": true, "orphaned": false}}],
        }));
        serve(&server, GET, answer).await;
        let contact = reader(&server).contact(CONTACT).await.unwrap().unwrap();
        assert_eq!(contact.link, Link::Synced);
        assert_eq!(contact.remote_ids, ["4711"]);
    }

    #[tokio::test]
    async fn a_page_of_html_about_a_contact_is_checked_through_the_list() {
        let other = || contact(73, 5, "b@dental.example");
        let it = || contact(72, 5, "a@dental.example");
        for (records, expected) in [
            (vec![], None),
            (vec![it()], Some(72)),
            (vec![other(), it()], Some(72)),
            (vec![other()], None),
        ] {
            let server = MockServer::start().await;
            serve(&server, GET, Answer::new(404).set_body_string("<html>")).await;
            serve(&server, LIST, many(&records)).await;
            let found = reader(&server).contact(CONTACT).await.unwrap();
            assert_eq!(found.map(|contact| contact.id.get()), expected);
            let queries = queries(&server).await;
            assert!(queries[1].contains(&("filter[id]".to_owned(), "72".to_owned())));
        }
    }

    #[tokio::test]
    async fn the_answer_about_somebody_else_is_not_believed() {
        let server = MockServer::start().await;
        serve(&server, GET, one(contact(73, 5, "sam@dental.example"))).await;
        let reader = reader(&server);
        for error in [
            reader.contact(CONTACT).await.unwrap_err(),
            reader.attached(CONTACT).await.unwrap_err(),
        ] {
            assert!(error.to_string().ends_with("$.data.id"), "{error}");
            assert!(!error.may_have_been_applied());
        }
    }

    #[tokio::test]
    async fn a_contact_behind_a_wrong_address_is_an_error() {
        let server = MockServer::start().await;
        let error = reader(&server).contact(CONTACT).await.unwrap_err();
        assert_eq!(error.code(), "EndpointMissing");
    }

    #[tokio::test]
    async fn a_contact_that_cannot_be_read_says_where() {
        let server = MockServer::start().await;
        serve(
            &server,
            GET,
            one(json!({"id": "72", "attributes": {"important": "Priya"}})),
        )
        .await;
        let error = reader(&server).contact(CONTACT).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "IT Glue: read contact 72: the answer cannot be understood at $.data.attributes.important"
        );
    }

    #[tokio::test]
    async fn the_contacts_of_an_organization_are_its_own() {
        let server = MockServer::start().await;
        let records = [
            contact(72, 5, "priya@dental.example"),
            contact(73, 6, "sam@harbor.example"),
        ];
        serve(&server, LIST, many(&records)).await;
        let contacts = reader(&server).contacts_of(ORGANIZATION).await.unwrap();
        assert_eq!(ids(contacts), [72]);
        assert_eq!(
            only_query(&server).await,
            [
                ("filter[organization_id]", "5"),
                ("include", "adapters_resources"),
                ("sort", "id"),
                ("page[number]", "1"),
                ("page[size]", "1000"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[tokio::test]
    async fn who_is_important_is_asked_for_by_a_filter_that_need_not_be_kept() {
        let marked = |id: u64, organization: u64, important: Value| {
            let mut record = contact(id, organization, "priya@dental.example");
            record["attributes"]["important"] = important;
            record
        };
        let records = [
            marked(72, 5, json!(true)),
            marked(73, 6, json!(true)),
            marked(74, 5, json!(false)),
            marked(75, 5, Value::Null),
        ];
        let filters = [
            ("filter[important]".to_owned(), "true".to_owned()),
            ("filter[organization_id]".to_owned(), "5".to_owned()),
        ];
        for (organization, filters, expected) in [
            (None, &filters[..1], &[72, 73][..]),
            (Some(ORGANIZATION), &filters[..], &[72]),
        ] {
            let server = MockServer::start().await;
            serve(&server, LIST, many(&records)).await;
            let found = reader(&server).important_contacts(organization).await;
            assert_eq!(ids(found.unwrap()), expected);
            let sent = only_query(&server).await;
            let sent: Vec<_> = sent
                .into_iter()
                .filter(|(name, _)| name.starts_with("filter"))
                .collect();
            assert_eq!(sent, filters);
        }
    }

    #[tokio::test]
    async fn an_address_is_found_in_any_case_and_place_among_all_contacts() {
        let server = MockServer::start().await;
        let mut second = contact(73, 5, "sam@dental.example");
        second["attributes"]["contact-emails"] = json!([
            {"value": "sam@dental.example", "primary": true, "label-name": "Work"},
            {"value": "PRIYA@dental.example", "primary": false, "label-name": "Home"},
        ]);
        let stranger = contact(74, 6, "priya@dental.example");
        let records = [contact(72, 5, "lee@dental.example"), second, stranger];
        serve(&server, LIST, many(&records)).await;
        let address: Email = "priya@dental.example".parse().unwrap();
        let contacts = reader(&server)
            .contacts_by_email(ORGANIZATION, &address)
            .await;
        assert_eq!(ids(contacts.unwrap()), [73]);
        let query = only_query(&server).await;
        assert!(!format!("{query:?}").contains("priya"));
    }

    #[tokio::test]
    async fn a_contact_of_the_psa_is_looked_for_with_the_kind_of_psa() {
        let server = MockServer::start().await;
        let mut other = contact(73, 5, "sam@dental.example");
        other["included"] = json!([{"id": "1", "attributes": {"remote-id": "4712"}}]);
        let records = [contact(72, 5, "priya@dental.example"), other];
        serve(&server, LIST, many(&records)).await;
        let contacts = reader(&server)
            .contacts_by_psa(model::ContactId::new(4711))
            .await;
        assert_eq!(ids(contacts.unwrap()), [72]);
        let query = only_query(&server).await;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(query[0], pair("filter[psa_integration_type]", "manage"));
        assert_eq!(query[1], pair("filter[psa_id]", "4711"));
    }

    #[test]
    fn a_single_hit_is_trusted_and_the_ties_choose_among_several() {
        let hit = |id: u64, remote_ids: &[&str]| {
            let remote_ids: Vec<String> = remote_ids.iter().copied().map(str::to_owned).collect();
            (id, remote_ids)
        };
        for (hits, expected) in [
            (vec![], vec![]),
            (vec![hit(1, &["4712"])], vec![1]),
            (vec![hit(1, &["4712"]), hit(2, &["9", "4711"])], vec![2]),
            (vec![hit(1, &[]), hit(2, &["4711"])], vec![2]),
            (vec![hit(1, &[]), hit(2, &["4712"])], vec![1]),
            (vec![hit(1, &["4711"]), hit(2, &["4711"])], vec![1, 2]),
        ] {
            let found = tied(hits, "4711", |(_, remote_ids)| remote_ids);
            let found: Vec<u64> = found.into_iter().map(|(id, _)| id).collect();
            assert_eq!(found, expected);
        }
    }

    #[tokio::test]
    async fn what_hangs_on_a_contact_is_counted_by_either_way_of_telling() {
        let server = MockServer::start().await;
        let answer = Answer::new(200).set_body_json(json!({
            "data": {
                "id": "72",
                "attributes": {"organization-id": 5},
                "relationships": {
                    "passwords": {"data": [{"id": "a-guid"}, {}]},
                    "attachments": {"data": []},
                },
            },
            "included": [
                {"id": "a-guid", "type": "passwords", "attributes": {"password": "hunter2"}},
                {"id": "7", "type": "related_items"},
            ],
        }));
        serve(&server, GET, answer).await;
        let attached = reader(&server).attached(CONTACT).await.unwrap().unwrap();
        assert_eq!(
            attached,
            Attached {
                passwords: Some(2),
                attachments: Some(0),
                related_items: Some(1),
            }
        );
        assert_eq!(
            only_query(&server).await,
            [(
                "include".to_owned(),
                "passwords,attachments,related_items".to_owned()
            )]
        );
    }

    #[tokio::test]
    async fn what_it_glue_does_not_tell_is_not_taken_for_nothing() {
        for relation in [json!(null), json!({"data": null}), json!({"data": "none"})] {
            let server = MockServer::start().await;
            let mut record = contact(72, 5, "priya@dental.example");
            record["relationships"] = json!({"passwords": relation});
            serve(&server, GET, one(record)).await;
            let attached = reader(&server).attached(CONTACT).await.unwrap().unwrap();
            assert_eq!(attached, Attached::default());
            assert!(!attached.is_nothing());
        }
    }

    #[tokio::test]
    async fn nothing_hangs_on_a_contact_that_does_not_exist() {
        let server = MockServer::start().await;
        let gone = Answer::new(404).set_body_json(json!({"errors": []}));
        serve(&server, GET, gone).await;
        assert_eq!(reader(&server).attached(CONTACT).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_page_of_html_about_what_hangs_on_a_contact_is_checked_through_the_list() {
        for (records, expected) in [
            (vec![], Ok(None)),
            (
                vec![contact(72, 5, "a@dental.example")],
                Err("EndpointMissing"),
            ),
        ] {
            let server = MockServer::start().await;
            serve(&server, LIST, many(&records)).await;
            let attached = reader(&server).attached(CONTACT).await;
            assert_eq!(attached.map_err(|error| error.code()), expected);
        }
    }
}
