//! Lists, page by page.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::client::Reader;
use crate::convert::{self, Misfit, Resource};
use crate::error::{Error, ErrorKind};
use crate::wire::{Meta, Number, Page, Record};

/// The CRM gives no more on one page.
const LARGEST_PAGE: &str = "100";

/// The directions in which a list is read until it adds up.
const READINGS: [&str; 3] = ["asc", "desc", "asc"];

/// What is known of a list that stands still.
#[derive(Default)]
struct Reading {
    /// How many records it has.
    total: Option<u64>,
    /// Those that were seen, by id.
    records: BTreeMap<u64, Record>,
}

impl Reading {
    /// Whether all of its records were seen.
    fn is_whole(&self) -> bool {
        self.total == Some(self.records.len() as u64)
    }

    /// Whether nobody came or went, as far as one can see.
    fn is_steady(&self, total: u64) -> bool {
        self.total.is_none_or(|known| known == total) && self.records.len() as u64 <= total
    }
}

impl Reader {
    /// Reads all pages of a list, in the order of ids.
    ///
    /// Pages go by number, so that records slip from one to another while some come and go. What a reading
    /// missed is looked for in a second one from the other end; a list that changed meanwhile is read anew; and one
    /// that never adds up is left for later.
    pub(crate) async fn list<R: Resource>(&self, call: &Call) -> Result<Vec<R>, Error> {
        let mut reading = Reading::default();
        for order in READINGS {
            if !self.read_through::<R>(call, order, &mut reading).await? {
                reading = Reading::default();
            } else if reading.is_whole() {
                return self.all_whole(call, reading.records.into_values()).await;
            }
        }
        let kind = ErrorKind::Unavailable {
            status: None,
            retry_after: None,
        };
        Err(Error::of(call, kind))
    }

    /// Reads a list from one end to the other, and returns whether it stood still.
    async fn read_through<R: Resource>(
        &self,
        call: &Call,
        order: &'static str,
        reading: &mut Reading,
    ) -> Result<bool, Error> {
        let call = call
            .clone()
            .with("limit", LARGEST_PAGE)
            .with("sort", R::ORDER)
            .with("order", order);
        let misplaced = |misfit| Error::misplaced(&call, misfit);
        let mut number = 0;
        loop {
            number += 1;
            let page = call.clone().with("page", number.to_string());
            let Page { data, meta } = self.connection.fetch(&page).await?;
            let Meta {
                current_page: Number(current),
                last_page: Number(last),
                total: Number(total),
            } = meta;
            // A server that passes over the number would give the first page for ever.
            if current != number {
                return Err(misplaced(Misfit("meta.current_page".to_owned())));
            }
            let is_empty = data.is_empty();
            for (index, record) in data.into_iter().enumerate() {
                let place = format!("data[{index}]");
                let id = convert::id(&record).map_err(|inner| misplaced(inner.below(&place)))?;
                reading.records.insert(id, record);
            }
            if !reading.is_steady(total) {
                return Ok(false);
            }
            reading.total = Some(total);
            if is_empty || number >= last {
                return Ok(true);
            }
        }
    }

    async fn all_whole<R: Resource>(
        &self,
        call: &Call,
        records: impl Iterator<Item = Record>,
    ) -> Result<Vec<R>, Error> {
        let mut found = Vec::new();
        for record in records {
            found.extend(self.whole(call, record).await?);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use model::growcrm::{Client, ClientId};
    use serde_json::{Value, json};
    use wiremock::matchers::{method, path, query_param};
    use wiremock::{Mock, MockServer};

    use super::*;
    use crate::testing::{Answer, client, list, reader, sent, serve};

    fn named(id: u64) -> Value {
        let mut client = client();
        client["id"] = json!(id);
        client
    }

    fn page(number: u64, last: u64, total: u64, ids: &[u64]) -> Answer {
        let data: Vec<Value> = ids.iter().map(|id| named(*id)).collect();
        Answer::new(200).set_body_json(json!({
            "data": data,
            "meta": {"current_page": number, "per_page": 100, "total": total, "last_page": last},
            "message": "Clients retrieved successfully.",
        }))
    }

    async fn serve_page(server: &MockServer, order: &str, number: u64, answer: Answer) {
        Mock::given(method("GET"))
            .and(path("/api/clients"))
            .and(query_param("order", order))
            .and(query_param("page", number.to_string()))
            .respond_with(answer)
            .mount(server)
            .await;
    }

    async fn read(server: &MockServer) -> Result<Vec<u64>, Error> {
        let call = Call::get("list the clients", "clients");
        let clients: Vec<Client> = reader(server).list(&call).await?;
        Ok(clients.iter().map(|client| client.id.get()).collect())
    }

    #[tokio::test]
    async fn an_empty_list_is_one_request() {
        let server = MockServer::start().await;
        serve_page(&server, "asc", 1, page(1, 1, 0, &[])).await;
        assert!(read(&server).await.unwrap().is_empty());
        assert_eq!(
            sent(&server).await[0].0,
            "GET clients?limit=100&sort=client_company_name&order=asc&page=1"
        );
        assert_eq!(sent(&server).await.len(), 1);
    }

    #[tokio::test]
    async fn pages_are_read_to_the_last_and_put_in_the_order_of_ids() {
        let server = MockServer::start().await;
        serve_page(&server, "asc", 1, page(1, 3, 5, &[9, 2])).await;
        serve_page(&server, "asc", 2, page(2, 3, 5, &[4, 1])).await;
        serve_page(&server, "asc", 3, page(3, 3, 5, &[3])).await;
        assert_eq!(read(&server).await.unwrap(), [1, 2, 3, 4, 9]);
        assert_eq!(sent(&server).await.len(), 3);
    }

    #[tokio::test]
    async fn what_slipped_between_two_pages_is_found_from_the_other_end() {
        let server = MockServer::start().await;
        serve_page(&server, "asc", 1, page(1, 2, 4, &[1, 2])).await;
        serve_page(&server, "asc", 2, page(2, 2, 4, &[2, 4])).await;
        serve_page(&server, "desc", 1, page(1, 2, 4, &[4, 3])).await;
        serve_page(&server, "desc", 2, page(2, 2, 4, &[2, 1])).await;
        assert_eq!(read(&server).await.unwrap(), [1, 2, 3, 4]);
        assert_eq!(sent(&server).await.len(), 4);
    }

    #[tokio::test]
    async fn a_list_that_changes_while_it_is_read_is_read_anew() {
        let server = MockServer::start().await;
        serve_page(&server, "asc", 1, page(1, 2, 4, &[1, 2])).await;
        serve_page(&server, "asc", 2, page(2, 2, 3, &[4])).await;
        serve_page(&server, "desc", 1, page(1, 2, 3, &[4, 3])).await;
        serve_page(&server, "desc", 2, page(2, 2, 3, &[2])).await;
        assert_eq!(read(&server).await.unwrap(), [2, 3, 4]);
        assert_eq!(sent(&server).await.len(), 4);
    }

    #[tokio::test]
    async fn who_went_between_two_readings_is_not_among_them() {
        let server = MockServer::start().await;
        serve_page(&server, "asc", 1, page(1, 1, 4, &[1, 2, 3])).await;
        serve_page(&server, "desc", 1, page(1, 1, 3, &[4, 3, 2])).await;
        let error = read(&server).await.unwrap_err();
        assert_eq!(error.code(), "Unavailable");
        let server = MockServer::start().await;
        Mock::given(query_param("order", "asc"))
            .respond_with(page(1, 1, 4, &[1, 2, 3]))
            .up_to_n_times(1)
            .mount(&server)
            .await;
        serve_page(&server, "desc", 1, page(1, 1, 3, &[4, 3, 2])).await;
        serve_page(&server, "asc", 1, page(1, 1, 3, &[2, 3, 4])).await;
        assert_eq!(read(&server).await.unwrap(), [2, 3, 4]);
    }

    #[tokio::test]
    async fn a_list_that_never_adds_up_is_left_for_later() {
        for ids in [&[1, 2][..], &[1, 2, 3, 4]] {
            let server = MockServer::start().await;
            for order in ["asc", "desc"] {
                serve_page(&server, order, 1, page(1, 1, 3, ids)).await;
            }
            let error = read(&server).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "Grow CRM: list the clients: out of reach"
            );
            assert!(error.is_transient());
            assert_eq!(sent(&server).await.len(), 3);
        }
    }

    #[tokio::test]
    async fn an_empty_page_ends_the_list_whatever_the_last_one_should_be() {
        let server = MockServer::start().await;
        serve_page(&server, "asc", 1, page(1, u64::MAX, 2, &[1, 2])).await;
        serve_page(&server, "asc", 2, page(2, u64::MAX, 2, &[])).await;
        assert_eq!(read(&server).await.unwrap(), [1, 2]);
    }

    #[tokio::test]
    async fn a_server_that_passes_over_page_numbers_is_not_asked_for_ever() {
        let server = MockServer::start().await;
        serve(&server, "GET clients", page(1, 2, 4, &[1, 2])).await;
        let error = read(&server).await.unwrap_err().to_string();
        assert!(error.ends_with("$.meta.current_page"), "{error}");
        assert_eq!(sent(&server).await.len(), 2);
    }

    #[tokio::test]
    async fn a_record_without_an_id_is_located() {
        let server = MockServer::start().await;
        let body = list(&[named(1), json!({"company_name": "Raman"})]);
        serve(&server, "GET clients", crate::testing::json(200, &body)).await;
        let error = read(&server).await.unwrap_err();
        assert!(error.to_string().ends_with("$.data[1].id"), "{error}");
        assert!(!format!("{error:?}").contains("Raman"));
    }

    #[tokio::test]
    async fn a_record_that_is_cut_short_in_the_list_is_read_by_itself() {
        let server = MockServer::start().await;
        let body = list(&[json!({"id": 12, "company_name": "Northwind Dental Group"})]);
        serve(&server, "GET clients", crate::testing::json(200, &body)).await;
        let whole = Answer::new(200).set_body_json(json!({"data": client(), "message": ""}));
        serve(&server, "GET clients/12", whole).await;
        let clients = reader(&server).clients().await.unwrap();
        assert_eq!(clients[0].id, ClientId::new(12));
        assert!(clients[0].is_tagged("cw-company-250"));
        assert_eq!(sent(&server).await.len(), 2);
    }
}
