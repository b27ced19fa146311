//! The work queue.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Builder;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use queue::SqsQueue;
use url::Url;

use crate::env::{Env, Variable};
use crate::problems::Problems;

/// For one attempt to queue a message, so that there is time for another.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);

/// For queueing a message. The PSA waits five seconds for the receiver's answer, and the signing key may take two.
const CALL_TIMEOUT: Duration = Duration::from_secs(2);

/// The queue's URL.
pub(crate) const URL: Variable = Variable {
    name: "ROLLCALL_QUEUE_URL",
    remedy: "set it to the URL of the work queue, such as \
             https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work.fifo",
};

/// The queue, not yet asked anything.
pub(crate) fn queue(env: &Env, aws: &SdkConfig, problems: &mut Problems) -> Option<SqsQueue> {
    let url = env.parsed(URL, problems, check)?;
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build();
    let config = Builder::from(aws).timeout_config(timeouts).build();
    Some(SqsQueue::new(Client::from_conf(config), url))
}

/// A standard queue would let two workers into one company, so it is refused by its name.
fn check(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).map_err(|_| "is no URL")?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err("is no https URL");
    }
    if !url.path().ends_with(".fifo") {
        return Err("names no FIFO queue");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_kept_as_it_is_written() {
        for url in [
            "https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work.fifo",
            "http://localhost:4566/000000000000/rollcall-work.fifo",
        ] {
            assert_eq!(check(url), Ok(url.to_owned()));
        }
    }

    #[test]
    fn what_is_no_fifo_queue_is_refused() {
        assert_eq!(check("rollcall-work.fifo"), Err("is no URL"));
        assert_eq!(check("arn:aws:sqs:work.fifo"), Err("is no https URL"));
        assert_eq!(
            check("https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work"),
            Err("names no FIFO queue")
        );
    }
}
