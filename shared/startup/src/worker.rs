//! What a worker is made of.

use aws_config::SdkConfig;
use connectwise::{Reader, Writer};
use journal::Sqlite;
use policy::Rules;
use queue::SqsQueue;
use secrecy::ExposeSecret;

use crate::env::Env;
use crate::problems::Problems;
use crate::secrets::Secret;
use crate::{aws, connectwise as psa, journal as store, queue as work, rules, secrets, telemetry};

/// What a worker is made of.
pub struct WorkerParts {
    /// Reads the PSA.
    pub reader: Reader,
    /// Writes to the PSA. There is none unless some rule is enforced somewhere.
    pub writer: Option<Writer>,
    /// What was done, and why.
    pub journal: Sqlite,
    /// What is to be done.
    pub rules: Rules,
    /// Where further visits are queued, and where a visit is put off.
    pub queue: SqsQueue,
}

impl WorkerParts {
    /// The variables that are read for them.
    pub const VARIABLES: [&'static str; 6] = [
        work::URL.name,
        psa::SECRET_ID.name,
        psa::SITE.name,
        rules::PARAMETER.name,
        store::PATH.name,
        telemetry::VARIABLE,
    ];
}

/// Reads a worker's configuration and makes its clients.
///
/// # Errors
/// [`Problems`], with all that is missing or malformed.
pub async fn worker() -> anyhow::Result<WorkerParts> {
    let parts = build(&Env::from_process(), &aws::config().await).await?;
    tracing::info!(
        rules = %parts.rules,
        writes = parts.writer.is_some(),
        "started the worker",
    );
    Ok(parts)
}

async fn build(env: &Env, aws: &SdkConfig) -> Result<WorkerParts, Problems> {
    let mut problems = Problems::default();
    telemetry::check(env, &mut problems);
    let queue = work::queue(env, aws, &mut problems);
    let secret = env.required(psa::SECRET_ID, &mut problems);
    let parameter = env.required(rules::PARAMETER, &mut problems);
    let (secret, rules) = tokio::join!(secrets::fetch(aws, secret), rules::fetch(aws, parameter));

    let secret = problems.note(psa::SECRET_ID.name, secret).flatten();
    let secret = secret
        .and_then(|text| Secret::parse(psa::SECRET_ID.name, text.expose_secret(), &mut problems));
    let reader = psa::reader(env, secret, &mut problems);
    let rules = problems.note(rules::PARAMETER.name, rules).flatten();
    let rules = rules.and_then(|text| rules::parse(&text, &mut problems));
    let journal = store::open(env, rules.as_ref(), &mut problems);

    let parts = match (reader, journal, rules, queue) {
        (Some(reader), Some(journal), Some(rules), Some(queue)) => Some(WorkerParts {
            writer: rules.may_write().then(|| Writer::new(reader.clone())),
            reader,
            journal,
            rules,
            queue,
        }),
        _ => None,
    };
    problems.unless_any(parts)
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, Mode, Rule};

    use super::*;
    use crate::testing::Aws;

    const KEYS: &str = r#"{"login_company":"northwindmsp","public_key":"hunter2","private_key":"hunter2",
        "client_id":"hunter2","owner":"somebody else"}"#;

    fn variables(journal: &str) -> [(&'static str, String); 6] {
        [
            (
                "ROLLCALL_QUEUE_URL",
                "http://localhost:4566/000000000000/work.fifo".to_owned(),
            ),
            (
                "ROLLCALL_CONNECTWISE_SECRET_ID",
                "rollcall/connectwise".to_owned(),
            ),
            (
                "ROLLCALL_CONNECTWISE_SITE",
                "https://na.myconnectwise.net".to_owned(),
            ),
            ("ROLLCALL_RULES_PARAMETER", "/rollcall/rules".to_owned()),
            ("ROLLCALL_JOURNAL", journal.to_owned()),
            ("ROLLCALL_LOG", "info".to_owned()),
        ]
    }

    async fn start(env: Env, rules: &str) -> Result<WorkerParts, String> {
        let aws = Aws::start(KEYS, rules).await;
        build(&env, &aws.config())
            .await
            .map_err(|problems| problems.to_string())
    }

    /// Starts with a journal in an empty folder, which only a success leaves there.
    async fn start_with(rules: &str, more: Option<(&str, &str)>) -> Result<WorkerParts, String> {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.sqlite");
        let variables = variables(journal.to_str().unwrap());
        let more = more.map(|(name, value)| (name, value.to_owned()));
        let started = start(Env::from_pairs(variables.into_iter().chain(more)), rules).await;
        assert_eq!(journal.exists(), started.is_ok());
        started
    }

    #[tokio::test]
    async fn in_an_empty_environment_every_variable_is_asked_for_at_once() {
        let env = Env::from_pairs::<&str, &str>([]);
        let error = start(env, "").await.err().unwrap();
        insta::assert_snapshot!(error, @"
        read the configuration
          ROLLCALL_QUEUE_URL is not set: set it to the URL of the work queue, such as https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work.fifo
          ROLLCALL_CONNECTWISE_SECRET_ID is not set: set it to the id of the secret with login_company, public_key, private_key and client_id
          ROLLCALL_RULES_PARAMETER is not set: set it to the name of the SSM parameter with the rules, such as /rollcall/rules
          ROLLCALL_CONNECTWISE_SITE is not set: set it to where people log in, such as https://na.myconnectwise.net
          ROLLCALL_JOURNAL is not set: set it to the path of the journal's SQLite file, in a folder that exists
        ");
    }

    #[tokio::test]
    async fn the_variables_listed_are_those_that_are_read() {
        let all = WorkerParts::VARIABLES.map(|name| (name, "no-such-folder/x=y"));
        let aws = Aws::refusing().await;
        let problems = build(&Env::from_pairs(all), &aws.config())
            .await
            .err()
            .unwrap();
        assert!(
            all.iter().all(|(name, _)| problems.mention(name)),
            "{problems}"
        );
        assert_eq!(problems.iter().count(), all.len());
    }

    #[tokio::test]
    async fn rules_that_only_observe_get_no_writer() {
        let parts = start_with("", None).await.unwrap();
        assert_eq!(parts.rules, Rules::default());
        assert!(parts.writer.is_none());
    }

    #[tokio::test]
    async fn rules_that_enforce_get_a_writer() {
        let rules = "[companies.812]\nportal-invite = \"enforce\"\n";
        let parts = start_with(rules, None).await.unwrap();
        let mode = parts.rules.mode(Rule::PortalInvite, CompanyId::new(812));
        assert_eq!(mode, Mode::Enforce);
        assert!(parts.writer.is_some());
    }

    #[tokio::test]
    async fn in_lambda_only_rules_that_observe_are_accepted() {
        let lambda = Some(("AWS_LAMBDA_FUNCTION_NAME", "contact-policy"));
        let explicit = "[modes]\nportal-invite = \"observe\"\n[companies.812]\n";
        for rules in ["", explicit] {
            assert!(start_with(rules, lambda).await.is_ok());
        }
        for rules in [
            "[modes]\nmerge-duplicates = \"review\"\n",
            "[companies.812]\nprimary-contact = \"enforce\"\n",
        ] {
            let error = start_with(rules, lambda).await.err().unwrap();
            assert!(error.contains("set every mode to observe"), "{error}");
        }
    }

    #[tokio::test]
    async fn mistakes_in_variables_rules_and_paths_are_told_together() {
        let mut variables = variables("no-such-folder/journal.sqlite");
        for (name, value) in &mut variables {
            match *name {
                "ROLLCALL_QUEUE_URL" => value.push_str(".hunter2"),
                "ROLLCALL_CONNECTWISE_SITE" => value.push_str("/hunter2"),
                "ROLLCALL_LOG" => value.push_str("=hunter2"),
                _ => {}
            }
        }
        let rules = "[modes]\nportal-invite = \"on\"\n";
        let error = start(Env::from_pairs(variables), rules)
            .await
            .err()
            .unwrap();
        assert!(!error.contains("hunter2"), "{error}");
        insta::assert_snapshot!(error, @r#"
        read the configuration
          ROLLCALL_LOG is no log filter: set it to a level such as info, or to directives such as info,reconcile=debug
          ROLLCALL_QUEUE_URL names no FIFO queue: set it to the URL of the work queue, such as https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work.fifo
          ROLLCALL_CONNECTWISE_SITE must be an https address with nothing but a host and perhaps a port
          ROLLCALL_RULES_PARAMETER: line 2, column 17: expected one of "observe", "review", "enforce", found string
          ROLLCALL_JOURNAL names a journal that cannot be used: open the journal: unable to open database file: no-such-folder/journal.sqlite: Error code 14: unable to open database file
        "#);
    }

    #[tokio::test]
    async fn what_aws_refuses_is_named_with_the_right_it_takes() {
        let aws = Aws::refusing().await;
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.sqlite");
        let env = Env::from_pairs(variables(journal.to_str().unwrap()));
        let error = build(&env, &aws.config()).await.err().unwrap();
        insta::assert_snapshot!(error, @"
        read the configuration
          ROLLCALL_CONNECTWISE_SECRET_ID names a secret that cannot be read: check its name, the region, and the right secretsmanager:GetSecretValue (AccessDeniedException: not authorized)
          ROLLCALL_RULES_PARAMETER names a parameter that cannot be read: check its name, the region, and the right ssm:GetParameter (AccessDeniedException: not authorized)
        ");
    }
}
