//! The queue in AWS.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::QueueAttributeName as Attribute;

use crate::{DeduplicationId, Delayer, Error, LONGEST_DELAY, Message, MessageId, Sender, group};

/// One FIFO queue in SQS. Clones share the connections.
#[derive(Clone, Debug)]
pub struct SqsQueue {
    pub(crate) client: Client,
    pub(crate) url: String,
}

/// How many messages a queue holds, as far as SQS knows: its counts are up to a minute old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Those that nobody works on.
    pub waiting: u64,
    /// Those that were handed out and are not settled yet.
    pub in_flight: u64,
}

impl SqsQueue {
    /// The queue at this URL.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }

    /// How many messages it holds.
    pub async fn depth(&self) -> Result<Depth, Error> {
        const WAITING: Attribute = Attribute::ApproximateNumberOfMessages;
        const IN_FLIGHT: Attribute = Attribute::ApproximateNumberOfMessagesNotVisible;
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(WAITING)
            .attribute_names(IN_FLIGHT)
            .send()
            .await
            .map_err(|error| failure("count messages", error))?;
        let attributes = answer.attributes.unwrap_or_default();
        let count = |name| attributes.get(&name).and_then(|count| count.parse().ok());
        Ok(Depth {
            waiting: count(WAITING).unwrap_or_default(),
            in_flight: count(IN_FLIGHT).unwrap_or_default(),
        })
    }

    /// Queues a body as it is.
    pub(crate) async fn put(
        &self,
        body: &str,
        group: &str,
        deduplication: &DeduplicationId,
    ) -> Result<MessageId, Error> {
        const OPERATION: &str = "send a message";
        let answer = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .message_group_id(group)
            .message_deduplication_id(deduplication.as_str())
            .send()
            .await
            .map_err(|error| failure(OPERATION, error))?;
        let id = answer.message_id.ok_or_else(|| Error::Unreachable {
            operation: OPERATION,
            source: "the answer has no message id".into(),
        })?;
        Ok(MessageId::new(id))
    }
}

impl Sender for SqsQueue {
    async fn send(
        &self,
        message: &Message,
        deduplication: &DeduplicationId,
    ) -> Result<MessageId, Error> {
        self.put(&message.encode()?, &group(message), deduplication)
            .await
    }
}

impl Delayer for SqsQueue {
    async fn delay(&self, receipt: &str, wait: Duration) -> Result<(), Error> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(whole_seconds(wait))
            .send()
            .await
            .map_err(|error| failure("delay a message", error))?;
        Ok(())
    }
}

/// Rounded up, because a message that comes back before a `Retry-After` is over comes back for nothing.
pub(crate) fn whole_seconds(wait: Duration) -> i32 {
    let wait = wait.min(LONGEST_DELAY);
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

pub(crate) fn failure<E>(operation: &'static str, error: SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let SdkError::ServiceError(refusal) = &error else {
        return Error::Unreachable {
            operation,
            source: Box::new(error),
        };
    };
    let status = refusal.raw().status().as_u16();
    let code = refusal.err().code().unwrap_or("no code").to_owned();
    // A code may carry its namespace in front, as in `com.amazonaws.sqs#QueueDoesNotExist`.
    let name = code.rsplit(['#', '.']).next().unwrap_or_default();
    match (name, status) {
        ("QueueDoesNotExist" | "NonExistentQueue", _) => Error::MissingQueue { operation },
        ("MessageNotInflight" | "ReceiptHandleIsInvalid", _) => Error::NotInFlight { operation },
        (name, _) if name.contains("Throttl") || name == "OverLimit" => Error::Busy { operation },
        (_, 429) => Error::Busy { operation },
        (_, 500..) => Error::Unreachable {
            operation,
            source: Box::new(error),
        },
        (name, _) if name.contains("AccessDenied") => Error::Denied { operation, code },
        (_, 401 | 403) => Error::Denied { operation, code },
        _ => Error::Rejected { operation, code },
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use aws_sdk_sqs::config::retry::RetryConfig;
    use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
    use model::{Cause, CompanyId, Source};
    use wiremock::matchers::{body_partial_json, header};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    const URL: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/work.fifo";

    pub(crate) fn client(endpoint: &str) -> Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .endpoint_url(endpoint)
            .retry_config(RetryConfig::disabled())
            .build();
        Client::from_conf(config)
    }

    fn queue(endpoint: &str) -> SqsQueue {
        SqsQueue::new(client(endpoint), URL)
    }

    fn message() -> Message {
        Message::VisitCompanyV1 {
            company: CompanyId::new(812),
            contact: None,
            cause: Cause {
                source: Source::Command {
                    name: "test".to_owned(),
                },
                message: None,
            },
        }
    }

    async fn send_refused(status: u16, code: &str) -> Error {
        let server = MockServer::start().await;
        let refusal = serde_json::json!({"__type": code, "message": "Renee Okafor"});
        Mock::given(header("x-amz-target", "AmazonSQS.SendMessage"))
            .respond_with(ResponseTemplate::new(status).set_body_json(refusal))
            .mount(&server)
            .await;
        queue(&server.uri())
            .send(&message(), &DeduplicationId::of(&["x"]))
            .await
            .unwrap_err()
    }

    #[tokio::test]
    async fn a_message_is_sent_with_its_group_and_deduplication_id() {
        let server = MockServer::start().await;
        let id = DeduplicationId::of(&["x"]);
        let body = message().encode().unwrap();
        Mock::given(header("x-amz-target", "AmazonSQS.SendMessage"))
            .and(body_partial_json(serde_json::json!({
                "QueueUrl": URL,
                "MessageBody": body,
                "MessageGroupId": "company-812",
                "MessageDeduplicationId": id.as_str(),
            })))
            .respond_with(ResponseTemplate::new(200).set_body_json(serde_json::json!({
                "MessageId": "m-1", "SequenceNumber": "1",
            })))
            .expect(1)
            .mount(&server)
            .await;
        let sent = queue(&server.uri()).send(&message(), &id).await.unwrap();
        assert_eq!(sent, MessageId::new("m-1"));
    }

    #[tokio::test]
    async fn a_message_is_put_off_by_whole_seconds() {
        let server = MockServer::start().await;
        Mock::given(header("x-amz-target", "AmazonSQS.ChangeMessageVisibility"))
            .and(body_partial_json(serde_json::json!({
                "QueueUrl": URL, "ReceiptHandle": "r-1", "VisibilityTimeout": 3,
            })))
            .respond_with(ResponseTemplate::new(200))
            .expect(1)
            .mount(&server)
            .await;
        queue(&server.uri())
            .delay("r-1", Duration::from_millis(2_001))
            .await
            .unwrap();
    }

    #[test]
    fn a_wait_is_rounded_up_and_kept_below_the_limit() {
        assert_eq!(whole_seconds(Duration::ZERO), 0);
        assert_eq!(whole_seconds(Duration::from_secs(30)), 30);
        assert_eq!(whole_seconds(Duration::from_millis(30_001)), 31);
        assert_eq!(whole_seconds(Duration::MAX), 42_300);
    }

    #[tokio::test]
    async fn a_busy_queue_is_tried_again() {
        for (status, code) in [
            (400, "com.amazonaws.sqs#RequestThrottled"),
            (400, "KmsThrottled"),
            (400, "ThrottlingException"),
            (403, "OverLimit"),
            (429, "Whatever"),
        ] {
            let error = send_refused(status, code).await;
            assert!(matches!(error, Error::Busy { .. }), "{code}: {error:?}");
            assert!(error.is_transient());
        }
    }

    #[tokio::test]
    async fn a_failing_or_absent_queue_is_tried_again() {
        let failing = send_refused(503, "ServiceUnavailable").await;
        // The port was free a moment ago, so nobody listens there.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let nobody = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let absent = queue(&nobody)
            .send(&message(), &DeduplicationId::of(&["x"]))
            .await
            .unwrap_err();
        for error in [failing, absent] {
            assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
            assert!(error.is_transient());
        }
    }

    #[tokio::test]
    async fn a_refusal_for_good_is_named_and_not_tried_again() {
        let missing = send_refused(400, "com.amazonaws.sqs#QueueDoesNotExist").await;
        assert_eq!(
            missing.to_string(),
            "send a message: the queue does not exist"
        );
        let denied = send_refused(403, "AccessDeniedException").await;
        assert_eq!(
            denied.to_string(),
            "send a message: access denied (AccessDeniedException)"
        );
        let key = send_refused(400, "KmsAccessDenied").await;
        assert!(matches!(key, Error::Denied { .. }), "{key:?}");
        let rejected = send_refused(400, "InvalidMessageContents").await;
        assert_eq!(
            rejected.to_string(),
            "send a message: the queue refused (InvalidMessageContents)"
        );
        for error in [missing, denied, key, rejected] {
            assert!(!error.is_transient());
        }
    }
}
