//! What all AWS clients share.

use std::error::Error;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

/// For one attempt of one call. Our calls are small, so a longer silence is a lost connection.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// For a call with its repetitions: a start must be over in Lambda's ten seconds.
const CALL_TIMEOUT: Duration = Duration::from_secs(8);

/// Region, credentials, retries and endpoints, as the AWS tools find them. Loaded once a process.
pub(crate) async fn config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .load()
        .await
}

/// Why a call failed: what AWS says, or what kept it from being asked.
///
/// The SDK's own context is not used: it shows the raw answer, which may hold a secret.
pub(crate) fn refusal<E>(error: &SdkError<E>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
{
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => with_causes(error),
    }
}

/// An error with all that lies below it.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        let text = cause.to_string();
        // Wrappers that only repeat what they wrap say nothing.
        if !words.ends_with(&text) {
            words.push_str(": ");
            words.push_str(&text);
        }
        below = cause.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{words}")]
    struct Layer {
        words: &'static str,
        source: Option<Box<dyn Error>>,
    }

    fn layer(words: &'static str, below: impl Error + 'static) -> Layer {
        let source = Some(Box::new(below) as Box<dyn Error>);
        Layer { words, source }
    }

    #[test]
    fn an_error_with_nothing_below_is_itself() {
        assert_eq!(with_causes(&io::Error::other("refused")), "refused");
    }

    #[test]
    fn an_error_is_told_with_its_causes_and_repetitions_once() {
        let root = io::Error::other("refused");
        let error = layer("service error", layer("connect", layer("refused", root)));
        assert_eq!(with_causes(&error), "service error: connect: refused");
    }
}
