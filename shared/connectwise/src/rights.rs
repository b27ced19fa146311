//! What the API member may read, found out by reading a little of everything.

use model::RecordKind;

use crate::call::Call;
use crate::client::Reader;
use crate::conditions::{ChildConditions, Conditions};
use crate::error::Error;
use crate::pages::Listing;
use crate::references::place;
use crate::wire::Record;

/// Enough contacts to see whether the role hides their companies from us.
const SAMPLE: u16 = 25;

/// What was tried, and what came of it.
#[derive(Debug)]
pub struct Right {
    /// What was to be read, such as `service tickets`.
    pub what: String,
    /// What was wrong. A role that lacks the right for it is [refused](crate::ErrorKind::Forbidden).
    pub result: Result<(), Error>,
}

impl Reader {
    /// The release that the instance runs, such as `v2025_1`. Its site tells that without credentials, if it
    /// knows the login company.
    pub async fn release(&self) -> Result<String, Error> {
        let codebase = self.client.site().codebase().await?;
        Ok(codebase.to_string().trim_end_matches('/').to_owned())
    }

    /// Reads the first record of everything that a visit may have to read. Goes on after a refusal.
    pub async fn rights(&self) -> Vec<Right> {
        let lists = [
            ("companies", "company/companies"),
            ("contact types", "company/contacts/types"),
            ("callbacks", "system/callbacks"),
        ];
        let lists = lists.map(|(what, path)| (what.to_owned(), path));
        let records = RecordKind::ALL.map(|kind| (kind.plural(), place(kind).0));
        let mut rights = Vec::new();
        for (what, path) in lists.into_iter().chain(records) {
            let result = self.may_list(&what, path).await;
            rights.push(Right { what, result });
        }
        rights
    }

    /// How many of the first contacts have a company, and how many there are. A role that may not see companies
    /// gets contacts without them.
    pub async fn contacts_with_company(&self) -> Result<(usize, usize), Error> {
        let (any, none) = (Conditions::default(), ChildConditions::default());
        let contacts = self.contacts_matching(&any, &none, SAMPLE).await?.contacts;
        let with = contacts.iter().filter(|contact| contact.company.is_some());
        Ok((with.count(), contacts.len()))
    }

    async fn may_list(&self, what: &str, path: &str) -> Result<(), Error> {
        let call = Call::get(format!("list {what}"), path).with("fields", "id");
        let listing = Listing::forward_only(call, 1);
        let _ = self.client.first_page::<Record>(&listing).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wiremock::MockServer;

    use super::*;
    use crate::ErrorKind;
    use crate::testing::{json, reader, reader_with, serve};

    #[tokio::test]
    async fn where_nothing_is_refused_nothing_is_wrong() {
        let server = MockServer::start().await;
        wiremock::Mock::given(wiremock::matchers::any())
            .respond_with(json(200, "[]"))
            .mount(&server)
            .await;
        let rights = reader(&server).rights().await;
        assert_eq!(rights.len(), 3 + RecordKind::ALL.len());
        assert!(rights.iter().all(|right| right.result.is_ok()));
        for request in server.received_requests().await.unwrap() {
            let query = request.url.query().unwrap_or_default();
            assert!(query.contains("fields=id&pageSize=1"), "{query}");
        }
    }

    #[tokio::test]
    async fn a_refusal_is_told_and_the_rest_is_tried_all_the_same() {
        let server = MockServer::start().await;
        serve(&server, "GET service/tickets", json(403, "")).await;
        serve(&server, "GET sales/orders", json(200, "[]")).await;
        let rights = reader(&server).rights().await;
        let of = |what: &str| {
            &rights
                .iter()
                .find(|right| right.what == what)
                .unwrap()
                .result
        };
        assert_eq!(
            *of("service tickets").as_ref().unwrap_err().kind(),
            ErrorKind::Forbidden
        );
        assert!(of("sales orders").is_ok());
    }

    #[tokio::test]
    async fn contacts_without_company_are_counted() {
        let server = MockServer::start().await;
        let contacts = r#"[{"id":1,"firstName":"a","company":{}},{"id":2,"firstName":"b","company":{"id":8}}]"#;
        serve(&server, "GET company/contacts", json(200, contacts)).await;
        let counts = reader(&server).contacts_with_company().await.unwrap();
        assert_eq!(counts, (1, 2));
    }

    #[tokio::test]
    async fn the_site_tells_the_release() {
        let server = MockServer::start().await;
        wiremock::Mock::given(wiremock::matchers::path("/login/companyinfo/northwindmsp"))
            .respond_with(json(200, r#"{"Codebase":"v2025_1/"}"#))
            .mount(&server)
            .await;
        let reader = reader_with(&server, |settings| settings.codebase = None);
        assert_eq!(reader.release().await.unwrap(), "v2025_1");
    }
}
