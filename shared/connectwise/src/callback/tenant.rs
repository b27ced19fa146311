//! Whether a callback speaks for the tenant it was sent to.

use std::collections::BTreeSet;
use std::fmt;

use http_client::Url;
use secrecy::ExposeSecret;

use super::key_url::{self, BoundKeyUrl, Origin};
use super::payload::{CallbackBody, Claim};

/// What is known about the one tenant whose callbacks are taken here.
#[derive(Clone)]
pub struct Tenant {
    login_company: String,
    origins: BTreeSet<Origin>,
    product_instance: Option<String>,
    callback_entries: BTreeSet<u32>,
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("origins", &self.origins)
            .field("callback_entries", &self.callback_entries)
            .finish_non_exhaustive()
    }
}

/// A tenant that cannot be bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TenantError {
    /// The login company is blank.
    #[error("describe the tenant: the login company is blank")]
    LoginCompany,
    /// The site is no host and no https origin.
    #[error("describe the tenant: the site is not a host name or an https origin")]
    Site,
}

/// Why a callback does not speak for the tenant. No value of the callback is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// `CompanyId` is another login company.
    #[error("bind a callback to the tenant: it names another login company")]
    LoginCompany,
    /// `ProductInstanceId` is not the pinned one.
    #[error("bind a callback to the tenant: it names another product instance")]
    ProductInstance,
    /// `CallbackObjectRecId` is not one of the registered entries.
    #[error("bind a callback to the tenant: it names a callback entry that is not ours")]
    CallbackEntry,
    /// The key URL is not written as the PSA writes them.
    #[error("bind a callback to the tenant: its key URL is not in the plain form of a key URL")]
    KeyUrl,
    /// The key URL leads to another host or port.
    #[error("bind a callback to the tenant: its key URL leads to another host")]
    KeyHost,
    /// The key URL is not one of a key.
    #[error("bind a callback to the tenant: its key URL does not lead to a key")]
    KeyPath,
    /// The key is another login company's.
    #[error("bind a callback to the tenant: its key belongs to another login company")]
    KeyCompany,
}

impl Tenant {
    /// The tenant with this login company at this site: a host of the PSA's cloud, such as `na.myconnectwise.net` with
    /// or without `api-` in front, or the https origin of a self-hosted PSA.
    pub fn new(login_company: impl Into<String>, site: &str) -> Result<Self, TenantError> {
        let login_company = login_company.into();
        if login_company.trim().is_empty() {
            return Err(TenantError::LoginCompany);
        }
        Self {
            login_company,
            origins: BTreeSet::new(),
            product_instance: None,
            callback_entries: BTreeSet::new(),
        }
        .with_site(site)
    }

    /// Also takes keys from this site.
    pub fn with_site(mut self, site: &str) -> Result<Self, TenantError> {
        let spelled = if site.contains("://") {
            site.to_owned()
        } else {
            format!("https://{site}")
        };
        let url = Url::parse(&spelled).map_err(|_| TenantError::Site)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if url.scheme() != "https" || !bare || !anonymous {
            return Err(TenantError::Site);
        }
        let origin = Origin::of(&url).ok_or(TenantError::Site)?;
        self.origins.extend(origin.spellings());
        Ok(self)
    }

    /// Takes only callbacks of this product instance.
    #[must_use]
    pub fn with_product_instance(mut self, id: impl Into<String>) -> Self {
        self.product_instance = Some(id.into());
        self
    }

    /// Takes only callbacks of these entries, where their ids are known.
    #[must_use]
    pub fn with_callback_entries(mut self, ids: impl IntoIterator<Item = u32>) -> Self {
        self.callback_entries.extend(ids);
        self
    }

    /// Whether the body claims to be this tenant's, and names a key of this tenant's.
    ///
    /// The host alone proves nothing, because every customer of a cloud host has a key there; so the key must be
    /// this login company's.
    pub fn bind(&self, body: &CallbackBody) -> Result<BoundKeyUrl, BindingError> {
        let Claim {
            login_company,
            product_instance,
            callback_entry,
            key_url,
        } = &body.claim;
        if *login_company != self.login_company {
            return Err(BindingError::LoginCompany);
        }
        if self.product_instance.is_some() && *product_instance != self.product_instance {
            return Err(BindingError::ProductInstance);
        }
        let is_ours = |entry| self.callback_entries.contains(&entry);
        if !self.callback_entries.is_empty() && !callback_entry.is_some_and(is_ours) {
            return Err(BindingError::CallbackEntry);
        }
        key_url::bind(key_url.expose_secret(), &self.origins, &self.login_company)
    }
}

#[cfg(test)]
mod tests {
    use super::super::signature::vectors;
    use super::*;

    fn tenant() -> Tenant {
        Tenant::new("northwindmsp", "na.myconnectwise.net").unwrap()
    }

    fn bind(tenant: &Tenant, from: &str, to: &str) -> Result<BoundKeyUrl, BindingError> {
        let body = vectors::B.replace(from, to);
        tenant.bind(&CallbackBody::parse(body.as_bytes()).unwrap())
    }

    #[test]
    fn a_genuine_callback_is_bound() {
        bind(&tenant(), "", "").unwrap();
        let pinned = tenant()
            .with_product_instance("64b0c2d1e5f60700018a9b3c")
            .with_callback_entries([317, 318]);
        bind(&pinned, "", "").unwrap();
    }

    #[test]
    fn another_login_company_is_refused_on_either_side() {
        let body = |to: &str| format!(r#""CompanyId":"{to}""#);
        for other in ["southwindmsp", "NorthwindMSP", "northwindmsp "] {
            let claimed = bind(&tenant(), &body("northwindmsp"), &body(other));
            assert_eq!(claimed.unwrap_err(), BindingError::LoginCompany);
        }
        let key = bind(
            &tenant(),
            "companyName=northwindmsp",
            "companyName=southwindmsp",
        );
        assert_eq!(key.unwrap_err(), BindingError::KeyCompany);
    }

    #[test]
    fn a_pinned_product_instance_is_compared_with_its_case() {
        let pinned = tenant().with_product_instance("64b0c2d1e5f60700018a9b3c");
        let key = r#""ProductInstanceId""#;
        for (from, to) in [
            ("64b0c2d1e5f60700018a9b3c", "64B0C2D1E5F60700018A9B3C"),
            ("64b0c2d1e5f60700018a9b3c", "64b0c2d1e5f60700018a9b00"),
            (key, r#""productInstanceId""#),
        ] {
            let error = bind(&pinned, from, to).unwrap_err();
            assert_eq!(error, BindingError::ProductInstance);
            bind(&tenant(), from, to).unwrap();
        }
    }

    #[test]
    fn a_callback_entry_that_is_not_ours_is_refused() {
        let pinned = tenant().with_callback_entries([318]);
        for (from, to) in [
            (
                r#""CallbackObjectRecId":318"#,
                r#""CallbackObjectRecId":319"#,
            ),
            (r#","CallbackObjectRecId":318"#, ""),
        ] {
            let error = bind(&pinned, from, to).unwrap_err();
            assert_eq!(error, BindingError::CallbackEntry);
            bind(&tenant(), from, to).unwrap();
        }
    }

    #[test]
    fn a_site_is_a_host_or_an_https_origin() {
        for site in [
            "na.myconnectwise.net",
            "https://na.myconnectwise.net/",
            "psa.example.net:8443",
        ] {
            Tenant::new("northwindmsp", site).unwrap();
        }
        for site in [
            "",
            "http://na.myconnectwise.net",
            "https://user@na.myconnectwise.net",
            "https://na.myconnectwise.net/v4_6_release",
            "na.myconnectwise.net?x",
            "two words",
        ] {
            let error = Tenant::new("northwindmsp", site).unwrap_err();
            assert_eq!(error, TenantError::Site, "{site}");
        }
        let blank = Tenant::new(" ", "na.myconnectwise.net").unwrap_err();
        assert_eq!(blank, TenantError::LoginCompany);
    }
}
