//! The site of an instance, which knows the codebase.

use http_client::{Idempotency, Request, Url};
use tokio::sync::Mutex;

use crate::call::encode;
use crate::client::log;
use crate::codebase::Codebase;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::refusal;
use crate::wire::CompanyInfo;

/// Asks for the codebase, and remembers it.
pub(crate) struct Site {
    url: Url,
    http: http_client::Client,
    /// Locked while the site is asked, so that many first calls ask once.
    known: Mutex<Option<Codebase>>,
}

impl Site {
    pub(crate) fn new(config: &Config, http: http_client::Client) -> Self {
        let mut url = config.site.clone();
        url.set_path(&format!(
            "login/companyinfo/{}",
            encode(&config.login_company)
        ));
        Self {
            url,
            http,
            known: Mutex::new(config.codebase.clone()),
        }
    }

    /// The codebase, as far as is known.
    pub(crate) async fn codebase(&self) -> Result<Codebase, Error> {
        let mut known = self.known.lock().await;
        if let Some(codebase) = &*known {
            return Ok(codebase.clone());
        }
        let codebase = self.ask().await?;
        *known = Some(codebase.clone());
        Ok(codebase)
    }

    /// The codebase now, if it is another one. When the site cannot say, the caller's own failure tells more.
    pub(crate) async fn newer_than(&self, old: &Codebase) -> Option<Codebase> {
        let mut known = self.known.lock().await;
        if let Some(current) = &*known
            && current != old
        {
            return Some(current.clone());
        }
        match self.ask().await {
            Ok(current) if current != *old => {
                tracing::info!(cw.codebase = %current, "the PSA moved to another codebase");
                *known = Some(current.clone());
                Some(current)
            }
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(%error, "failed to ask for the codebase again");
                None
            }
        }
    }

    /// Asks the site, without credentials, which codebase it runs.
    async fn ask(&self) -> Result<Codebase, Error> {
        const OPERATION: &str = "find the codebase of the site that is set";
        let silence = |error| refusal::from_silence(OPERATION, Idempotency::Safe, error);
        let request = Request::get(self.url.clone());
        let response = self.http.send(request).await.map_err(silence)?;
        log(OPERATION, &response);
        if !response.status.is_success() {
            let error = refusal::from_answer(OPERATION, self.url.path(), &response);
            // It would be taken for the word that the record is gone which was to be read there.
            return Err(if error.is_not_found() {
                Error::new(OPERATION, ErrorKind::EndpointMissing)
            } else {
                error
            });
        }
        // A login company that nobody knows is answered with `null`.
        let info: Option<CompanyInfo> = response
            .json()
            .map_err(|error| refusal::from_body(OPERATION, self.url.path(), &response, error))?;
        let info = info.ok_or_else(|| Error::new(OPERATION, ErrorKind::Unauthorized))?;
        info.codebase
            .as_deref()
            .and_then(Codebase::read)
            .ok_or_else(|| {
                Error::new(
                    OPERATION,
                    ErrorKind::Decode {
                        path: "$.Codebase".to_owned(),
                    },
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, ContactId};
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer};

    use super::*;
    use crate::call::Call;
    use crate::testing::{Answer, error_body, json, reader, reader_with};

    const INFO: &str = "/login/companyinfo/northwindmsp";
    const CONTACT: &str = "/v2025_1/apis/3.0/company/contacts/4711";

    fn read() -> Call {
        Call::get("read contact 4711", "company/contacts/4711")
    }

    async fn companyinfo(server: &MockServer, codebase: &str, times: u64) {
        let info = format!(r#"{{"Codebase":"{codebase}","IsCloud":"true"}}"#);
        Mock::given(method("GET"))
            .and(path(INFO))
            .respond_with(json(200, &info))
            .up_to_n_times(times)
            .mount(server)
            .await;
    }

    async fn answering(server: &MockServer, at: &str, answer: Answer) {
        Mock::given(path(at))
            .respond_with(answer)
            .mount(server)
            .await;
    }

    async fn paths(server: &MockServer) -> Vec<String> {
        let requests = server.received_requests().await.unwrap();
        requests.iter().map(|r| r.url.path().to_owned()).collect()
    }

    #[tokio::test]
    async fn a_codebase_that_is_configured_is_not_asked_for() {
        let server = MockServer::start().await;
        answering(&server, CONTACT, json(200, "{}")).await;
        reader(&server).client.send(&read()).await.unwrap();
        assert_eq!(paths(&server).await, [CONTACT]);
    }

    #[tokio::test]
    async fn the_site_is_asked_once_and_without_credentials() {
        let server = MockServer::start().await;
        companyinfo(&server, "v2025_1/", 9).await;
        answering(&server, CONTACT, json(200, "{}")).await;
        let reader = reader_with(&server, |s| s.codebase = None);
        reader.client.send(&read()).await.unwrap();
        reader.clone().client.send(&read()).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 3);
        for name in ["authorization", "clientid"] {
            assert!(!requests[0].headers.contains_key(name), "{name}");
        }
    }

    #[tokio::test]
    async fn after_an_upgrade_the_new_codebase_is_used_from_then_on() {
        let server = MockServer::start().await;
        companyinfo(&server, "v2025_1/", 1).await;
        companyinfo(&server, "v2025_2/", 9).await;
        answering(&server, CONTACT, json(404, "<html>gone</html>")).await;
        let new = "/v2025_2/apis/3.0/company/contacts/4711";
        answering(&server, new, json(200, "{}")).await;
        let reader = reader_with(&server, |s| s.codebase = None);
        reader.client.send(&read()).await.unwrap();
        reader.client.send(&read()).await.unwrap();
        assert_eq!(paths(&server).await, [INFO, CONTACT, INFO, new, new]);
    }

    #[tokio::test]
    async fn with_the_same_codebase_an_unknown_address_is_an_error_after_one_look() {
        let server = MockServer::start().await;
        companyinfo(&server, "v2025_1/", 9).await;
        let unknown = error_body("ConnectWiseApi");
        answering(&server, CONTACT, json(404, &unknown)).await;
        let error = reader(&server).client.send(&read()).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::EndpointMissing);
        assert_eq!(paths(&server).await.len(), 2);
    }

    #[tokio::test]
    async fn when_the_site_cannot_say_the_first_failure_stays() {
        let server = MockServer::start().await;
        let error = reader(&server).client.send(&read()).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::EndpointMissing);
        assert!(error.to_string().contains("read contact 4711"), "{error}");
    }

    #[tokio::test]
    async fn a_login_company_nobody_knows_is_a_matter_of_credentials() {
        let server = MockServer::start().await;
        answering(&server, INFO, json(200, "null")).await;
        let reader = reader_with(&server, |s| s.codebase = None);
        let error = reader.client.send(&read()).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Unauthorized);
    }

    #[tokio::test]
    async fn a_site_without_codebases_is_not_taken_for_a_record_that_is_gone() {
        let server = MockServer::start().await;
        answering(&server, INFO, json(404, &error_body("NotFound"))).await;
        let reader = reader_with(&server, |s| s.codebase = None);
        for error in [
            reader.company(CompanyId::new(250)).await.unwrap_err(),
            reader.contact(ContactId::new(4711)).await.unwrap_err(),
        ] {
            assert_eq!(*error.kind(), ErrorKind::EndpointMissing);
            assert_eq!(
                error.to_string(),
                "ConnectWise: find the codebase of the site that is set: the address is unknown there (wrong host, \
                 codebase or region)"
            );
        }
    }

    #[tokio::test]
    async fn a_codebase_that_leads_elsewhere_is_not_followed() {
        let server = MockServer::start().await;
        companyinfo(&server, "//evil.example/", 9).await;
        let reader = reader_with(&server, |s| s.codebase = None);
        let error = reader.client.send(&read()).await.unwrap_err();
        let kind = ErrorKind::Decode {
            path: "$.Codebase".to_owned(),
        };
        assert_eq!(*error.kind(), kind);
        assert_eq!(paths(&server).await.len(), 1);
    }
}
