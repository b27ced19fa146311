//! What a worker of contact-policy is made of.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use connectwise::{Reader, Writer};
use journal::Dynamo;
use model::mirror::System;
use policy::Rules;
use queue::SqsQueue;

use crate::common::common;
use crate::env::Env;
use crate::problems::Problems;
use crate::source::{Source, Texts, Wanted};
use crate::{aws, connectwise as psa, journal as store, queue as work, rules, telemetry};

/// What a worker of contact-policy is made of.
pub struct WorkerParts {
    /// Reads the PSA.
    pub reader: Reader,
    /// Writes to the PSA. There is none unless some policy is enforced somewhere.
    pub writer: Option<Writer>,
    /// What was done, and why.
    pub journal: Dynamo,
    /// What is to be done.
    pub rules: Rules,
    /// Where further visits are queued, and where a visit is put off.
    pub queue: SqsQueue,
    /// Where the mirrors that are on are told what to look at.
    pub mirrors: BTreeMap<System, SqsQueue>,
}

impl WorkerParts {
    /// The variables that are read for them. Those of mirrors that are off may be missing.
    pub const VARIABLES: [&'static str; 9] = [
        work::URL.name,
        work::ITGLUE_URL.name,
        work::GROWCRM_URL.name,
        psa::SECRET_ID.name,
        psa::SITE.name,
        rules::PARAMETER.name,
        store::TABLE.name,
        store::KEEP_DAYS.name,
        telemetry::VARIABLE,
    ];
}

/// Reads the configuration of a worker of contact-policy and makes its clients.
///
/// # Errors
/// [`Problems`], with all that is missing or malformed.
pub async fn worker() -> anyhow::Result<(WorkerParts, Source<WorkerParts>)> {
    Ok(open(Env::from_process(), aws::config().await).await?)
}

async fn open(env: Env, aws: SdkConfig) -> Result<(WorkerParts, Source<WorkerParts>), Problems> {
    let wanted = Wanted {
        secrets: &[psa::SECRET_ID],
        rules: Some(rules::PARAMETER),
    };
    Source::open(env, aws, wanted, build).await
}

fn build(env: &Env, aws: &SdkConfig, texts: &Texts) -> Result<WorkerParts, Problems> {
    let mut problems = Problems::default();
    let mirrors = work::mirrors(env, aws, &mut problems);
    let rate = if mirrors.is_empty() {
        psa::ALONE
    } else {
        psa::BESIDE_MIRRORS
    };
    let common = common(env, aws, texts, rate, &mut problems);
    let parts = common.map(|common| WorkerParts {
        writer: common
            .rules
            .may_write()
            .then(|| Writer::new(common.reader.clone())),
        reader: common.reader,
        journal: common.journal,
        rules: common.rules,
        queue: common.queue,
        mirrors,
    });
    let parts = problems.unless_any(parts)?;
    tracing::info!(
        rules = %parts.rules,
        writes = parts.writer.is_some(),
        mirrors = parts.mirrors.len(),
        "made the worker",
    );
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, Mode, Rule};

    use super::*;
    use crate::testing::Aws;

    const KEYS: &str = r#"{"login_company":"northwindmsp","public_key":"hunter2","private_key":"hunter2",
        "client_id":"hunter2","owner":"somebody else"}"#;

    const VARIABLES: [(&str, &str); 7] = [
        (
            "ROLLCALL_QUEUE_URL",
            "http://localhost:4566/000000000000/work.fifo",
        ),
        ("ROLLCALL_CONNECTWISE_SECRET_ID", "rollcall/connectwise"),
        ("ROLLCALL_CONNECTWISE_SITE", "https://na.myconnectwise.net"),
        ("ROLLCALL_RULES_PARAMETER", "/rollcall/rules"),
        ("ROLLCALL_JOURNAL_TABLE", "rollcall-journal"),
        ("ROLLCALL_JOURNAL_KEEP_DAYS", "365"),
        ("ROLLCALL_LOG", "info"),
    ];

    const MIRRORS: [(&str, &str); 2] = [
        (
            "ROLLCALL_ITGLUE_QUEUE_URL",
            "http://localhost:4566/000000000000/itglue.fifo",
        ),
        (
            "ROLLCALL_GROWCRM_QUEUE_URL",
            "http://localhost:4566/000000000000/growcrm.fifo",
        ),
    ];

    async fn start(env: Env, rules: &str) -> Result<WorkerParts, String> {
        let aws = Aws::start(KEYS, rules).await;
        let opened = open(env, aws.config()).await;
        let (parts, _) = opened.map_err(|problems| problems.to_string())?;
        Ok(parts)
    }

    async fn start_with(rules: &str) -> Result<WorkerParts, String> {
        start(Env::from_pairs(VARIABLES), rules).await
    }

    #[tokio::test]
    async fn in_an_empty_environment_every_variable_is_asked_for_at_once() {
        let env = Env::from_pairs::<&str, &str>([]);
        let error = start(env, "").await.err().unwrap();
        insta::assert_snapshot!(error, @"
        read the configuration
          ROLLCALL_QUEUE_URL is not set: set it to the URL of the work queue, such as https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work.fifo
          ROLLCALL_CONNECTWISE_SECRET_ID is not set: set it to the id of the secret with login_company, public_key, private_key and client_id
          ROLLCALL_CONNECTWISE_SITE is not set: set it to where people log in, such as https://na.myconnectwise.net
          ROLLCALL_RULES_PARAMETER is not set: set it to the name of the SSM parameter with the rules, such as /rollcall/rules
          ROLLCALL_JOURNAL_TABLE is not set: set it to the name of the journal's DynamoDB table
          ROLLCALL_JOURNAL_KEEP_DAYS is not set: set it to the days after which the journal forgets names, addresses and records, or to 0 for never
        ");
    }

    #[tokio::test]
    async fn the_variables_listed_are_those_that_are_read() {
        let all = WorkerParts::VARIABLES.map(|name| (name, "no-such-folder/x=y"));
        let aws = Aws::refusing().await;
        let opened = open(Env::from_pairs(all), aws.config()).await;
        let problems = opened.err().unwrap();
        assert!(
            all.iter().all(|(name, _)| problems.mention(name)),
            "{problems}"
        );
        assert_eq!(problems.iter().count(), all.len());
    }

    #[tokio::test]
    async fn rules_that_only_observe_get_no_writer() {
        let parts = start_with("").await.unwrap();
        assert_eq!(parts.rules, Rules::default());
        assert!(parts.writer.is_none());
    }

    #[tokio::test]
    async fn rules_that_enforce_get_a_writer() {
        let rules = "[companies.812]\nportal-invite = \"enforce\"\n";
        let parts = start_with(rules).await.unwrap();
        let mode = parts.rules.mode(Rule::PortalInvite, CompanyId::new(812));
        assert_eq!(mode, Mode::Enforce);
        assert!(parts.writer.is_some());
    }

    #[tokio::test]
    async fn rules_that_enforce_a_mirror_alone_get_no_writer_to_the_psa() {
        let parts = start_with("[modes]\nmirror-itglue = \"enforce\"\n")
            .await
            .unwrap();
        assert!(parts.rules.may_mirror(System::ItGlue));
        assert!(parts.writer.is_none());
    }

    #[tokio::test]
    async fn a_mirror_is_on_when_its_queue_is_named() {
        let on = async |more: &[(&str, &str)]| {
            let variables = VARIABLES.iter().chain(more).copied();
            let parts = start(Env::from_pairs(variables), "").await.unwrap();
            parts.mirrors.into_keys().collect::<Vec<System>>()
        };
        assert_eq!(on(&[]).await, []);
        assert_eq!(on(&[("ROLLCALL_ITGLUE_QUEUE_URL", " ")]).await, []);
        assert_eq!(on(&MIRRORS[1..]).await, [System::GrowCrm]);
        assert_eq!(on(&MIRRORS).await, System::ALL);
    }

    #[tokio::test]
    async fn mistakes_in_variables_and_rules_are_told_together() {
        let wrong = |(name, value): (&'static str, &str)| match name {
            "ROLLCALL_QUEUE_URL" | "ROLLCALL_ITGLUE_QUEUE_URL" => {
                (name, format!("{value}.hunter2"))
            }
            "ROLLCALL_CONNECTWISE_SITE" => (name, format!("{value}/hunter2")),
            "ROLLCALL_LOG" => (name, format!("{value}=hunter2")),
            "ROLLCALL_JOURNAL_KEEP_DAYS" => (name, "hunter2".to_owned()),
            _ => (name, value.to_owned()),
        };
        let variables = VARIABLES.into_iter().chain(MIRRORS).map(wrong);
        let rules = "[modes]\nportal-invite = \"on\"\n";
        let error = start(Env::from_pairs(variables), rules)
            .await
            .err()
            .unwrap();
        assert!(!error.contains("hunter2"), "{error}");
        insta::assert_snapshot!(error, @r#"
        read the configuration
          ROLLCALL_ITGLUE_QUEUE_URL names no FIFO queue: set it to the URL of the queue of mirror-itglue, or to nothing where that mirror is off
          ROLLCALL_LOG is no log filter: set it to a level such as info, or to directives such as info,reconcile=debug
          ROLLCALL_QUEUE_URL names no FIFO queue: set it to the URL of the work queue, such as https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work.fifo
          ROLLCALL_CONNECTWISE_SITE must be an https address with nothing but a host and perhaps a port
          ROLLCALL_RULES_PARAMETER: line 2, column 17: expected one of "observe", "review", "enforce", found string
          ROLLCALL_JOURNAL_KEEP_DAYS is no number of days: set it to the days after which the journal forgets names, addresses and records, or to 0 for never
        "#);
    }

    #[tokio::test]
    async fn what_aws_refuses_is_named_with_the_right_it_takes() {
        let aws = Aws::refusing().await;
        let env = Env::from_pairs(VARIABLES);
        let error = open(env, aws.config()).await.err().unwrap();
        insta::assert_snapshot!(error, @"
        read the configuration
          ROLLCALL_CONNECTWISE_SECRET_ID names a secret that cannot be read: check its name, the region, and the right secretsmanager:GetSecretValue (AccessDeniedException: not authorized)
          ROLLCALL_RULES_PARAMETER names a parameter that cannot be read: check its name, the region, and the right ssm:GetParameter (AccessDeniedException: not authorized)
        ");
    }
}
