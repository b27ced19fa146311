//! What a mirror's worker is made of.

use aws_config::SdkConfig;
use connectwise::Reader as PsaReader;
use journal::Dynamo;
use model::mirror::System;
use policy::Rules;
use queue::SqsQueue;

use crate::common::common;
use crate::env::{Env, Variable};
use crate::problems::Problems;
use crate::secrets::Secret;
use crate::source::{Source, Texts, Wanted};
use crate::{
    aws, connectwise as psa, growcrm as crm, itglue as glue, journal as store, queue as work,
    rules, telemetry,
};

/// What a mirror's worker is made of, with the reader and the writer of its vendor.
pub struct MirrorParts<R, W> {
    /// Reads the PSA.
    pub psa: PsaReader,
    /// Reads the mirror.
    pub reader: R,
    /// Writes to the mirror. There is none unless its rule is enforced somewhere.
    pub writer: Option<W>,
    /// What was done, and why; and which record is whose.
    pub journal: Dynamo,
    /// What is to be done.
    pub rules: Rules,
    /// Where a visit is put off.
    pub queue: SqsQueue,
}

/// What a worker of mirror-itglue is made of.
pub type ItGlueParts = MirrorParts<itglue::Reader, itglue::Writer>;

/// What a worker of mirror-growcrm is made of.
pub type GrowCrmParts = MirrorParts<growcrm::Reader, growcrm::Writer>;

impl ItGlueParts {
    /// The variables that are read for them.
    pub const VARIABLES: [&'static str; 8] = variables(glue::SECRET_ID);
}

impl GrowCrmParts {
    /// The variables that are read for them.
    pub const VARIABLES: [&'static str; 8] = variables(crm::SECRET_ID);
}

/// Reads the configuration of a worker of mirror-itglue and makes its clients.
///
/// # Errors
/// [`Problems`], with all that is missing or malformed.
pub async fn mirror_itglue() -> anyhow::Result<(ItGlueParts, Source<ItGlueParts>)> {
    Ok(open_itglue(Env::from_process(), aws::config().await).await?)
}

/// Reads the configuration of a worker of mirror-growcrm and makes its clients.
///
/// # Errors
/// [`Problems`], with all that is missing or malformed.
pub async fn mirror_growcrm() -> anyhow::Result<(GrowCrmParts, Source<GrowCrmParts>)> {
    Ok(open_growcrm(Env::from_process(), aws::config().await).await?)
}

async fn open_itglue(
    env: Env,
    aws: SdkConfig,
) -> Result<(ItGlueParts, Source<ItGlueParts>), Problems> {
    const VENDOR: Vendor<itglue::Reader, itglue::Writer> = Vendor {
        system: System::ItGlue,
        secret: glue::SECRET_ID,
        reader: glue::reader,
        writer: itglue::Writer::new,
    };
    let wanted = wanted(&[psa::SECRET_ID, glue::SECRET_ID]);
    Source::open(env, aws, wanted, |env, aws, texts| {
        VENDOR.build(env, aws, texts)
    })
    .await
}

async fn open_growcrm(
    env: Env,
    aws: SdkConfig,
) -> Result<(GrowCrmParts, Source<GrowCrmParts>), Problems> {
    const VENDOR: Vendor<growcrm::Reader, growcrm::Writer> = Vendor {
        system: System::GrowCrm,
        secret: crm::SECRET_ID,
        reader: crm::reader,
        writer: growcrm::Writer::new,
    };
    let wanted = wanted(&[psa::SECRET_ID, crm::SECRET_ID]);
    Source::open(env, aws, wanted, |env, aws, texts| {
        VENDOR.build(env, aws, texts)
    })
    .await
}

const fn variables(secret: Variable) -> [&'static str; 8] {
    [
        work::URL.name,
        psa::SECRET_ID.name,
        psa::SITE.name,
        secret.name,
        rules::PARAMETER.name,
        store::TABLE.name,
        store::KEEP_DAYS.name,
        telemetry::VARIABLE,
    ]
}

fn wanted(secrets: &'static [Variable]) -> Wanted {
    Wanted {
        secrets,
        rules: Some(rules::PARAMETER),
    }
}

/// What differs from vendor to vendor.
struct Vendor<R, W> {
    system: System,
    secret: Variable,
    reader: fn(Secret, &mut Problems) -> Option<R>,
    writer: fn(R) -> W,
}

impl<R: Clone, W> Vendor<R, W> {
    fn build(
        &self,
        env: &Env,
        aws: &SdkConfig,
        texts: &Texts,
    ) -> Result<MirrorParts<R, W>, Problems> {
        let mut problems = Problems::default();
        let common = common(env, aws, texts, psa::FOR_A_MIRROR, &mut problems);
        let secret = texts.secret(env, self.secret, &mut problems);
        let reader = secret.and_then(|secret| (self.reader)(secret, &mut problems));
        let parts = common.zip(reader).map(|(common, reader)| MirrorParts {
            psa: common.reader,
            writer: common
                .rules
                .may_mirror(self.system)
                .then(|| (self.writer)(reader.clone())),
            reader,
            journal: common.journal,
            rules: common.rules,
            queue: common.queue,
        });
        let parts = problems.unless_any(parts)?;
        tracing::info!(
            rules = %parts.rules,
            writes = parts.writer.is_some(),
            "made the worker",
        );
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Aws;

    const PSA: &str = r#"{"login_company":"northwindmsp","public_key":"hunter2","private_key":"hunter2",
        "client_id":"hunter2"}"#;
    const GLUE: &str = r#"{"region":"eu","api_key":"hunter2"}"#;
    const CRM: &str = r#"{"base_url":"https://portal.example.com","api_key":"hunter2"}"#;

    const VARIABLES: [(&str, &str); 9] = [
        (
            "ROLLCALL_QUEUE_URL",
            "http://localhost:4566/000000000000/mirror.fifo",
        ),
        ("ROLLCALL_CONNECTWISE_SECRET_ID", "psa"),
        ("ROLLCALL_CONNECTWISE_SITE", "https://na.myconnectwise.net"),
        ("ROLLCALL_ITGLUE_SECRET_ID", "glue"),
        ("ROLLCALL_GROWCRM_SECRET_ID", "crm"),
        ("ROLLCALL_RULES_PARAMETER", "/rollcall/rules"),
        ("ROLLCALL_JOURNAL_TABLE", "rollcall-journal"),
        ("ROLLCALL_JOURNAL_KEEP_DAYS", "365"),
        ("ROLLCALL_LOG", "info"),
    ];

    /// An AWS with these secrets of the two vendors, and these rules.
    async fn aws(glue: &str, crm: &str, rules: &str) -> Aws {
        Aws::with(&[("psa", PSA), ("glue", glue), ("crm", crm)], rules).await
    }

    async fn itglue(glue: &str, rules: &str) -> Result<ItGlueParts, String> {
        let aws = aws(glue, "", rules).await;
        let opened = open_itglue(Env::from_pairs(VARIABLES), aws.config()).await;
        opened
            .map(|(parts, _)| parts)
            .map_err(|problems| problems.to_string())
    }

    async fn growcrm(crm: &str, rules: &str) -> Result<GrowCrmParts, String> {
        let aws = aws("", crm, rules).await;
        let opened = open_growcrm(Env::from_pairs(VARIABLES), aws.config()).await;
        opened
            .map(|(parts, _)| parts)
            .map_err(|problems| problems.to_string())
    }

    #[tokio::test]
    async fn in_an_empty_environment_every_variable_is_asked_for_at_once() {
        let nothing = || Env::from_pairs::<&str, &str>([]);
        let aws = aws("", "", "").await;
        let problems = open_itglue(nothing(), aws.config()).await.err().unwrap();
        insta::assert_snapshot!(problems, @"
        read the configuration
          ROLLCALL_QUEUE_URL is not set: set it to the URL of the work queue, such as https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work.fifo
          ROLLCALL_CONNECTWISE_SECRET_ID is not set: set it to the id of the secret with login_company, public_key, private_key and client_id
          ROLLCALL_CONNECTWISE_SITE is not set: set it to where people log in, such as https://na.myconnectwise.net
          ROLLCALL_RULES_PARAMETER is not set: set it to the name of the SSM parameter with the rules, such as /rollcall/rules
          ROLLCALL_JOURNAL_TABLE is not set: set it to the name of the journal's DynamoDB table
          ROLLCALL_JOURNAL_KEEP_DAYS is not set: set it to the days after which the journal forgets names, addresses and records, or to 0 for never
          ROLLCALL_ITGLUE_SECRET_ID is not set: set it to the id of the secret with region and api_key
        ");
        let problems = open_growcrm(nothing(), aws.config()).await.err().unwrap();
        let last = problems.iter().last().unwrap();
        assert_eq!(last.place, "ROLLCALL_GROWCRM_SECRET_ID");
    }

    #[tokio::test]
    async fn the_variables_listed_are_those_that_are_read() {
        let aws = Aws::refusing().await;
        let set = |names: [&'static str; 8]| {
            Env::from_pairs(names.map(|name| (name, "no-such-folder/x=y")))
        };
        let check = |names: [&str; 8], problems: Problems| {
            assert!(
                names.iter().all(|name| problems.mention(name)),
                "{problems}"
            );
            assert_eq!(problems.iter().count(), names.len());
        };
        let names = ItGlueParts::VARIABLES;
        let opened = open_itglue(set(names), aws.config()).await;
        check(names, opened.err().unwrap());
        let names = GrowCrmParts::VARIABLES;
        let opened = open_growcrm(set(names), aws.config()).await;
        check(names, opened.err().unwrap());
    }

    #[tokio::test]
    async fn rules_that_only_observe_get_no_writer() {
        assert!(itglue(GLUE, "").await.unwrap().writer.is_none());
        assert!(growcrm(CRM, "").await.unwrap().writer.is_none());
    }

    #[tokio::test]
    async fn only_the_rule_of_the_mirror_itself_makes_its_writer() {
        let enforce = |rule: &str| format!("[companies.812]\n{rule} = \"enforce\"\n");
        for (rule, expected) in [
            ("portal-invite", [false, false]),
            ("mirror-itglue", [true, false]),
            ("mirror-growcrm", [false, true]),
        ] {
            let rules = enforce(rule);
            let writers = [
                itglue(GLUE, &rules).await.unwrap().writer.is_some(),
                growcrm(CRM, &rules).await.unwrap().writer.is_some(),
            ];
            assert_eq!(writers, expected, "{rule}");
        }
    }

    #[tokio::test]
    async fn both_secrets_and_the_rules_are_checked_together() {
        let rules = "[modes]\nmirror-itglue = \"on\"\n";
        let error = itglue(r#"{"region":"hunter2"}"#, rules)
            .await
            .err()
            .unwrap();
        assert!(!error.contains("hunter2"), "{error}");
        insta::assert_snapshot!(error, @r#"
        read the configuration
          ROLLCALL_RULES_PARAMETER: line 2, column 17: expected one of "observe", "enforce", found string
          ROLLCALL_ITGLUE_SECRET_ID: key "api_key" of that secret is missing: add it
          ROLLCALL_ITGLUE_SECRET_ID: key "region" of that secret must be us, eu, au or an https address without user, query and fragment
        "#);
    }

    #[tokio::test]
    async fn a_secret_of_the_mirror_that_has_no_value_yet_is_one_problem() {
        let aws = Aws::with(&[("psa", PSA)], "").await;
        let opened = open_growcrm(Env::from_pairs(VARIABLES), aws.config()).await;
        let problems = opened.err().unwrap();
        assert_eq!(problems.iter().count(), 1, "{problems}");
        assert!(problems.mention("ROLLCALL_GROWCRM_SECRET_ID"));
    }
}
