//! Companies, as far as their contacts are concerned.

use model::{Company, CompanyId, ContactId};

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::conditions::Filter;
use crate::convert;
use crate::error::Error;
use crate::pages::{LARGEST_PAGE, Listing};
use crate::patch::Patch;
use crate::wire;
use crate::writes::odd;

impl Reader {
    /// Reads a company; none when it does not exist.
    pub async fn company(&self, company: CompanyId) -> Result<Option<Company>, Error> {
        let call = Call::get(
            format!("read company {company}"),
            format!("company/companies/{company}"),
        );
        self.find(&call, convert::company).await
    }

    /// The companies whose primary contact this is, also when the contact itself is gone.
    pub async fn companies_with_default(
        &self,
        contact: ContactId,
    ) -> Result<Vec<CompanyId>, Error> {
        let operation = format!("list the companies of default contact {contact}");
        let filter = Filter::number("defaultContact/id", contact.get());
        let companies = self.companies(&operation, filter).await?;
        Ok(companies
            .into_iter()
            .filter(|company| company.default_contact == Some(contact))
            .map(|company| company.id)
            .collect())
    }

    /// All companies that are not deleted, in the order of their ids.
    pub async fn company_ids(&self) -> Result<Vec<CompanyId>, Error> {
        let companies = self
            .companies("list the companies", Filter::default())
            .await?;
        Ok(companies
            .into_iter()
            .filter(|company| !company.deleted)
            .map(|company| company.id)
            .collect())
    }

    async fn companies(&self, operation: &str, filter: Filter) -> Result<Vec<Company>, Error> {
        let call = Call::get(operation, "company/companies")
            .with("conditions", filter.reveal())
            .with("fields", "id,deletedFlag,defaultContact/id");
        let listing = Listing::forward_only(call, LARGEST_PAGE);
        let items: Vec<wire::Company> = self.client.all_pages(&listing).await?;
        convert::list(items, convert::company).map_err(|misfit| odd(operation, misfit))
    }
}

impl Writer {
    /// Makes a contact its company's primary contact, or leaves the company without one.
    pub async fn set_default_contact(
        &self,
        company: CompanyId,
        contact: Option<ContactId>,
    ) -> Result<Company, Error> {
        self.point_company(company, "default contact", "defaultContact", contact)
            .await
    }

    /// Makes a contact its company's billing contact, or leaves the company without one.
    pub async fn set_billing_contact(
        &self,
        company: CompanyId,
        contact: Option<ContactId>,
    ) -> Result<Company, Error> {
        self.point_company(company, "billing contact", "billingContact", contact)
            .await
    }

    async fn point_company(
        &self,
        company: CompanyId,
        role: &str,
        field: &str,
        contact: Option<ContactId>,
    ) -> Result<Company, Error> {
        let patch = Patch::default();
        let (operation, patch) = match contact {
            Some(contact) => (
                format!("make {contact} the {role} of company {company}"),
                patch.point(field, contact.get()),
            ),
            None => (
                format!("leave company {company} without a {role}"),
                patch.clear(field),
            ),
        };
        let path = format!("company/companies/{company}");
        self.patch(&operation, &path, &patch, convert::company)
            .await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Answer, error_body, only_query, reader, sent, serve, writer};

    const COMPANY: CompanyId = CompanyId::new(812);
    const CONTACT: ContactId = ContactId::new(4711);

    #[tokio::test]
    async fn a_company_that_does_not_exist_is_none() {
        let server = MockServer::start().await;
        let gone = Answer::new(404).set_body_raw(error_body("NotFound"), "application/json");
        serve(&server, "GET company/companies/812", gone).await;
        assert_eq!(reader(&server).company(COMPANY).await.unwrap(), None);
    }

    #[tokio::test]
    async fn the_default_contact_is_replaced_as_a_whole_reference() {
        let server = MockServer::start().await;
        let company = json!({"id": 812, "defaultContact": {"id": 4711, "name": "Renee Okafor"}});
        let call = "PATCH company/companies/812";
        serve(&server, call, Answer::new(200).set_body_json(company)).await;
        let writer = writer(&server);
        let company = writer.set_default_contact(COMPANY, Some(CONTACT)).await;
        assert_eq!(company.unwrap().default_contact, Some(CONTACT));
        let body = json!([{"op": "replace", "path": "defaultContact", "value": {"id": 4711}}]);
        assert_eq!(sent(&server).await, [(call.to_owned(), Some(body))]);
    }

    #[tokio::test]
    async fn a_reference_is_taken_off_and_the_answer_must_not_hold_it() {
        for (left, expected) in [
            (json!({"id": 812}), None),
            (json!({"id": 812, "billingContact": null}), None),
            (json!({"id": 812, "billingContact": {}}), None),
            (json!({"id": 812, "billingContact": {"_info": {}}}), None),
            (
                json!({"id": 812, "billingContact": {"id": 4711}}),
                Some(
                    "ConnectWise: leave company 812 without a billing contact: \
                     answered well but did not change billingContact",
                ),
            ),
        ] {
            let server = MockServer::start().await;
            let call = "PATCH company/companies/812";
            serve(&server, call, Answer::new(200).set_body_json(left)).await;
            let result = writer(&server).set_billing_contact(COMPANY, None).await;
            assert_eq!(
                result.as_ref().err().map(ToString::to_string).as_deref(),
                expected
            );
            assert!(result.is_ok_and(|c| c.billing_contact.is_none()) || expected.is_some());
            let body = json!([{"op": "remove", "path": "billingContact"}]);
            assert_eq!(sent(&server).await, [(call.to_owned(), Some(body))]);
        }
    }

    #[tokio::test]
    async fn a_company_that_insists_on_a_default_contact_refuses() {
        let server = MockServer::start().await;
        let refusal = Answer::new(400).set_body_raw(error_body("InvalidPatch"), "application/json");
        serve(&server, "PATCH company/companies/812", refusal).await;
        let result = writer(&server).set_default_contact(COMPANY, None).await;
        assert_eq!(result.unwrap_err().code(), "InvalidPatch");
        let body = json!([{"op": "remove", "path": "defaultContact"}]);
        assert_eq!(sent(&server).await[0].1, Some(body));
    }

    #[tokio::test]
    async fn companies_are_found_by_their_default_contact() {
        let server = MockServer::start().await;
        let companies = json!([
            {"id": 812, "defaultContact": {"id": 4711}},
            {"id": 813, "defaultContact": {"id": 4802}},
        ]);
        let answer = Answer::new(200).set_body_json(companies);
        serve(&server, "GET company/companies", answer).await;
        let found = reader(&server).companies_with_default(CONTACT).await;
        assert_eq!(found.unwrap(), [COMPANY]);
        let query = only_query(&server).await;
        assert_eq!(query[0].1, "defaultContact/id=4711");
        assert_eq!(query[2].1, "1000");
    }

    #[tokio::test]
    async fn deleted_companies_are_not_listed() {
        let server = MockServer::start().await;
        let companies = json!([{"id": 1}, {"id": 2, "deletedFlag": true}, {"id": 3}]);
        let answer = Answer::new(200).set_body_json(companies);
        serve(&server, "GET company/companies", answer).await;
        let ids = reader(&server).company_ids().await.unwrap();
        assert_eq!(ids, [1, 3].map(CompanyId::new));
    }
}
