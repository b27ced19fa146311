//! Records elsewhere in the PSA that point at a contact.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use model::{ContactId, RecordId, RecordKind, Reference};
use serde_json::Value;

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::conditions::Filter;
use crate::convert::{Misfit, require};
use crate::error::Error;
use crate::pages::{LARGEST_PAGE, Listing};
use crate::patch::Patch;
use crate::wire::Record;
use crate::writes::{odd, refused};

/// How many lists are read at a time. The PSA names no limit and asks for restraint.
const AT_A_TIME: usize = 3;

/// Where records of a kind are, and which of their properties point at contacts.
pub(crate) fn place(kind: RecordKind) -> (&'static str, &'static [&'static str]) {
    match kind {
        RecordKind::ServiceTicket => ("service/tickets", &["contact"]),
        RecordKind::ProjectTicket => ("project/tickets", &["contact"]),
        RecordKind::Activity => ("sales/activities", &["contact"]),
        RecordKind::Opportunity => (
            "sales/opportunities",
            &[
                "contact",
                "shipToContact",
                "billToContact",
                "technicalContact",
            ],
        ),
        RecordKind::Project => (
            "project/projects",
            &["contact", "billToContact", "shipToContact"],
        ),
        RecordKind::Configuration => ("company/configurations", &["contact"]),
        RecordKind::Agreement => (
            "finance/agreements",
            &["contact", "billToContact", "subContractContact"],
        ),
        RecordKind::SalesOrder => (
            "sales/orders",
            &["contact", "shipToContact", "billToContact"],
        ),
        RecordKind::PurchaseOrder => (
            "procurement/purchaseorders",
            &["customerContact", "vendorContact"],
        ),
        RecordKind::Contact => ("company/contacts", &["managerContact", "assistantContact"]),
    }
}

impl Reader {
    /// Everything that points at a contact and can be pointed elsewhere, sorted. One list for each kind of
    /// record.
    pub async fn references(&self, contact: ContactId) -> Result<Vec<Reference>, Error> {
        let lists: Vec<_> = RecordKind::ALL
            .into_iter()
            .map(|kind| {
                let (_, fields) = place(kind);
                self.pointing_at(
                    kind,
                    Filter::any_number(&ids_of(fields), contact.get()),
                    contact,
                )
            })
            .collect();
        let found: Vec<Vec<Reference>> = stream::iter(lists)
            .buffered(AT_A_TIME)
            .try_collect()
            .await?;
        let mut references: Vec<Reference> = found.into_iter().flatten().collect();
        references.sort();
        Ok(references)
    }

    /// Which of these references point at this contact now, sorted. One list for each kind of record among
    /// them, or more when there are many of a kind.
    pub async fn still_at(
        &self,
        references: &[Reference],
        contact: ContactId,
    ) -> Result<Vec<Reference>, Error> {
        let mut records: BTreeMap<RecordKind, BTreeSet<u32>> = BTreeMap::new();
        for reference in references {
            let of_kind = records.entry(reference.kind).or_default();
            of_kind.insert(reference.record.get());
        }
        let mut lists = Vec::new();
        for (kind, ids) in records {
            let ids: Vec<u32> = ids.into_iter().collect();
            for filter in Filter::ids(&ids) {
                lists.push(self.pointing_at(kind, filter, contact));
            }
        }
        let found: Vec<Vec<Reference>> = stream::iter(lists)
            .buffered(AT_A_TIME)
            .try_collect()
            .await?;
        let found: BTreeSet<Reference> = found.into_iter().flatten().collect();
        let asked: BTreeSet<&Reference> = references.iter().collect();
        Ok(found
            .into_iter()
            .filter(|reference| asked.contains(reference))
            .collect())
    }

    /// Of the records that fit the filter, the properties that point at the contact.
    async fn pointing_at(
        &self,
        kind: RecordKind,
        filter: Filter,
        contact: ContactId,
    ) -> Result<Vec<Reference>, Error> {
        let (path, fields) = place(kind);
        let operation = format!("list each {kind} that points at contact {contact}");
        let wanted = format!("id,{}", ids_of(fields).join(","));
        let call = Call::get(&*operation, path)
            .with("conditions", filter.reveal())
            .with("fields", &*wanted);
        let listing = Listing::forward_only(call, LARGEST_PAGE);
        let records: Vec<Record> = self.client.all_pages(&listing).await?;
        let mut references = Vec::new();
        for (index, record) in records.iter().enumerate() {
            let id = require(record.get("id").and_then(number), "id")
                .map_err(|misfit| odd(&operation, misfit.below(&format!("[{index}]"))))?;
            for &field in fields {
                let target = record.get(field).and_then(|target| number(&target["id"]));
                if target == Some(contact.get()) {
                    references.push(Reference {
                        kind,
                        record: RecordId::new(id),
                        field: field.to_owned(),
                    });
                }
            }
        }
        Ok(references)
    }
}

impl Writer {
    /// Points one property of a record at a contact.
    pub async fn repoint(&self, reference: &Reference, contact: ContactId) -> Result<(), Error> {
        let Reference {
            kind,
            record,
            field,
        } = reference;
        let (path, fields) = place(*kind);
        if !fields.contains(&field.as_str()) {
            let operation = format!("point {kind} {record} at contact {contact}");
            return Err(refused(&operation, "a property that points at no contact"));
        }
        let operation = format!("point {reference} at contact {contact}");
        let patch = Patch::default().point(field, contact.get());
        if *kind == RecordKind::Contact {
            let owner = ContactId::new(record.get());
            return self
                .patch_contact(&operation, owner, &patch)
                .await
                .map(drop);
        }
        let path = format!("{path}/{record}");
        let ignore = |_: Record| Ok::<(), Misfit>(());
        self.patch(&operation, &path, &patch, ignore).await
    }
}

fn ids_of(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| format!("{field}/id")).collect()
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Answer, reader, sent, serve, writer};

    const CONTACT: ContactId = ContactId::new(4711);

    fn reference(kind: RecordKind, record: u32, field: &str) -> Reference {
        Reference {
            kind,
            record: RecordId::new(record),
            field: field.to_owned(),
        }
    }

    async fn list(server: &MockServer, path: &str, records: Value) {
        let answer = Answer::new(200).set_body_json(records);
        serve(server, &format!("GET {path}"), answer).await;
    }

    #[tokio::test]
    async fn nothing_to_look_up_asks_nothing() {
        let server = MockServer::start().await;
        let found = reader(&server).still_at(&[], CONTACT).await.unwrap();
        assert_eq!(found, []);
        assert!(sent(&server).await.is_empty());
    }

    #[tokio::test]
    async fn each_kind_is_one_request_and_every_property_counts() {
        let server = MockServer::start().await;
        for kind in RecordKind::ALL {
            let records = match kind {
                RecordKind::Agreement => json!([{
                    "id": 6, "contact": {"id": 1}, "billToContact": {"id": 4711},
                    "subContractContact": {"id": 4711},
                }]),
                RecordKind::ServiceTicket => json!([
                    {"id": 5, "contact": {"id": 4711}}, {"id": 4, "contact": {"id": 4711}}, {"id": 3},
                ]),
                _ => json!([]),
            };
            list(&server, place(kind).0, records).await;
        }
        let references = reader(&server).references(CONTACT).await.unwrap();
        assert_eq!(
            references,
            [
                reference(RecordKind::ServiceTicket, 4, "contact"),
                reference(RecordKind::ServiceTicket, 5, "contact"),
                reference(RecordKind::Agreement, 6, "billToContact"),
                reference(RecordKind::Agreement, 6, "subContractContact"),
            ]
        );
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), RecordKind::ALL.len());
        let agreements = requests
            .iter()
            .find(|request| request.url.path().ends_with("finance/agreements"))
            .unwrap();
        let query: BTreeMap<_, _> = agreements.url.query_pairs().into_owned().collect();
        assert_eq!(
            query["conditions"],
            "contact/id=4711 or billToContact/id=4711 or subContractContact/id=4711"
        );
        assert_eq!(
            query["fields"],
            "id,contact/id,billToContact/id,subContractContact/id"
        );
    }

    #[tokio::test]
    async fn one_list_that_fails_fails_the_whole() {
        let server = MockServer::start().await;
        for kind in RecordKind::ALL {
            let status = if kind == RecordKind::PurchaseOrder {
                403
            } else {
                200
            };
            let answer = Answer::new(status).set_body_json(json!([]));
            serve(&server, &format!("GET {}", place(kind).0), answer).await;
        }
        let error = reader(&server).references(CONTACT).await.unwrap_err();
        assert_eq!(error.code(), "Forbidden");
        assert!(error.to_string().contains("purchase order"), "{error}");
    }

    #[tokio::test]
    async fn only_what_was_asked_about_and_still_points_there_is_returned() {
        let server = MockServer::start().await;
        list(
            &server,
            "project/projects",
            json!([
                {"id": 7, "contact": {"id": 4711}, "billToContact": {"id": 4711}},
                {"id": 8, "contact": {"id": 1}},
            ]),
        )
        .await;
        let asked = [7, 8, 9].map(|id| reference(RecordKind::Project, id, "contact"));
        let found = reader(&server).still_at(&asked, CONTACT).await.unwrap();
        assert_eq!(found, asked[..1]);
        let requests = server.received_requests().await.unwrap();
        let query: BTreeMap<_, _> = requests[0].url.query_pairs().into_owned().collect();
        assert_eq!(requests.len(), 1);
        assert_eq!(query["conditions"], "id in (7,8,9)");
    }

    #[tokio::test]
    async fn a_long_list_of_ids_is_split() {
        let server = MockServer::start().await;
        list(&server, "service/tickets", json!([])).await;
        let asked: Vec<Reference> = (100_000..100_300)
            .map(|id| reference(RecordKind::ServiceTicket, id, "contact"))
            .collect();
        let found = reader(&server).still_at(&asked, CONTACT).await.unwrap();
        assert_eq!(found, []);
        assert!(sent(&server).await.len() > 1);
    }

    #[tokio::test]
    async fn a_record_is_pointed_at_another_contact() {
        let server = MockServer::start().await;
        let call = "PATCH finance/agreements/6";
        let answer = json!({"id": 6, "billToContact": {"id": 4711, "name": "Renee Okafor"}});
        serve(&server, call, Answer::new(200).set_body_json(answer)).await;
        let bill_to = reference(RecordKind::Agreement, 6, "billToContact");
        let writer = writer(&server);
        writer.repoint(&bill_to, CONTACT).await.unwrap();
        let body = json!([{"op": "replace", "path": "billToContact", "value": {"id": 4711}}]);
        assert_eq!(sent(&server).await, [(call.to_owned(), Some(body))]);

        let error = writer
            .repoint(&bill_to, ContactId::new(1))
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "ConnectWise: point agreement 6 (billToContact) at contact 1: \
             answered well but did not change billToContact"
        );
    }

    #[tokio::test]
    async fn a_property_that_points_at_no_contact_is_not_written() {
        let server = MockServer::start().await;
        let odd = reference(RecordKind::ServiceTicket, 6, "status");
        let error = writer(&server).repoint(&odd, CONTACT).await.unwrap_err();
        assert_eq!(error.code(), "InvalidValue");
        assert!(sent(&server).await.is_empty());
    }
}
