//! Lists, page by page.

use http_client::{HeaderMap, Url, header};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::client::{Client, decode};
use crate::error::{Error, ErrorKind};

/// The PSA silently caps larger pages, so a page of that size would always look short.
pub(crate) const LARGEST_PAGE: u16 = 1000;

/// A list to read, with the size of its pages.
pub(crate) struct Listing {
    call: Call,
    size: u16,
}

/// One page of a list.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Where the list goes on, if it does.
    pub(crate) next: Option<Url>,
}

impl Listing {
    /// A list that is read by page numbers: what hangs on one record, and nobody changes meanwhile.
    pub(crate) fn navigable(call: Call) -> Self {
        Self::new(call, LARGEST_PAGE)
    }

    /// A list that is read in the order of ids, so that no page shifts while records come and go.
    pub(crate) fn forward_only(call: Call, size: u16) -> Self {
        let call = Call {
            forward_only: true,
            ..call
        };
        Self::new(call, size)
    }

    fn new(call: Call, size: u16) -> Self {
        let size = size.clamp(1, LARGEST_PAGE);
        let call = call.with("pageSize", size.to_string().as_str());
        Self { call, size }
    }
}

impl Client {
    /// Reads the first page, in one request.
    pub(crate) async fn first_page<T: DeserializeOwned>(
        &self,
        listing: &Listing,
    ) -> Result<Page<T>, Error> {
        let response = self.send(&listing.call).await?;
        self.page(listing, &response)
    }

    /// Reads all pages.
    pub(crate) async fn all_pages<T: DeserializeOwned>(
        &self,
        listing: &Listing,
    ) -> Result<Vec<T>, Error> {
        let Page {
            mut items,
            mut next,
        } = self.first_page(listing).await?;
        while let Some(url) = next {
            let response = self.send_to(&listing.call, url.clone()).await?;
            let page = self.page(listing, &response)?;
            if page.next.as_ref() == Some(&url) {
                return Err(bad_link(listing));
            }
            items.extend(page.items);
            next = page.next;
        }
        Ok(items)
    }

    fn page<T: DeserializeOwned>(
        &self,
        listing: &Listing,
        response: &http_client::Response,
    ) -> Result<Page<T>, Error> {
        let items: Vec<T> = decode(&listing.call, response)?;
        // Forward-only lists may link onwards for ever; a short page is the end all the same.
        let is_short = items.len() < usize::from(listing.size);
        let next = match next_link(&response.headers) {
            Some(link) if !is_short => {
                let url = Url::parse(&link).map_err(|_| bad_link(listing))?;
                // The next request carries our credentials.
                if !self.is_ours(&url) {
                    return Err(bad_link(listing));
                }
                Some(url)
            }
            _ => None,
        };
        Ok(Page { items, next })
    }
}

fn bad_link(listing: &Listing) -> Error {
    let path = "the Link header".to_owned();
    Error::new(&listing.call.operation, ErrorKind::Decode { path })
}

/// The address marked `rel="next"`, if there is one and it is not empty.
fn next_link(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::LINK)
        .iter()
        .filter_map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            find_next(&text).map(str::to_owned)
        })
        .find(|link| !link.is_empty())
}

/// Reads `<address>; rel="next", <address>; rel="last"`. An address may hold commas and semicolons, so only
/// the angle brackets count.
fn find_next(text: &str) -> Option<&str> {
    text.split('<').skip(1).find_map(|part| {
        let (link, parameters) = part.split_once('>')?;
        let is_next = parameters.split([';', ',']).any(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
            })
        });
        is_next.then_some(link.trim())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::matchers::{header, method, query_param, query_param_is_missing};
    use wiremock::{Mock, MockServer};

    use super::*;
    use crate::testing::{Answer, reader};

    fn listing(size: u16) -> Listing {
        Listing::forward_only(
            Call::get("list contacts", "company/contacts").with("conditions", "company/id=812"),
            size,
        )
    }

    fn ids(ids: &[u32]) -> Answer {
        let items: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        Answer::new(200).set_body_json(items)
    }

    fn link(server: &MockServer, page_id: u32) -> String {
        let uri = server.uri();
        format!(
            "<{uri}/v2025_1/apis/3.0/company/contacts?conditions=company/id=812&pageSize=2\
             &pageId={page_id}>; rel=\"next\""
        )
    }

    async fn first(server: &MockServer, answer: Answer) {
        Mock::given(query_param_is_missing("pageId"))
            .respond_with(answer)
            .mount(server)
            .await;
    }

    async fn read(server: &MockServer) -> Result<Vec<Value>, Error> {
        reader(server).client.all_pages(&listing(2)).await
    }

    #[test]
    fn the_next_link_is_found_among_others_and_with_commas_in_it() {
        for (text, next) in [
            ("", None),
            (r#"<https://a/?page=9>; rel="last""#, None),
            (
                r#"<https://a/?c=id in (1,2)&page=2>; rel="next", <https://a/?page=9>; rel="last""#,
                Some("https://a/?c=id in (1,2)&page=2"),
            ),
            (
                "<https://a/1>; rel=first, <https://a/2>; title=\"b\"; REL=next",
                Some("https://a/2"),
            ),
            (r#"<>; rel="next""#, Some("")),
        ] {
            assert_eq!(find_next(text), next, "{text}");
        }
    }

    #[tokio::test]
    async fn an_empty_list_is_one_request() {
        let server = MockServer::start().await;
        first(&server, ids(&[]).insert_header("Link", link(&server, 0))).await;
        assert_eq!(read(&server).await.unwrap(), Vec::<Value>::new());
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn pages_are_followed_with_headers_and_conditions_until_a_short_one() {
        let server = MockServer::start().await;
        first(
            &server,
            ids(&[1, 2]).insert_header("Link", link(&server, 2)),
        )
        .await;
        Mock::given(method("GET"))
            .and(query_param("pageId", "2"))
            .and(query_param("conditions", "company/id=812"))
            .and(header("pagination-type", "forward-only"))
            .and(header("clientId", "0c1f9a52-6f0e-4a55-9a6b-3f2f6f0a7d11"))
            .respond_with(ids(&[3]).insert_header("Link", link(&server, 3)))
            .expect(1)
            .mount(&server)
            .await;
        let items = read(&server).await.unwrap();
        assert_eq!(items, [1, 2, 3].map(|id| json!({"id": id})));
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 2);
        let query = requests[0].url.query().unwrap();
        assert_eq!(query, "conditions=company%2Fid%3D812&pageSize=2");
        assert_eq!(requests[0].headers["pagination-type"], "forward-only");
    }

    #[tokio::test]
    async fn a_full_page_without_a_link_or_with_an_empty_one_is_the_last() {
        for link in ["<>; rel=\"next\"", ""] {
            let server = MockServer::start().await;
            first(&server, ids(&[1, 2]).insert_header("Link", link)).await;
            assert_eq!(read(&server).await.unwrap().len(), 2);
        }
    }

    #[tokio::test]
    async fn a_link_to_a_foreign_host_is_refused() {
        for foreign in [
            "http://evil.example/?pageId=2",
            "http://127.0.0.1:1/?pageId=2",
            "/relative?pageId=2",
        ] {
            let server = MockServer::start().await;
            let link = format!("<{foreign}>; rel=\"next\"");
            first(&server, ids(&[1, 2]).insert_header("Link", link)).await;
            let error = read(&server).await.unwrap_err();
            assert_eq!(error.code(), "Decode", "{foreign}");
            assert_eq!(server.received_requests().await.unwrap().len(), 1);
        }
    }

    #[tokio::test]
    async fn a_page_that_links_to_itself_is_not_read_for_ever() {
        let server = MockServer::start().await;
        let again = ids(&[1, 2]).insert_header("Link", link(&server, 2));
        Mock::given(method("GET"))
            .respond_with(again)
            .mount(&server)
            .await;
        assert_eq!(read(&server).await.unwrap_err().code(), "Decode");
        assert_eq!(server.received_requests().await.unwrap().len(), 2);
    }

    #[test]
    fn a_page_is_never_larger_than_the_psa_allows() {
        assert_eq!(listing(5000).size, LARGEST_PAGE);
        assert_eq!(listing(0).size, 1);
    }
}
