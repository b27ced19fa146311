//! Organizations and their places. They are only ever read.

use model::CompanyId;
use model::itglue::{Location, Organization, OrganizationId};

use crate::call::Call;
use crate::client::Reader;
use crate::contacts::{TIES, by_psa, tied};
use crate::convert;
use crate::error::Error;

const PATH: &str = "organizations";

impl Reader {
    /// Reads an organization; none when it does not exist.
    pub async fn organization(
        &self,
        organization: OrganizationId,
    ) -> Result<Option<Organization>, Error> {
        let operation = format!("read organization {organization}");
        let is_it = |found: &Organization| found.id == organization;
        let id = organization.get();
        self.show(&operation, PATH, id, convert::organization, is_it)
            .await
    }

    /// All organizations of the account.
    pub async fn organizations(&self) -> Result<Vec<Organization>, Error> {
        self.organizations_by(Call::get("list the organizations", PATH))
            .await
    }

    /// The organizations that the native sync ties to a company of the PSA. There should be one at most.
    pub async fn organizations_by_psa(
        &self,
        company: CompanyId,
    ) -> Result<Vec<Organization>, Error> {
        let operation = format!("look for company {company} of the PSA");
        let psa_id = company.get().to_string();
        let call = by_psa(&operation, PATH, &psa_id);
        let found = self.organizations_by(call).await?;
        Ok(tied(found, &psa_id, |organization| {
            &organization.remote_ids
        }))
    }

    /// The organizations with exactly this short name. IT Glue has no filter for it, so all are read.
    pub async fn organizations_by_short_name(
        &self,
        short_name: &str,
    ) -> Result<Vec<Organization>, Error> {
        let wanted = short_name.trim();
        let mut organizations = self.organizations().await?;
        organizations.retain(|found| {
            let short_name = found.short_name.as_ref();
            short_name.is_some_and(|found| found.reveal().trim() == wanted)
        });
        Ok(organizations)
    }

    /// The organizations with exactly this name.
    pub async fn organizations_by_name(&self, name: &str) -> Result<Vec<Organization>, Error> {
        let wanted = name.trim();
        let call =
            Call::get("look for an organization by name", PATH).filter("filter[name]", wanted);
        let mut organizations = self.organizations_by(call).await?;
        organizations.retain(|found| found.name.reveal().trim() == wanted);
        Ok(organizations)
    }

    /// The places of an organization.
    pub async fn locations(&self, organization: OrganizationId) -> Result<Vec<Location>, Error> {
        let operation = format!("list the locations of organization {organization}");
        let call =
            Call::get(operation, "locations").filter("filter[organization_id]", organization);
        let locations = self.list(&call, convert::location).await?;
        Ok(locations
            .into_iter()
            .filter(|(_, of)| of.is_none_or(|of| of == organization))
            .map(|(location, _)| location)
            .collect())
    }

    async fn organizations_by(&self, call: Call) -> Result<Vec<Organization>, Error> {
        self.list(&call.with("include", TIES), convert::organization)
            .await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Answer, only_query, page, reader, sent, serve};

    const LIST: &str = "GET organizations";

    /// The example of the documentation.
    fn northwind() -> Value {
        json!({
            "id": "1220417", "type": "organizations",
            "attributes": {
                "name": "Northwind Dental Group", "alert": null, "description": null,
                "organization-type-id": 20114, "organization-type-name": "Customer",
                "organization-status-id": 10031, "organization-status-name": "Active",
                "primary": false, "logo": "", "quick-notes": null, "short-name": "NWDENTAL",
                "psa-integration": "enabled",
                "created-at": "2024-01-15T10:00:00.000Z", "updated-at": "2026-02-01T11:12:13.000Z",
                "parent-id": null, "ancestor-ids": null
            },
            "relationships": {"adapters-resources": {"data": [{"id": "88120", "type": "adapters-resources"}]}}
        })
    }

    fn adapter() -> Value {
        json!({"id": "88120", "type": "adapters-resources",
            "attributes": {"adapter-type-name": "ConnectWise", "remote-id": "250", "sync": true, "orphaned": false}})
    }

    fn named(id: u64, name: &str, short_name: &str) -> Value {
        json!({"id": id.to_string(), "attributes": {"name": name, "short-name": short_name}})
    }

    fn ids(organizations: &[Organization]) -> Vec<u64> {
        organizations.iter().map(|found| found.id.get()).collect()
    }

    async fn serving(records: &[Value]) -> MockServer {
        let server = MockServer::start().await;
        let mut body = page(records);
        body["included"] = json!([adapter()]);
        serve(&server, LIST, Answer::new(200).set_body_json(body)).await;
        server
    }

    #[tokio::test]
    async fn an_account_without_organizations_has_none() {
        let server = serving(&[]).await;
        assert_eq!(reader(&server).organizations().await.unwrap(), []);
    }

    #[tokio::test]
    async fn the_organization_of_a_company_is_found_by_the_native_sync() {
        let mut stranger = named(9, "Harbor Line", "HARBOR");
        stranger["included"] = json!([{"attributes": {"remote-id": "251"}}]);
        let server = serving(&[northwind(), stranger]).await;
        let found = reader(&server)
            .organizations_by_psa(CompanyId::new(250))
            .await
            .unwrap();
        let expected = Organization {
            id: OrganizationId::new(1_220_417),
            name: "Northwind Dental Group".into(),
            short_name: Some("NWDENTAL".into()),
            psa_linked: true,
            remote_ids: vec!["250".to_owned()],
        };
        assert_eq!(found, [expected]);
        assert_eq!(
            only_query(&server).await[..3],
            [
                ("filter[psa_integration_type]", "manage"),
                ("filter[psa_id]", "250"),
                ("include", "adapters_resources"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[tokio::test]
    async fn names_are_compared_again_and_whole() {
        let records = [
            named(1, "Harbor Line", "HARBOR"),
            named(2, "Harbor Line Freight", "HARBORLINE"),
            named(3, "harbor line", "harbor"),
        ];
        let server = serving(&records).await;
        let found = reader(&server).organizations_by_name("Harbor Line").await;
        assert_eq!(ids(&found.unwrap()), [1]);
        let query = only_query(&server).await;
        assert_eq!(
            query[0],
            ("filter[name]".to_owned(), "Harbor Line".to_owned())
        );
    }

    #[tokio::test]
    async fn short_names_are_looked_for_among_all_organizations() {
        let records = [
            named(1, "Harbor Line", "HARBOR"),
            named(2, "Harbor Line Freight", "HARBORLINE"),
            named(3, "Harbor Line Again", "HARBOR "),
        ];
        let server = serving(&records).await;
        let found = reader(&server).organizations_by_short_name("HARBOR").await;
        assert_eq!(ids(&found.unwrap()), [1, 3]);
        let query = only_query(&server).await;
        assert!(query.iter().all(|(name, _)| !name.starts_with("filter")));
    }

    #[tokio::test]
    async fn one_organization_is_read_by_its_id() {
        let server = MockServer::start().await;
        let answer = Answer::new(200).set_body_json(json!({"data": named(5, "Harbor Line", "")}));
        serve(&server, "GET organizations/5", answer).await;
        let found = reader(&server)
            .organization(OrganizationId::new(5))
            .await
            .unwrap()
            .unwrap();
        assert!(!found.psa_linked);
        assert_eq!(found.short_name, None);
        let sent = sent(&server).await;
        assert_eq!(sent[0].0, "GET organizations/5");
    }

    #[tokio::test]
    async fn the_places_of_an_organization_are_its_own() {
        let server = MockServer::start().await;
        let place = |id: &str, organization: Value| {
            let attributes = json!({"name": "Main", "organization-id": organization});
            json!({"id": id, "attributes": attributes})
        };
        let places = page(&[
            place("1", json!(5)),
            place("2", json!(6)),
            place("3", json!(null)),
        ]);
        serve(
            &server,
            "GET locations",
            Answer::new(200).set_body_json(places),
        )
        .await;
        let places = reader(&server)
            .locations(OrganizationId::new(5))
            .await
            .unwrap();
        let ids: Vec<u64> = places.iter().map(|place| place.id.get()).collect();
        assert_eq!(ids, [1, 3]);
        let query = only_query(&server).await;
        assert_eq!(
            query[0],
            ("filter[organization_id]".to_owned(), "5".to_owned())
        );
    }
}
