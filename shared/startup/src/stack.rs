//! A deployed stack, as an operator's machine finds it: by its name.

mod access;
mod mirrors;

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_config::SdkConfig;
use aws_sdk_cloudformation::error::SdkError;
use aws_sdk_sqs::Client as SqsClient;
use aws_sdk_ssm::types::ParameterTier;
use connectwise::{CallbackAddress, InvalidAddress, Reader};
use journal::Dynamo;
use policy::Rules;
use queue::{DeadLetters, SqsQueue};
use secrecy::ExposeSecret;

use crate::env::Env;
use crate::problems::Problems;
use crate::secrets::Secret;
use crate::{aws, connectwise as psa, rules, secrets};

pub use access::Access;

/// Outputs of the stack. They hold names and addresses, never secrets. A mirror that is off has none.
mod output {
    pub(super) const CALLBACK_URL: &str = "CallbackUrl";
    pub(super) const TENANT_SECRET: &str = "TenantSecretId";
    pub(super) const PSA_SECRET: &str = "ConnectWiseSecretId";
    pub(super) const PSA_SITE: &str = "ConnectWiseSite";
    pub(super) const RULES: &str = "RulesParameter";
    pub(super) const WORK_QUEUE: &str = "WorkQueueUrl";
    pub(super) const DEAD_LETTERS: &str = "DeadLetterQueueUrl";
    pub(super) const JOURNAL: &str = "JournalTable";
    pub(super) const ITGLUE_SECRET: &str = "ItGlueSecretId";
    pub(super) const ITGLUE_QUEUE: &str = "ItGlueQueueUrl";
    pub(super) const ITGLUE_DEAD_LETTERS: &str = "ItGlueDeadLetterQueueUrl";
    pub(super) const GROWCRM_SECRET: &str = "GrowCrmSecretId";
    pub(super) const GROWCRM_QUEUE: &str = "GrowCrmQueueUrl";
    pub(super) const GROWCRM_DEAD_LETTERS: &str = "GrowCrmDeadLetterQueueUrl";
}

/// The parameter of the stack that says for how many days the journal keeps names, addresses and records.
const KEEP_DAYS: &str = "JournalKeepDays";

/// The template's own choice, for a stack that does not say.
const DEFAULT_KEEP_DAYS: u32 = 365;

/// What a function is told by a variable, an operator is told by an output.
const IN_PLACE_OF: [(&str, &str); 2] = [
    (psa::SITE.name, output::PSA_SITE),
    (rules::PARAMETER.name, output::RULES),
];

/// A deployed stack. What is in it is only looked up when somebody asks for it, so that nobody needs rights that a
/// command does not.
pub struct Stack {
    name: String,
    aws: SdkConfig,
    outputs: BTreeMap<String, String>,
    keep_days: u32,
}

/// Where the PSA sends its callbacks to, by what the stack and its secret say.
#[derive(Clone, Debug)]
pub struct CallbackTarget {
    /// The address.
    pub address: CallbackAddress,
    /// The ids of the entries whose callbacks alone are taken; none when all are.
    pub pinned: Vec<String>,
}

impl Stack {
    /// Asks AWS for a stack.
    ///
    /// # Errors
    /// [`Problems`] where it is a matter of configuration or rights, another error where AWS is out of reach.
    pub async fn find(name: &str) -> anyhow::Result<Self> {
        let access = Access::check().await?;
        Self::find_with(access.aws, name).await
    }

    /// The same, for somebody whose access was checked already.
    ///
    /// # Errors
    /// As above.
    pub async fn find_by(access: &Access, name: &str) -> anyhow::Result<Self> {
        Self::find_with(access.aws.clone(), name).await
    }

    async fn find_with(aws: SdkConfig, name: &str) -> anyhow::Result<Self> {
        let client = aws_sdk_cloudformation::Client::new(&aws);
        let answer = client.describe_stacks().stack_name(name).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let words = aws::refusal(&error);
                if !matches!(error, SdkError::ServiceError(_)) {
                    return Err(anyhow::anyhow!(words)).context("failed to ask AWS for the stack");
                }
                let words = format!(
                    "cannot be looked up: check its name, the region, the account, and the right \
                     cloudformation:DescribeStacks ({words})"
                );
                return Err(one(format!("stack {name}"), words).into());
            }
        };
        // Asked for by its name, it is the only one.
        let stack = answer.stacks.unwrap_or_default().into_iter().next();
        let (outputs, parameters) = stack.map_or_else(Default::default, |stack| {
            let (outputs, parameters) = (stack.outputs, stack.parameters);
            (outputs.unwrap_or_default(), parameters.unwrap_or_default())
        });
        let keep_days = parameters
            .into_iter()
            .find(|parameter| parameter.parameter_key() == Some(KEEP_DAYS))
            .and_then(|parameter| parameter.parameter_value?.trim().parse().ok());
        let outputs = outputs.into_iter();
        let outputs = outputs.filter_map(|output| Some((output.output_key?, output.output_value?)));
        Ok(Self {
            name: name.to_owned(),
            outputs: outputs.collect(),
            keep_days: keep_days.unwrap_or(DEFAULT_KEEP_DAYS),
            aws,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A reader of the PSA, with the credentials of the API member. It sends nothing before it is asked something.
    ///
    /// # Errors
    /// All that is missing, refused or malformed.
    pub async fn psa(&self) -> Result<Reader, Problems> {
        let mut problems = Problems::default();
        let site = self.output(output::PSA_SITE, &mut problems);
        let secret = self.secret(output::PSA_SECRET, &mut problems).await;
        let reader = match (site, secret) {
            (Some(site), Some(secret)) => {
                let env = Env::from_pairs([(psa::SITE.name, site)]);
                psa::reader(&env, Some(secret), psa::ALONE, &mut problems)
            }
            _ => None,
        };
        by_output(problems).unless_any(reader)
    }

    /// The text of the rules in force.
    ///
    /// # Errors
    /// When the parameter is missing or refused.
    pub async fn rules_text(&self) -> Result<String, Problems> {
        let mut problems = Problems::default();
        let text = match self.output(output::RULES, &mut problems) {
            Some(name) => {
                let text = rules::fetch(&self.aws, Some(name)).await;
                problems.note(output::RULES, text).flatten()
            }
            None => None,
        };
        problems.unless_any(text)
    }

    /// The rules in force.
    ///
    /// # Errors
    /// When they are missing or refused, or with every mistake in them.
    pub async fn rules(&self) -> Result<Rules, Problems> {
        let text = self.rules_text().await?;
        let mut problems = Problems::default();
        let rules = rules::parse(&text, &mut problems);
        by_output(problems).unless_any(rules)
    }

    /// Puts rules into force: the workers look within five minutes. The text is stored as it is; check it before.
    ///
    /// # Errors
    /// When the parameter is missing or refused.
    pub async fn put_rules(&self, text: &str) -> Result<(), Problems> {
        let mut problems = Problems::default();
        if let Some(name) = self.output(output::RULES, &mut problems) {
            let put = put(&self.aws, name, text).await;
            problems.note(output::RULES, put);
        }
        problems.unless_any(Some(()))
    }

    /// Where the PSA sends its callbacks to.
    ///
    /// # Errors
    /// All that is missing, refused or malformed.
    pub async fn callbacks(&self) -> Result<CallbackTarget, Problems> {
        let mut problems = Problems::default();
        let base = self.output(output::CALLBACK_URL, &mut problems);
        let secret = self.secret(output::TENANT_SECRET, &mut problems).await;
        let target = secret.and_then(|mut secret| {
            let token = secret.required("path_token", &mut problems);
            let pinned = secret.optional("callback_id", &mut problems);
            let address = CallbackAddress::new(base?, &token?).map_err(|error| match error {
                InvalidAddress::Base => {
                    let words = "is no https address with a path that ends in /";
                    problems.add(output::CALLBACK_URL, words);
                }
                InvalidAddress::Token => {
                    let words = "must be letters, digits, -, . and _";
                    problems.add(secret.place("path_token"), words);
                }
            });
            Some(CallbackTarget {
                address: address.ok()?,
                pinned: ids(&pinned.unwrap_or_default()),
            })
        });
        problems.unless_any(target)
    }

    /// The journal, which keeps what is recorded from here as long as what the workers record.
    ///
    /// # Errors
    /// When the stack has no such output.
    pub fn journal(&self) -> Result<Dynamo, Problems> {
        let table = self.alone(output::JOURNAL)?;
        let client = aws_sdk_dynamodb::Client::new(&self.aws);
        Ok(Dynamo::new(client, table, Some(self.keep_days)))
    }

    /// The queue that the workers read.
    ///
    /// # Errors
    /// When the stack has no such output.
    pub fn queue(&self) -> Result<SqsQueue, Problems> {
        let url = self.alone(output::WORK_QUEUE)?;
        Ok(SqsQueue::new(SqsClient::new(&self.aws), url))
    }

    /// What the workers gave up.
    ///
    /// # Errors
    /// When the stack has no such output.
    pub fn dead_letters(&self) -> Result<DeadLetters, Problems> {
        let url = self.alone(output::DEAD_LETTERS)?;
        Ok(DeadLetters::new(SqsClient::new(&self.aws), url))
    }

    async fn secret(&self, output: &'static str, problems: &mut Problems) -> Option<Secret> {
        let id = self.output(output, problems)?;
        let text = secrets::fetch(&self.aws, Some(id)).await;
        let text = problems.note(output, text).flatten()?;
        Secret::parse(output, text.expose_secret(), problems)
    }

    fn output(&self, name: &str, problems: &mut Problems) -> Option<&str> {
        let stack = &self.name;
        let missing =
            || format!("is no output of the stack {stack}: is it one of this release of Rollcall?");
        problems.note(name, self.optional(name).ok_or_else(missing))
    }

    fn optional(&self, name: &str) -> Option<&str> {
        let value = self.outputs.get(name).map(|value| value.trim());
        value.filter(|value| !value.is_empty())
    }

    fn alone(&self, name: &str) -> Result<&str, Problems> {
        let mut problems = Problems::default();
        let value = self.output(name, &mut problems);
        problems.unless_any(value)
    }
}

/// Both, or everything that is wrong with either.
///
/// # Errors
/// As said.
pub fn both<A, B>(a: Result<A, Problems>, b: Result<B, Problems>) -> Result<(A, B), Problems> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(mut all), Err(more)) => {
            for problem in more.iter() {
                // What both need is told once.
                if all.iter().all(|known| known != problem) {
                    all.add(problem.place.clone(), problem.words.clone());
                }
            }
            Err(all)
        }
        (Err(problems), Ok(_)) | (Ok(_), Err(problems)) => Err(problems),
    }
}

/// Replaces the text of a parameter.
async fn put(aws: &SdkConfig, name: &str, text: &str) -> Result<(), String> {
    let call = aws_sdk_ssm::Client::new(aws)
        .put_parameter()
        .name(name)
        .value(text)
        .overwrite(true)
        // As in the template: rules with many exceptions outgrow the standard tier.
        .tier(ParameterTier::IntelligentTiering);
    call.send().await.map(|_| ()).map_err(|error| {
        let why = aws::refusal(&error);
        format!(
            "names a parameter that cannot be written: it takes the right ssm:PutParameter ({why})"
        )
    })
}

fn one(place: impl Into<String>, words: impl Into<String>) -> Problems {
    let mut problems = Problems::default();
    problems.add(place, words);
    problems
}

/// The same problems, named by the outputs that stand in place of variables here.
fn by_output(problems: Problems) -> Problems {
    let mut named = Problems::default();
    for problem in problems.iter() {
        let mut place = problem.place.clone();
        for (variable, output) in IN_PLACE_OF {
            place = place.replace(variable, output);
        }
        named.add(place, problem.words.clone());
    }
    named
}

fn ids(text: &str) -> Vec<String> {
    let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
