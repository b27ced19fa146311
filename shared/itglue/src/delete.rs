//! Deleting contacts, which cannot be taken back in IT Glue. There is a route for several only.

use std::collections::BTreeSet;

use model::itglue::ContactId;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::call::Call;
use crate::client::Writer;
use crate::error::Error;
use crate::wire::{Document, Resource};
use crate::writes::unchanged;

impl Writer {
    /// Deletes contacts, in one request. Those that are gone already are as good.
    ///
    /// After a lost answer, and when one of them is unknown, each is looked for, and those that are still there are
    /// deleted once more.
    pub async fn delete(&self, contacts: &[ContactId]) -> Result<(), Error> {
        if contacts.is_empty() {
            return Ok(());
        }
        let error = match self.delete_once(contacts).await {
            Err(error) if error.may_have_been_applied() || error.is_not_found() => error,
            result => return result,
        };
        let Ok(left) = self.still_there(contacts).await else {
            return Err(error.into_lost());
        };
        if left.is_empty() {
            return Ok(());
        }
        match self.delete_once(&left).await {
            // The first try may have been late.
            Err(error) if error.is_not_found() => match self.still_there(&left).await {
                Ok(left) if left.is_empty() => Ok(()),
                Ok(_) => Err(error),
                Err(_) => Err(error.into_lost()),
            },
            result => result,
        }
    }

    async fn delete_once(&self, contacts: &[ContactId]) -> Result<(), Error> {
        let ids: Vec<String> = contacts.iter().map(ContactId::to_string).collect();
        let operation = format!("delete contacts {}", ids.join(", "));
        let items: Vec<Value> = contacts
            .iter()
            .map(|contact| json!({"type": "contacts", "attributes": {"id": contact}}))
            .collect();
        let call = Call::delete(&*operation, "contacts", json!({"data": items}));
        let answer: Document<Vec<Resource<IgnoredAny, IgnoredAny>>, IgnoredAny> =
            self.client.fetch(&call).await?;
        let deleted: BTreeSet<u64> = answer
            .data
            .iter()
            .flatten()
            .filter_map(|record| record.id)
            .collect();
        let mut unconfirmed = contacts.to_vec();
        unconfirmed.retain(|contact| !deleted.contains(&contact.get()));
        if self.still_there(&unconfirmed).await?.is_empty() {
            Ok(())
        } else {
            Err(unchanged(&operation, "id"))
        }
    }

    async fn still_there(&self, contacts: &[ContactId]) -> Result<Vec<ContactId>, Error> {
        let mut left = Vec::new();
        for contact in contacts {
            if self.reader.contact(*contact).await?.is_some() {
                left.push(*contact);
            }
        }
        Ok(left)
    }
}

#[cfg(test)]
mod tests {
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, only_query, sent, serve, writer};

    const DELETE: &str = "DELETE contacts";
    const GET_72: &str = "GET contacts/72";
    const GET_73: &str = "GET contacts/73";
    const GONE: Act = Act::Answer(404, r#"{"errors": [{"status": 404}]}"#);
    const THERE: Act = Act::Answer(
        200,
        r#"{"data": {"id": "73", "attributes": {"organization-id": 5}}}"#,
    );

    fn ids(ids: &[u64]) -> Vec<ContactId> {
        ids.iter().copied().map(ContactId::new).collect()
    }

    /// What is sent when the acts are played, and the code of the error, if any.
    async fn delete(
        contacts: &[u64],
        acts: impl IntoIterator<Item = Act>,
    ) -> (Vec<String>, Option<&'static str>) {
        let script = Script::play(acts).await;
        let result = script.writer().delete(&ids(contacts)).await;
        let code = result.err().map(|error| error.code());
        (script.requests().await, code)
    }

    #[tokio::test]
    async fn to_delete_nobody_nothing_is_sent() {
        let server = MockServer::start().await;
        writer(&server).delete(&[]).await.unwrap();
        assert!(sent(&server).await.is_empty());
    }

    #[tokio::test]
    async fn contacts_are_deleted_by_a_body_that_names_them_and_never_by_a_filter() {
        let server = MockServer::start().await;
        let answer = json!({"data": [{"id": "72"}, {"id": "73"}]});
        serve(&server, DELETE, Answer::new(200).set_body_json(answer)).await;
        writer(&server).delete(&ids(&[72, 73])).await.unwrap();
        let body = json!({"data": [
            {"type": "contacts", "attributes": {"id": 72}},
            {"type": "contacts", "attributes": {"id": 73}},
        ]});
        assert_eq!(sent(&server).await, [(DELETE.to_owned(), Some(body))]);
        assert!(only_query(&server).await.is_empty());
    }

    #[tokio::test]
    async fn an_answer_that_leaves_one_out_is_checked() {
        let one = || Act::Answer(200, r#"{"data": [{"id": "72"}]}"#);
        let (requests, code) = delete(&[72, 73], [one(), GONE]).await;
        assert_eq!(
            (code, requests),
            (None, vec![DELETE.to_owned(), GET_73.to_owned()])
        );
        let (_, code) = delete(&[72, 73], [one(), THERE]).await;
        assert_eq!(code, Some("Unchanged"));
    }

    #[tokio::test]
    async fn who_is_gone_already_does_not_keep_the_others() {
        let rest = Act::Answer(200, r#"{"data": [{"id": "73"}]}"#);
        let (requests, code) = delete(&[72, 73], [GONE, GONE, THERE, rest]).await;
        assert_eq!(code, None);
        assert_eq!(requests, [DELETE, GET_72, GET_73, DELETE]);
        let (requests, code) = delete(&[72], [GONE, GONE]).await;
        assert_eq!(code, None);
        assert_eq!(requests, [DELETE, GET_72]);
    }

    #[tokio::test]
    async fn a_deletion_whose_answer_was_lost_is_done_when_they_are_gone() {
        for lost in [
            Act::HangUp,
            Act::Answer(502, "<html>"),
            Act::Answer(204, ""),
        ] {
            let (requests, code) = delete(&[72], [lost, GONE]).await;
            assert_eq!(code, None);
            assert_eq!(requests, [DELETE, GET_72]);
        }
    }

    #[tokio::test]
    async fn who_is_still_there_after_a_lost_answer_is_deleted_once_more() {
        let done = Act::Answer(200, r#"{"data": [{"id": "73"}]}"#);
        let (requests, code) = delete(&[73], [Act::HangUp, THERE, done]).await;
        assert_eq!(code, None);
        assert_eq!(requests, [DELETE, GET_73, DELETE]);
        let (requests, code) = delete(&[73], [Act::HangUp, THERE, GONE, GONE]).await;
        assert_eq!(code, None);
        assert_eq!(requests.len(), 4);
        let (_, code) = delete(&[73], [Act::HangUp, THERE, Act::HangUp]).await;
        assert_eq!(code, Some("AnswerLost"));
    }

    #[tokio::test]
    async fn when_nobody_can_look_the_answer_stays_lost() {
        let (requests, code) = delete(&[72], [Act::HangUp, Act::Answer(403, "")]).await;
        assert_eq!(code, Some("AnswerLost"));
        assert_eq!(requests.len(), 2);
    }

    #[tokio::test]
    async fn what_it_glue_refuses_to_delete_is_left_alone() {
        let synced =
            r#"{"errors": [{"status": 422, "detail": "Cannot delete a syncing resource"}]}"#;
        for (act, expected) in [
            (Act::Answer(422, synced), "SyncedRecord"),
            (Act::Answer(422, ""), "Validation"),
            (Act::Answer(403, ""), "Unauthorized"),
        ] {
            let (requests, code) = delete(&[72], [act]).await;
            assert_eq!(code, Some(expected));
            assert_eq!(requests, [DELETE]);
        }
    }
}
