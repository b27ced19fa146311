//! All that a merge must know about a contact beside its record.

use futures_util::future::try_join;
use model::{ContactId, Details};

use crate::client::Reader;
use crate::error::Error;

impl Reader {
    /// What hangs on a contact: notes, groups, tracks, what points at it, and the PSA's own count of that.
    pub async fn details(&self, contact: ContactId) -> Result<Details, Error> {
        // The references are several lists at a time already, so the rest goes one by one beside them.
        let children = async {
            Ok((
                self.notes(contact).await?,
                self.groups(contact).await?,
                self.usages(contact).await?,
                self.tracks(contact).await?,
            ))
        };
        let (references, (notes, groups, usages, tracks)) =
            try_join(self.references(contact), children).await?;
        Ok(Details {
            notes,
            groups,
            references,
            usages,
            tracks,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::{method, path_regex};
    use wiremock::{Mock, MockServer};

    use super::*;
    use crate::testing::{Answer, reader, sent, serve};

    #[tokio::test]
    async fn everything_that_hangs_on_a_contact_is_gathered() {
        let server = MockServer::start().await;
        for (path, body) in [
            ("company/contacts/7/notes", json!([{"id": 1, "text": "Hi"}])),
            (
                "company/contacts/7/groups",
                json!([{"id": 2, "group": {"id": 9}}]),
            ),
            ("company/contacts/7/tracks", json!([{"id": 3}])),
            (
                "company/contacts/7/usages",
                json!([{"type": "Ticket", "count": 1}]),
            ),
            ("service/tickets", json!([{"id": 5, "contact": {"id": 7}}])),
        ] {
            let answer = Answer::new(200).set_body_json(body);
            serve(&server, &format!("GET {path}"), answer).await;
        }
        Mock::given(method("GET"))
            .and(path_regex("."))
            .respond_with(Answer::new(200).set_body_json(json!([])))
            .with_priority(9)
            .mount(&server)
            .await;
        let details = reader(&server).details(ContactId::new(7)).await.unwrap();
        assert_eq!(details.notes.len(), 1);
        assert_eq!(details.groups.len(), 1);
        assert_eq!(details.tracks.len(), 1);
        assert_eq!(details.usages.len(), 1);
        assert_eq!(details.references.len(), 1);
        assert_eq!(sent(&server).await.len(), 15);
    }
}
