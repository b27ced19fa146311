//! What every worker is made of, whichever system it writes to.

use aws_config::SdkConfig;
use connectwise::Reader;
use http_client::RateLimit;
use journal::Dynamo;
use policy::Rules;
use queue::SqsQueue;

use crate::env::Env;
use crate::problems::Problems;
use crate::source::Texts;
use crate::{connectwise as psa, journal as store, queue as work, rules, telemetry};

/// What every worker is made of.
pub(crate) struct Common {
    pub(crate) reader: Reader,
    pub(crate) journal: Dynamo,
    pub(crate) rules: Rules,
    pub(crate) queue: SqsQueue,
}

/// Makes it. `rate` is how fast this worker may ask the PSA.
pub(crate) fn common(
    env: &Env,
    aws: &SdkConfig,
    texts: &Texts,
    rate: RateLimit,
    problems: &mut Problems,
) -> Option<Common> {
    telemetry::check(env, problems);
    let queue = work::queue(env, aws, work::URL, problems);
    let secret = texts.secret(env, psa::SECRET_ID, problems);
    let reader = psa::reader(env, secret, rate, problems);
    let rules = texts.rules(env, rules::PARAMETER, problems);
    let journal = store::journal(env, aws, problems);
    Some(Common {
        reader: reader?,
        journal: journal?,
        rules: rules?,
        queue: queue?,
    })
}
