//! The queues: a worker's own, and those of the mirrors.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Builder;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use model::mirror::System;
use queue::SqsQueue;
use url::Url;

use crate::env::{Env, Variable};
use crate::problems::Problems;

/// For one attempt to queue a message, so that there is time for another.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);

/// For queueing a message. The PSA waits five seconds for the receiver's answer, and the signing key may take two.
const CALL_TIMEOUT: Duration = Duration::from_secs(2);

/// The URL of the queue that work comes from, or that the receiver sends it to.
pub(crate) const URL: Variable = Variable {
    name: "ROLLCALL_QUEUE_URL",
    remedy: "set it to the URL of the work queue, such as \
             https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work.fifo",
};

/// The URL of IT Glue's queue, where that mirror is on.
pub(crate) const ITGLUE_URL: Variable = Variable {
    name: "ROLLCALL_ITGLUE_QUEUE_URL",
    remedy: "set it to the URL of the queue of mirror-itglue, or to nothing where that mirror is off",
};

/// The URL of Grow CRM's queue, where that mirror is on.
pub(crate) const GROWCRM_URL: Variable = Variable {
    name: "ROLLCALL_GROWCRM_QUEUE_URL",
    remedy: "set it to the URL of the queue of mirror-growcrm, or to nothing where that mirror is off",
};

/// The queue that a variable names, not yet asked anything.
pub(crate) fn queue(
    env: &Env,
    aws: &SdkConfig,
    variable: Variable,
    problems: &mut Problems,
) -> Option<SqsQueue> {
    let url = env.parsed(variable, problems, check)?;
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build();
    let config = Builder::from(aws).timeout_config(timeouts).build();
    Some(SqsQueue::new(Client::from_conf(config), url))
}

/// The queues of the mirrors that are on.
pub(crate) fn mirrors(
    env: &Env,
    aws: &SdkConfig,
    problems: &mut Problems,
) -> BTreeMap<System, SqsQueue> {
    [(System::ItGlue, ITGLUE_URL), (System::GrowCrm, GROWCRM_URL)]
        .into_iter()
        .filter(|(_, variable)| env.optional(variable.name).is_some())
        .filter_map(|(system, variable)| Some((system, queue(env, aws, variable, problems)?)))
        .collect()
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
