//! What the key may read, and what the native sync with the PSA owns, found out by reading a little.

use model::itglue::Link;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::call::Call;
use crate::client::Reader;
use crate::contacts::TIES;
use crate::convert::{self, Convert};
use crate::error::Error;
use crate::wire::{self, Bare, Document, Resource};

/// Enough records to see whether the native sync is at work: a page as IT Glue gives it by itself.
const SAMPLE: u32 = 50;

/// What was tried, and what came of it.
#[derive(Debug)]
pub struct Right {
    /// What was to be read, such as `contact types`.
    pub what: &'static str,
    /// What was wrong.
    pub result: Result<(), Error>,
}

/// What the native sync with the PSA has to do with the first records of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeSync {
    /// Of the first organizations, those that it ties to the PSA.
    pub organizations: Share,
    /// Of the first contacts, those that it owns.
    pub contacts: Share,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// So many.
    pub count: usize,
    /// Of so many.
    pub of: usize,
}

impl Reader {
    /// Reads the first record of everything that a mirror may have to read. Goes on after a refusal.
    pub async fn rights(&self) -> Vec<Right> {
        let mut rights = Vec::new();
        for (what, path) in [
            ("organizations", "organizations"),
            ("contacts", "contacts"),
            ("contact types", "contact_types"),
            ("locations", "locations"),
        ] {
            let call = Call::get(format!("list {what}"), path).page(1, 1);
            let result = self.connection.fetch(&call).await;
            let result = result.map(|_: Document<Vec<Bare>, IgnoredAny>| ());
            rights.push(Right { what, result });
        }
        rights
    }

    /// What the native sync with the PSA has to do with the first records, in two requests.
    pub async fn native_sync(&self) -> Result<NativeSync, Error> {
        let organizations = self.first("organizations", convert::organization).await?;
        let contacts = self.first("contacts", convert::contact).await?;
        let of = (organizations.len(), contacts.len());
        let tied = organizations.iter().filter(|found| found.psa_linked);
        let owned = contacts.iter().filter(|found| found.link == Link::Synced);
        Ok(NativeSync {
            organizations: Share {
                count: tied.count(),
                of: of.0,
            },
            contacts: Share {
                count: owned.count(),
                of: of.1,
            },
        })
    }

    /// The first records of a list, but for those that cannot be understood.
    async fn first<A: DeserializeOwned, M>(
        &self,
        what: &str,
        convert: Convert<A, M>,
    ) -> Result<Vec<M>, Error> {
        let call = Call::get(format!("list {what}"), what)
            .with("include", TIES)
            .page(1, SAMPLE);
        let page: Document<Vec<Resource<A>>> = self.connection.fetch(&call).await?;
        let included: Vec<wire::Included> = page.included.unwrap_or_default();
        let records = page.data.unwrap_or_default().into_iter();
        Ok(records
            .filter_map(|record| convert(record, &included).ok())
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::ErrorKind;
    use crate::testing::{Answer, contact, page, queries, reader, serve};

    #[tokio::test]
    async fn a_refusal_is_told_and_the_rest_is_tried_all_the_same() {
        let server = MockServer::start().await;
        let list = |records: &[_]| Answer::new(200).set_body_json(page(records));
        let one = contact(72, 5, "priya@dental.example");
        serve(&server, "GET organizations", list(&[])).await;
        serve(&server, "GET contacts", list(&[one])).await;
        serve(&server, "GET contact_types", list(&[])).await;
        let refused = json!({"errors": [{"status": 401, "title": "Unauthorized"}]});
        let refused = Answer::new(401).set_body_json(refused);
        serve(&server, "GET locations", refused).await;
        let rights = reader(&server).rights().await;
        let refused: Vec<_> = rights
            .iter()
            .filter_map(|right| Some((right.what, right.result.as_ref().err()?.kind().clone())))
            .collect();
        assert_eq!(rights.len(), 4);
        assert_eq!(refused, [("locations", ErrorKind::Forbidden)]);
        for query in queries(&server).await {
            assert!(query.contains(&("page[size]".to_owned(), "1".to_owned())));
        }
    }

    #[tokio::test]
    async fn what_the_native_sync_owns_is_counted_among_the_first() {
        let server = MockServer::start().await;
        let mut synced = contact(72, 5, "priya@dental.example");
        synced["attributes"]["psa-integration"] = json!("enabled");
        let own = contact(73, 5, "sam@dental.example");
        let organization =
            json!({"id": "5", "attributes": {"name": "Dental", "psa-integration": "enabled"}});
        for (path, records) in [
            ("GET organizations", page(&[organization])),
            ("GET contacts", page(&[synced, own])),
        ] {
            serve(&server, path, Answer::new(200).set_body_json(records)).await;
        }
        let found = reader(&server).native_sync().await.unwrap();
        assert_eq!(found.organizations, Share { count: 1, of: 1 });
        assert_eq!(found.contacts, Share { count: 1, of: 2 });
    }

    #[tokio::test]
    async fn an_account_with_nothing_in_it_has_no_native_sync() {
        let server = MockServer::start().await;
        for path in ["GET organizations", "GET contacts"] {
            serve(&server, path, Answer::new(200).set_body_json(page(&[]))).await;
        }
        let none = Share { count: 0, of: 0 };
        let found = reader(&server).native_sync().await.unwrap();
        assert_eq!((found.organizations, found.contacts), (none, none));
    }
}
