//! What the key may read, found out by reading a little. Every key may do everything, but what stands in front of the
//! CRM may not let everything through.

use model::growcrm::{Client, Contact};

use crate::call::Call;
use crate::client::Reader;
use crate::convert::Resource;
use crate::error::Error;
use crate::wire::Page;

/// What was tried, and what came of it.
#[derive(Debug)]
pub struct Right {
    /// What was to be read, such as `clients`.
    pub what: &'static str,
    /// What was wrong.
    pub result: Result<(), Error>,
}

impl Reader {
    /// Reads the first record of everything that a mirror may have to read. Goes on after a refusal.
    pub async fn rights(&self) -> Vec<Right> {
        let mut rights = Vec::new();
        for (what, path) in [("clients", Client::LIST), ("contacts", Contact::LIST)] {
            let call = Call::get(format!("list {what}"), path)
                .with("limit", "1")
                .with("page", "1");
            let result = self.connection.fetch(&call).await;
            let result = result.map(|_: Page| ());
            rights.push(Right { what, result });
        }
        rights
    }
}

#[cfg(test)]
mod tests {
    use wiremock::MockServer;

    use crate::ErrorKind;
    use crate::testing::{json, reader, sent, serve};

    #[tokio::test]
    async fn a_refusal_is_told_and_the_rest_is_tried_all_the_same() {
        let server = MockServer::start().await;
        serve(&server, "GET clients", json(401, r#"{"message":"No."}"#)).await;
        let empty = r#"{"data":[],"meta":{"current_page":1,"per_page":1,"total":0,"last_page":1}}"#;
        serve(&server, "GET contacts", json(200, empty)).await;
        let rights = reader(&server).rights().await;
        let refused: Vec<_> = rights
            .iter()
            .filter_map(|right| Some((right.what, right.result.as_ref().err()?.kind().clone())))
            .collect();
        assert_eq!(rights.len(), 2);
        assert_eq!(refused, [("clients", ErrorKind::Unauthorized)]);
        let sent = sent(&server).await;
        assert!(
            sent.iter()
                .all(|(call, _)| call.ends_with("?limit=1&page=1")),
            "{sent:?}"
        );
    }
}
