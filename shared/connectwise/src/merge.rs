//! Merging two contacts, the one write that cannot be taken back in the PSA.

use http_client::Idempotency;
use model::ContactId;

use crate::call::Call;
use crate::client::Writer;
use crate::error::Error;
use crate::writes::refused;

impl Writer {
    /// Merges a contact into another: what points at the loser moves to the survivor, and the loser is deleted.
    /// There is no way back in the PSA.
    ///
    /// After a lost answer the loser is looked for; only while it still exists is the merge asked for again,
    /// once.
    pub async fn merge(&self, loser: ContactId, survivor: ContactId) -> Result<(), Error> {
        let operation = format!("merge contact {loser} into {survivor}");
        if loser == survivor {
            return Err(refused(&operation, "the merge of a contact into itself"));
        }
        let call = Call::delete(
            &*operation,
            format!("company/contacts/{loser}"),
            Idempotency::NotIdempotent,
        )
        .with("transferContactId", survivor.to_string().as_str());
        let error = match self.client.send(&call).await {
            Ok(_) => return Ok(()),
            Err(error) if error.may_have_been_applied() => error,
            Err(error) => return Err(error),
        };
        match self.reader.contact(loser).await {
            Ok(None) => return Ok(()),
            Ok(Some(_)) => {}
            Err(_) => return Err(error.into_lost()),
        }
        match self.client.send(&call).await {
            Ok(_) => Ok(()),
            // The first try may have been late, or the survivor is what is missing.
            Err(error) if error.is_not_found() => match self.reader.contact(loser).await {
                Ok(None) => Ok(()),
                Ok(Some(_)) => Err(error),
                Err(_) => Err(error.into_lost()),
            },
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use wiremock::MockServer;

    use super::*;
    use crate::testing::{Act, Answer, Script, only_query, sent, serve, writer};

    const DELETE: &str = "DELETE company/contacts/4802";
    const GET: &str = "GET company/contacts/4802";
    const LOSER: ContactId = ContactId::new(4802);
    const SURVIVOR: ContactId = ContactId::new(4711);
    const GONE: Act = Act::Answer(
        404,
        r#"{"code":"NotFound","message":"Contact 4802 not found"}"#,
    );
    const THERE: Act = Act::Answer(200, r#"{"id":4802}"#);

    #[tokio::test]
    async fn a_merge_is_a_delete_that_names_the_survivor() {
        let server = MockServer::start().await;
        serve(&server, DELETE, Answer::new(204)).await;
        writer(&server).merge(LOSER, SURVIVOR).await.unwrap();
        assert_eq!(sent(&server).await, [(DELETE.to_owned(), None)]);
        assert_eq!(
            only_query(&server).await,
            [("transferContactId".to_owned(), "4711".to_owned())]
        );
    }

    #[tokio::test]
    async fn a_contact_is_not_merged_into_itself() {
        let server = MockServer::start().await;
        let error = writer(&server).merge(LOSER, LOSER).await.unwrap_err();
        assert_eq!(error.code(), "InvalidValue");
        assert!(sent(&server).await.is_empty());
    }

    #[tokio::test]
    async fn a_merge_whose_answer_was_lost_is_done_when_the_loser_is_gone() {
        let script = Script::play([Act::HangUp, GONE]).await;
        script.writer().merge(LOSER, SURVIVOR).await.unwrap();
        assert_eq!(script.requests(), [DELETE, GET]);
    }

    #[tokio::test]
    async fn a_merge_whose_answer_was_lost_is_repeated_once_while_the_loser_is_there() {
        let script = Script::play([Act::HangUp, THERE, Act::Answer(204, "")]).await;
        script.writer().merge(LOSER, SURVIVOR).await.unwrap();
        assert_eq!(script.requests(), [DELETE, GET, DELETE]);

        let script = Script::play([Act::HangUp, THERE, Act::HangUp]).await;
        let error = script.writer().merge(LOSER, SURVIVOR).await.unwrap_err();
        assert_eq!(error.code(), "AnswerLost");
        assert_eq!(script.requests().len(), 3);
    }

    #[tokio::test]
    async fn a_late_merge_is_recognized_when_the_second_try_finds_nobody() {
        let script = Script::play([Act::HangUp, THERE, GONE, GONE]).await;
        script.writer().merge(LOSER, SURVIVOR).await.unwrap();
        let script = Script::play([Act::HangUp, THERE, GONE, THERE]).await;
        let error = script.writer().merge(LOSER, SURVIVOR).await.unwrap_err();
        assert_eq!(error.code(), "NotFound");
        assert_eq!(script.requests().len(), 4);
    }

    #[tokio::test]
    async fn a_refused_merge_is_left_to_a_person() {
        for (act, code) in [
            (
                Act::Answer(400, r#"{"code":"InvalidObject"}"#),
                "InvalidObject",
            ),
            (Act::Answer(409, ""), "Conflict"),
            (GONE, "NotFound"),
        ] {
            let script = Script::play([act]).await;
            let error = script.writer().merge(LOSER, SURVIVOR).await.unwrap_err();
            assert_eq!(error.code(), code);
            assert_eq!(script.requests().len(), 1);
        }
    }
}
