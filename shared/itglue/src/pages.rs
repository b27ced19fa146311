//! Lists, page by page. Pages are asked for by number: the links that come with them are never followed.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::client::Reader;
use crate::convert::{Convert, Misfit};
use crate::error::{Error, ErrorKind};
use crate::wire::{Document, Meta, Resource};

/// The sizes of pages to try, from the largest that IT Glue allows to the one it takes by itself. It gives up on
/// pages that are too much work.
const SIZES: [u32; 3] = [1000, 250, 50];

/// How often a list is read again because it changed while it was read.
const READINGS: u32 = 3;

/// A list that was read to its end.
enum Reading<M> {
    Whole(Vec<M>),
    /// A record came or went meanwhile, so another one may have slipped from one page to the page before.
    Shifted,
}

impl Reader {
    /// Reads all pages of a list.
    pub(crate) async fn list<A: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: Convert<A, M>,
    ) -> Result<Vec<M>, Error> {
        let [largest, smaller @ ..] = SIZES;
        let mut result = self.list_by(call, convert, largest).await;
        for size in smaller {
            match result {
                Err(error) if error.may_be_too_much() => {
                    result = self.list_by(call, convert, size).await;
                }
                _ => break,
            }
        }
        result
    }

    async fn list_by<A: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: Convert<A, M>,
        size: u32,
    ) -> Result<Vec<M>, Error> {
        for _ in 0..READINGS {
            if let Reading::Whole(items) = self.read_pages(call, convert, size).await? {
                return Ok(items);
            }
        }
        let kind = ErrorKind::Unavailable {
            status: None,
            retry_after: None,
        };
        Err(Error::of(call, kind))
    }

    async fn read_pages<A: DeserializeOwned, M>(
        &self,
        call: &Call,
        convert: Convert<A, M>,
        size: u32,
    ) -> Result<Reading<M>, Error> {
        let misplaced = |path: String| Error::misplaced(call, path);
        let mut items = Vec::new();
        let mut seen = BTreeSet::new();
        let mut total = None;
        for number in 1.. {
            let page: Document<Vec<Resource<A>>> =
                self.connection.fetch(&call.page(number, size)).await?;
            let records = page.data.ok_or_else(|| misplaced("$.data".to_owned()))?;
            let included = page.included.unwrap_or_default();
            let meta = page.meta.unwrap_or_default();
            if number > 1 && meta.total_count != total {
                return Ok(Reading::Shifted);
            }
            total = meta.total_count;
            let is_full = records.len() >= size as usize;
            let goes_on = goes_on(&meta, number).unwrap_or(is_full);
            let before = seen.len();
            for (index, record) in records.into_iter().enumerate() {
                if record.id.is_none_or(|id| seen.insert(id)) {
                    let item = convert(record, &included);
                    items.push(
                        item.map_err(|Misfit(place)| {
                            misplaced(format!("$.data[{index}].{place}"))
                        })?,
                    );
                }
            }
            if !goes_on {
                break;
            }
            // A list that goes on and on without saying anything new would be read for ever.
            if seen.len() == before {
                return Err(misplaced("$.meta.next-page".to_owned()));
            }
        }
        Ok(Reading::Whole(items))
    }
}

/// Whether there is a page after this one, if the page says so. That there is no next page is the mark of the end,
/// whatever the number of pages.
fn goes_on(meta: &Meta, number: u32) -> Option<bool> {
    let by_next = meta.next_page.as_ref().map(Option::is_some);
    by_next.or_else(|| meta.total_pages.map(|pages| number < pages))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::matchers::{query_param, query_param_is_missing};
    use wiremock::{Mock, MockServer};

    use super::*;
    use crate::convert;
    use crate::testing::{Answer, only_query, page, reader};

    fn call() -> Call {
        Call::get("list the contact types", "contact_types").filter("filter[name]", "a")
    }

    fn types(ids: &[u32]) -> Vec<Value> {
        let item = |id: &u32| json!({"id": id.to_string(), "attributes": {"name": "a"}});
        ids.iter().map(item).collect()
    }

    /// A page as the documentation has it.
    fn document(ids: &[u32], number: u32, pages: u32, total: u32) -> Value {
        json!({
            "data": types(ids),
            "links": {"next": "http://evil.example/contact_types"},
            "meta": {
                "current-page": number, "next-page": (number < pages).then_some(number + 1),
                "prev-page": null, "total-pages": pages, "total-count": total, "filters": {},
            },
        })
    }

    async fn serve_page(server: &MockServer, number: u32, body: Value) {
        Mock::given(query_param("page[number]", number.to_string()))
            .respond_with(Answer::new(200).set_body_json(body))
            .mount(server)
            .await;
    }

    async fn read(server: &MockServer) -> Result<Vec<u64>, Error> {
        let types = reader(server).list(&call(), convert::contact_type).await?;
        Ok(types.into_iter().map(|found| found.id.get()).collect())
    }

    async fn count(server: &MockServer) -> usize {
        server.received_requests().await.unwrap().len()
    }

    #[tokio::test]
    async fn an_empty_list_is_one_request() {
        let server = MockServer::start().await;
        serve_page(&server, 1, page(&[])).await;
        assert!(read(&server).await.unwrap().is_empty());
        assert_eq!(
            only_query(&server).await,
            [
                ("filter[name]", "a"),
                ("sort", "id"),
                ("page[number]", "1"),
                ("page[size]", "1000")
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[tokio::test]
    async fn pages_are_asked_for_by_number_and_links_are_not_followed() {
        let server = MockServer::start().await;
        serve_page(&server, 1, document(&[1, 2], 1, 3, 5)).await;
        serve_page(&server, 2, document(&[3, 4], 2, 3, 5)).await;
        serve_page(&server, 3, document(&[5], 3, 3, 5)).await;
        assert_eq!(read(&server).await.unwrap(), [1, 2, 3, 4, 5]);
        assert_eq!(count(&server).await, 3);
    }

    #[tokio::test]
    async fn a_page_that_does_not_say_what_follows_is_judged_by_what_it_says() {
        for (meta, expected) in [
            (json!({"total-pages": 2}), vec![1, 2]),
            (json!({"total-pages": 2, "next-page": null}), vec![1]),
            (json!({}), vec![1]),
            (json!(null), vec![1]),
        ] {
            let server = MockServer::start().await;
            serve_page(&server, 1, json!({"data": types(&[1]), "meta": meta})).await;
            serve_page(&server, 2, json!({"data": types(&[2]), "meta": meta})).await;
            assert_eq!(read(&server).await.unwrap(), expected, "{meta}");
        }
    }

    #[tokio::test]
    async fn a_full_page_without_any_word_is_not_taken_for_the_last() {
        let server = MockServer::start().await;
        let full: Vec<u32> = (1..=1000).collect();
        serve_page(&server, 1, json!({"data": types(&full)})).await;
        serve_page(&server, 2, json!({"data": types(&[1001])})).await;
        assert_eq!(read(&server).await.unwrap().len(), 1001);
        assert_eq!(count(&server).await, 2);
    }

    #[tokio::test]
    async fn the_mark_of_the_end_is_believed_on_a_full_page() {
        let server = MockServer::start().await;
        let full: Vec<u32> = (1..=1000).collect();
        let body = json!({"data": types(&full), "meta": {"next-page": null}});
        serve_page(&server, 1, body).await;
        assert_eq!(read(&server).await.unwrap().len(), 1000);
        assert_eq!(count(&server).await, 1);
    }

    #[tokio::test]
    async fn a_list_that_changes_while_it_is_read_is_read_again() {
        let server = MockServer::start().await;
        let page = query_param("page[number]", "1");
        let first = Answer::new(200).set_body_json(document(&[1, 2], 1, 2, 4));
        Mock::given(page)
            .respond_with(first)
            .up_to_n_times(1)
            .mount(&server)
            .await;
        serve_page(&server, 1, document(&[2, 3], 1, 2, 3)).await;
        serve_page(&server, 2, document(&[4], 2, 2, 3)).await;
        assert_eq!(read(&server).await.unwrap(), [2, 3, 4]);
        assert_eq!(count(&server).await, 4);
    }

    #[tokio::test]
    async fn a_list_that_never_stands_still_is_left_for_later() {
        let server = MockServer::start().await;
        serve_page(&server, 1, document(&[1, 2], 1, 2, 4)).await;
        serve_page(&server, 2, document(&[4], 2, 2, 3)).await;
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.code(), "Unavailable");
        assert!(error.is_transient());
    }

    #[tokio::test]
    async fn a_list_that_repeats_itself_is_not_read_for_ever() {
        let server = MockServer::start().await;
        let again = Answer::new(200).set_body_json(document(&[1], 1, 9, 9));
        Mock::given(query_param_is_missing("x"))
            .respond_with(again)
            .mount(&server)
            .await;
        let error = read(&server).await.unwrap_err();
        assert!(error.to_string().ends_with("$.meta.next-page"), "{error}");
        assert_eq!(count(&server).await, 2);
    }

    #[tokio::test]
    async fn when_a_page_is_too_much_smaller_ones_are_asked_for() {
        for status in [500, 504] {
            let server = MockServer::start().await;
            for size in ["1000", "250"] {
                Mock::given(query_param("page[size]", size))
                    .respond_with(Answer::new(status).set_body_string("<html>"))
                    .mount(&server)
                    .await;
            }
            Mock::given(query_param("page[size]", "50"))
                .respond_with(Answer::new(200).set_body_json(document(&[1], 1, 1, 1)))
                .mount(&server)
                .await;
            assert_eq!(read(&server).await.unwrap(), [1], "{status}");
        }
    }

    #[tokio::test]
    async fn a_server_that_turns_away_is_not_asked_for_less() {
        for (status, code) in [
            (502, "Unavailable"),
            (503, "Unavailable"),
            (429, "RateLimited"),
            (403, "Unauthorized"),
        ] {
            let server = MockServer::start().await;
            let answer = Answer::new(status).insert_header("Retry-After", "30");
            Mock::given(query_param("page[size]", "1000"))
                .respond_with(answer)
                .mount(&server)
                .await;
            assert_eq!(read(&server).await.unwrap_err().code(), code);
            assert_eq!(count(&server).await, 1);
        }
    }

    #[tokio::test]
    async fn a_record_that_cannot_be_read_is_located() {
        for (body, place) in [
            (json!({"meta": {}}), "$.data"),
            (
                json!({"data": [{"id": "1"}, {"attributes": {}}]}),
                "$.data[1].id",
            ),
            (json!({"data": [{"id": "Priya"}]}), "$.data[0].id"),
        ] {
            let server = MockServer::start().await;
            serve_page(&server, 1, body).await;
            let error = read(&server).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "IT Glue: list the contact types: the answer cannot be understood at {place}"
                )
            );
        }
    }
}
