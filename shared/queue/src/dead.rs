//! Dead letters: messages that were delivered too often.

use std::fmt;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message as SqsMessage, MessageSystemAttributeName as Attribute};
use jiff::Timestamp;

use crate::sqs::{failure, whole_seconds};
use crate::{DeduplicationId, Depth, Error, Message, MessageId, SqsQueue};

/// How long a letter that is looked at stays out of sight: long enough to look at all others, short enough that nothing
/// is lost when it is not given back.
const HOLD: Duration = Duration::from_secs(30);

/// How long the queue is waited for. Without a wait it may leave messages out.
const WAIT: Duration = Duration::from_secs(1);

/// The most that SQS hands out or takes back at once.
const BATCH: i32 = 10;

/// The dead-letter queue in AWS.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    queue: SqsQueue,
}

/// A message that was delivered too often. Its `Debug` output does not show the body.
pub struct DeadLetter {
    /// The queue's id for it.
    pub id: MessageId,
    /// The FIFO group it was sent in.
    pub group: String,
    /// What it asks for, or why nobody can tell.
    pub content: Result<Message, Error>,
    /// How often it was delivered, by SQS's own approximate count.
    pub receive_count: Option<u32>,
    /// When it was sent; on a FIFO queue, when it came among the dead letters.
    pub sent_at: Option<Timestamp>,
    body: String,
    receipt: String,
}

impl DeadLetters {
    /// The dead letters at this URL.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            queue: SqsQueue::new(client, url),
        }
    }

    /// How many there are.
    pub async fn depth(&self) -> Result<Depth, Error> {
        self.queue.depth().await
    }

    /// Takes up to ten letters out of sight for a while. None is left when it returns none, but for those that wait
    /// behind what is out of sight: a FIFO queue hands out at most ten of a group before they are deleted or
    /// [given back](Self::give_back).
    pub async fn receive(&self) -> Result<Vec<DeadLetter>, Error> {
        let answer = self
            .queue
            .client
            .receive_message()
            .queue_url(&self.queue.url)
            .max_number_of_messages(BATCH)
            .visibility_timeout(whole_seconds(HOLD))
            .wait_time_seconds(whole_seconds(WAIT))
            .message_system_attribute_names(Attribute::All)
            .send()
            .await
            .map_err(|error| failure("receive dead letters", error))?;
        let messages = answer.messages.unwrap_or_default();
        Ok(messages.into_iter().map(DeadLetter::from).collect())
    }

    /// Takes all letters that can be had out of sight for a while.
    pub async fn receive_all(&self) -> Result<Vec<DeadLetter>, Error> {
        let mut all: Vec<DeadLetter> = Vec::new();
        loop {
            let some = self.receive().await?;
            // With very many, the first ones come into sight again before the last one was seen.
            let more = some
                .into_iter()
                .filter(|new| all.iter().all(|known| known.id != new.id));
            let known = all.len();
            all.extend(more.collect::<Vec<_>>());
            if all.len() == known {
                return Ok(all);
            }
        }
    }

    /// Lets letters be seen again at once.
    pub async fn give_back(&self, letters: &[DeadLetter]) {
        for letter in letters {
            // If this fails, it is seen again after a while all the same.
            let _ = self
                .queue
                .client
                .change_message_visibility()
                .queue_url(&self.queue.url)
                .receipt_handle(&letter.receipt)
                .visibility_timeout(0)
                .send()
                .await;
        }
    }

    /// Sends a letter to the work queue again, in its group and under a new deduplication id, and deletes it here.
    /// If that ends in between, the letter is twice there and not lost.
    pub async fn redrive(
        &self,
        letter: &DeadLetter,
        to: &SqsQueue,
        at: Timestamp,
    ) -> Result<MessageId, Error> {
        let deduplication = DeduplicationId::of_redrive(&letter.id, at);
        let sent = to.put(&letter.body, &letter.group, &deduplication).await?;
        self.queue
            .client
            .delete_message()
            .queue_url(&self.queue.url)
            .receipt_handle(&letter.receipt)
            .send()
            .await
            .map_err(|error| failure("delete a dead letter that was sent again", error))?;
        Ok(sent)
    }
}

impl From<SqsMessage> for DeadLetter {
    fn from(message: SqsMessage) -> Self {
        let attribute = |name| message.attributes.as_ref()?.get(&name).map(String::as_str);
        let id = message.message_id.clone().unwrap_or_default();
        let sent_at = attribute(Attribute::SentTimestamp);
        let body = message.body.clone().unwrap_or_default();
        Self {
            group: attribute(Attribute::MessageGroupId)
                .unwrap_or(&id)
                .to_owned(),
            content: Message::decode(&body),
            receive_count: attribute(Attribute::ApproximateReceiveCount)
                .and_then(|count| count.parse().ok()),
            sent_at: sent_at
                .and_then(|at| at.parse().ok())
                .and_then(|at| Timestamp::from_millisecond(at).ok()),
            receipt: message.receipt_handle.clone().unwrap_or_default(),
            id: MessageId::new(id),
            body,
        }
    }
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("id", &self.id)
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::matchers::header;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::sqs::tests::client;

    const DEAD: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/dead.fifo";
    const WORK: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/work.fifo";
    const VISIT: &str = r#"{"VisitCompanyV1":{"company":812,"contact":4711,"cause":{"source":{"kind":"command","name":"test"},"message":null}}}"#;

    fn dead(server: &MockServer) -> DeadLetters {
        DeadLetters::new(client(&server.uri()), DEAD)
    }

    fn message(id: &str, body: &str) -> Value {
        json!({
            "MessageId": id, "ReceiptHandle": format!("r-{id}"), "Body": body,
            "Attributes": {
                "ApproximateReceiveCount": "6", "SentTimestamp": "1772637611000",
                "MessageGroupId": "company-812", "MessageDeduplicationId": "first",
            },
        })
    }

    /// Answers an operation with each of these in turn, and then always with the last one.
    async fn answer(server: &MockServer, operation: &str, answers: &[(u16, Value)]) {
        for (place, (status, body)) in answers.iter().enumerate() {
            let mock = Mock::given(header("x-amz-target", format!("AmazonSQS.{operation}")))
                .respond_with(ResponseTemplate::new(*status).set_body_json(body));
            let is_last = place + 1 == answers.len();
            let mock = if is_last { mock } else { mock.up_to_n_times(1) };
            mock.mount(server).await;
        }
    }

    /// What was asked of the queues, in order: the operation and its body.
    async fn asked(server: &MockServer) -> Vec<(String, Value)> {
        let requests = server.received_requests().await.unwrap();
        let one = |request: &wiremock::Request| {
            let target = request.headers["x-amz-target"].to_str().unwrap();
            let operation = target.trim_start_matches("AmazonSQS.").to_owned();
            (operation, serde_json::from_slice(&request.body).unwrap())
        };
        requests.iter().map(one).collect()
    }

    #[tokio::test]
    async fn without_letters_there_is_nothing_to_see_and_nothing_to_give_back() {
        let server = MockServer::start().await;
        answer(&server, "ReceiveMessage", &[(200, json!({}))]).await;
        let dead = dead(&server);
        let letters = dead.receive_all().await.unwrap();
        assert!(letters.is_empty());
        dead.give_back(&letters).await;
        assert_eq!(asked(&server).await.len(), 1);
    }

    #[tokio::test]
    async fn all_are_looked_at_for_a_short_while_and_given_back() {
        let server = MockServer::start().await;
        let page = |ids: &[&str]| {
            let messages: Vec<Value> = ids.iter().map(|id| message(id, VISIT)).collect();
            (200, json!({ "Messages": messages }))
        };
        let pages = [page(&["a", "b"]), page(&["c"]), page(&["a"])];
        answer(&server, "ReceiveMessage", &pages).await;
        answer(&server, "ChangeMessageVisibility", &[(200, json!({}))]).await;
        let dead = dead(&server);
        let letters = dead.receive_all().await.unwrap();
        let ids: Vec<&str> = letters.iter().map(|letter| letter.id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        assert_eq!(letters[0].receive_count, Some(6));
        assert_eq!(letters[0].group, "company-812");
        let sent_at = letters[0].sent_at.unwrap();
        assert_eq!(sent_at.as_second(), 1_772_637_611);
        dead.give_back(&letters).await;
        let asked = asked(&server).await;
        assert_eq!(asked[0].1["VisibilityTimeout"], 30);
        assert_eq!(asked[0].1["QueueUrl"], DEAD);
        let back: Vec<_> = asked[3..]
            .iter()
            .map(|(operation, body)| (operation.as_str(), body["VisibilityTimeout"].as_i64()))
            .collect();
        assert_eq!(back, [("ChangeMessageVisibility", Some(0)); 3]);
    }

    #[tokio::test]
    async fn a_letter_is_sent_again_as_it_was_before_it_is_deleted() {
        let server = MockServer::start().await;
        let letters = json!({"Messages": [message("a", "not JSON")]});
        answer(&server, "ReceiveMessage", &[(200, letters)]).await;
        answer(
            &server,
            "SendMessage",
            &[(200, json!({"MessageId": "new"}))],
        )
        .await;
        answer(&server, "DeleteMessage", &[(200, json!({}))]).await;
        let dead = dead(&server);
        let letters = dead.receive().await.unwrap();
        assert!(letters[0].content.is_err());
        assert!(!format!("{letters:?}").contains("JSON"));
        let work = SqsQueue::new(client(&server.uri()), WORK);
        let at = Timestamp::UNIX_EPOCH;
        let sent = dead.redrive(&letters[0], &work, at).await.unwrap();
        assert_eq!(sent, MessageId::new("new"));
        let asked = asked(&server).await;
        let (send, delete) = (&asked[1], &asked[2]);
        assert_eq!(
            (send.0.as_str(), &send.1["QueueUrl"]),
            ("SendMessage", &json!(WORK))
        );
        assert_eq!(send.1["MessageBody"], "not JSON");
        assert_eq!(send.1["MessageGroupId"], "company-812");
        let new = DeduplicationId::of_redrive(&letters[0].id, at);
        assert_eq!(send.1["MessageDeduplicationId"], new.as_str());
        assert_eq!(
            (
                delete.0.as_str(),
                &delete.1["ReceiptHandle"],
                &delete.1["QueueUrl"]
            ),
            ("DeleteMessage", &json!("r-a"), &json!(DEAD))
        );
    }

    #[tokio::test]
    async fn a_letter_that_could_not_be_sent_stays() {
        let server = MockServer::start().await;
        let letters = json!({"Messages": [message("a", VISIT)]});
        answer(&server, "ReceiveMessage", &[(200, letters)]).await;
        let denied = json!({"__type": "AccessDeniedException"});
        answer(&server, "SendMessage", &[(403, denied)]).await;
        let dead = dead(&server);
        let letters = dead.receive().await.unwrap();
        assert!(matches!(
            letters[0].content,
            Ok(Message::VisitCompanyV1 { .. })
        ));
        let work = SqsQueue::new(client(&server.uri()), WORK);
        let error = dead
            .redrive(&letters[0], &work, Timestamp::UNIX_EPOCH)
            .await;
        assert!(matches!(error, Err(Error::Denied { .. })), "{error:?}");
        let asked = asked(&server).await;
        assert!(
            asked
                .iter()
                .all(|(operation, _)| operation != "DeleteMessage")
        );
    }

    #[tokio::test]
    async fn the_depth_is_what_waits_and_what_is_being_worked_on() {
        let server = MockServer::start().await;
        let attributes = json!({"Attributes": {
            "ApproximateNumberOfMessages": "12", "ApproximateNumberOfMessagesNotVisible": "3",
        }});
        answer(&server, "GetQueueAttributes", &[(200, attributes)]).await;
        let depth = dead(&server).depth().await.unwrap();
        assert_eq!(
            depth,
            Depth {
                waiting: 12,
                in_flight: 3
            }
        );
    }
}
