//! What the receiver of callbacks is made of.

use aws_config::SdkConfig;
use connectwise::callback::{KeyFetcher, Tenant};
use queue::SqsQueue;
use secrecy::SecretString;

use crate::env::{Env, Variable};
use crate::problems::Problems;
use crate::secrets::Secret;
use crate::source::{Source, Texts, Wanted};
use crate::{aws, queue as work, telemetry};

/// The secret that says whose callbacks are taken, and where.
const SECRET_ID: Variable = Variable {
    name: "ROLLCALL_TENANT_SECRET_ID",
    remedy: "set it to the id of the secret with path_token, login_company and site_host",
};

/// As hard to guess as a random key of 128 bits, in any usual spelling.
const SHORTEST_TOKEN: usize = 22;

/// What the receiver is made of.
pub struct ReceiverParts {
    /// Where visits are queued.
    pub queue: SqsQueue,
    /// Whose callbacks are taken.
    pub tenant: Tenant,
    /// The part of the path that only the tenant's PSA knows.
    pub path_token: SecretString,
    /// Where signing keys come from.
    pub keys: KeyFetcher,
}

impl ReceiverParts {
    /// The variables that are read for them.
    pub const VARIABLES: [&'static str; 3] = [work::URL.name, SECRET_ID.name, telemetry::VARIABLE];
}

/// Reads the receiver's configuration and makes its clients.
///
/// # Errors
/// [`Problems`], with all that is missing or malformed.
pub async fn receiver() -> anyhow::Result<(ReceiverParts, Source<ReceiverParts>)> {
    Ok(open(Env::from_process(), aws::config().await).await?)
}

async fn open(
    env: Env,
    aws: SdkConfig,
) -> Result<(ReceiverParts, Source<ReceiverParts>), Problems> {
    let wanted = Wanted {
        secrets: &[SECRET_ID],
        rules: None,
    };
    Source::open(env, aws, wanted, build).await
}

fn build(env: &Env, aws: &SdkConfig, texts: &Texts) -> Result<ReceiverParts, Problems> {
    let mut problems = Problems::default();
    telemetry::check(env, &mut problems);
    let queue = work::queue(env, aws, work::URL, &mut problems);
    let secret = texts.secret(env, SECRET_ID, &mut problems);
    let keys_and_binding = secret.and_then(|mut secret| {
        let keys = keys(&mut secret, &mut problems);
        let binding = binding(secret, &mut problems);
        Some((keys?, binding?))
    });

    let parts = match (queue, keys_and_binding) {
        (Some(queue), Some((keys, (tenant, path_token)))) => Some(ReceiverParts {
            queue,
            tenant,
            path_token,
            keys,
        }),
        _ => None,
    };
    let parts = problems.unless_any(parts)?;
    tracing::info!("made the receiver");
    Ok(parts)
}

/// Where signing keys come from: the PSA, or a stand-in for it on this machine, such as `rollcall sandbox`. Which
/// addresses a callback may name is the same for both.
fn keys(secret: &mut Secret, problems: &mut Problems) -> Option<KeyFetcher> {
    let Some(origin) = secret.optional("stand_in_origin", problems) else {
        return Some(KeyFetcher::public());
    };
    let words = "must be the address of a stand-in for the PSA on this machine, such as http://127.0.0.1:8080";
    let keys = KeyFetcher::on_this_machine(&origin).ok_or(words);
    problems.note(secret.place("stand_in_origin"), keys)
}

/// Whose callbacks are taken, and the token in their path.
fn binding(mut secret: Secret, problems: &mut Problems) -> Option<(Tenant, SecretString)> {
    let path_token = secret.required("path_token", problems).and_then(|token| {
        let is_token = token.len() >= SHORTEST_TOKEN && token.bytes().all(is_unreserved);
        let words = "must be at least 22 letters, digits, -, . and _, made at random";
        problems.note(
            secret.place("path_token"),
            is_token.then(|| token.into()).ok_or(words),
        )
    });
    let login_company = secret.required("login_company", problems);
    let sites = [
        ("site_host", secret.required("site_host", problems)),
        (
            "self_hosted_origin",
            secret.optional("self_hosted_origin", problems),
        ),
    ];
    let product_instance = secret.optional("product_instance_id", problems);
    let entries = secret.optional("callback_id", problems).unwrap_or_default();
    let entries = problems.note(secret.place("callback_id"), read_ids(&entries));

    // A name that is missing is stood in for, so that the sites are checked all the same.
    let name = login_company.as_deref().unwrap_or("missing");
    let mut tenant: Option<Tenant> = None;
    for (key, site) in &sites {
        let Some(site) = site else { continue };
        let more = match tenant.take() {
            Some(tenant) => tenant.with_site(site),
            None => Tenant::new(name, site),
        };
        let words = "must be a host such as na.myconnectwise.net, or an https address of nothing but a host";
        tenant = problems.note(secret.place(key), more.map_err(|_| words));
    }
    let mut tenant = tenant?.with_callback_entries(entries?);
    if let Some(id) = product_instance {
        tenant = tenant.with_product_instance(id);
    }
    Some((tenant, path_token?))
}

/// Whether a byte stands for itself in the path of a URL.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
}

/// No id at all means that the entries are not known.
fn read_ids(text: &str) -> Result<Vec<u32>, &'static str> {
    text.split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(|id| {
            id.parse()
                .map_err(|_| "must be the id of a callback entry, or several with commas between")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use connectwise::callback::{BindingError, CallbackBody};
    use secrecy::ExposeSecret;

    use super::*;
    use crate::testing::Aws;

    const TOKEN: &str = "0123456789abcdefghijAB";

    async fn start(pairs: &[(&str, &str)], secret: &str) -> Result<ReceiverParts, String> {
        let aws = Aws::start(secret, "").await;
        let env = Env::from_pairs(pairs.iter().copied());
        let opened = open(env, aws.config()).await;
        let (parts, _) = opened.map_err(|problems| problems.to_string())?;
        Ok(parts)
    }

    async fn start_with(secret: &str) -> Result<ReceiverParts, String> {
        let queue = "https://sqs.eu-central-1.amazonaws.com/123456789012/work.fifo";
        let variables = [
            ("ROLLCALL_QUEUE_URL", queue),
            ("ROLLCALL_TENANT_SECRET_ID", "rollcall/tenant"),
        ];
        start(&variables, secret).await
    }

    fn secret(more: &str) -> String {
        format!(
            r#"{{"path_token":"{TOKEN}","login_company":"northwindmsp","site_host":"na.myconnectwise.net"{more}}}"#
        )
    }

    /// Whether a callback with this entry and product instance speaks for the tenant of the secret.
    async fn bind(more: &str, host: &str, entry: u32, instance: &str) -> Result<(), BindingError> {
        let body = format!(
            r#"{{"MessageId":"m-1","CompanyId":"northwindmsp","Action":"deleted","Type":"contact","ID":4711,
                "ProductInstanceId":"{instance}","Entity":null,"CallbackObjectRecId":{entry},
                "Metadata":{{"key_url":"https://{host}/v4_6_release/system/callbackkey/index.rails?companyName=northwindmsp&id=k"}}}}"#
        );
        let parts = start_with(&secret(more)).await.unwrap();
        let body = CallbackBody::parse(body.as_bytes()).unwrap();
        parts.tenant.bind(&body).map(|_| ())
    }

    #[tokio::test]
    async fn in_an_empty_environment_every_variable_is_asked_for_at_once() {
        insta::assert_snapshot!(start(&[], "").await.err().unwrap(), @"
        read the configuration
          ROLLCALL_QUEUE_URL is not set: set it to the URL of the work queue, such as https://sqs.eu-central-1.amazonaws.com/123456789012/rollcall-work.fifo
          ROLLCALL_TENANT_SECRET_ID is not set: set it to the id of the secret with path_token, login_company and site_host
        ");
    }

    #[tokio::test]
    async fn the_variables_listed_are_those_that_are_read() {
        let all = ReceiverParts::VARIABLES.map(|name| (name, "x=y"));
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
    async fn the_token_is_the_secrets_and_is_not_shown() {
        let parts = start_with(&secret("")).await.unwrap();
        assert_eq!(parts.path_token.expose_secret(), TOKEN);
        assert!(!format!("{:?}", parts.path_token).contains(TOKEN));
    }

    #[tokio::test]
    async fn a_tenant_is_bound_by_what_the_secret_says_and_by_no_more() {
        let site = "na.myconnectwise.net";
        assert_eq!(bind("", site, 318, "a").await, Ok(()));
        assert_eq!(
            bind("", "psa.example.com", 318, "a").await,
            Err(BindingError::KeyHost)
        );
        let pinned = r#","product_instance_id":"a","callback_id":"317, 318","self_hosted_origin":"https://psa.example.com""#;
        assert_eq!(bind(pinned, site, 318, "a").await, Ok(()));
        assert_eq!(bind(pinned, "psa.example.com", 317, "a").await, Ok(()));
        assert_eq!(
            bind(pinned, site, 318, "b").await,
            Err(BindingError::ProductInstance)
        );
        assert_eq!(
            bind(pinned, site, 319, "a").await,
            Err(BindingError::CallbackEntry)
        );
    }

    #[tokio::test]
    async fn a_callback_entry_may_be_written_as_a_number() {
        let more = r#","callback_id":318,"product_instance_id":null"#;
        assert_eq!(bind(more, "na.myconnectwise.net", 318, "a").await, Ok(()));
    }

    #[tokio::test]
    async fn everything_wrong_with_the_secret_is_told_at_once_and_not_quoted() {
        let secret = r#"{"path_token":"hunter2","site_host":"http://hunter2","callback_id":"hunter2",
            "self_hosted_origin":"https://hunter2/hunter2","product_instance_id":["hunter2"]}"#;
        let error = start_with(secret).await.err().unwrap();
        assert!(!error.contains("hunter2"), "{error}");
        insta::assert_snapshot!(error, @r#"
        read the configuration
          ROLLCALL_TENANT_SECRET_ID: key "path_token" of that secret must be at least 22 letters, digits, -, . and _, made at random
          ROLLCALL_TENANT_SECRET_ID: key "login_company" of that secret is missing: add it
          ROLLCALL_TENANT_SECRET_ID: key "product_instance_id" of that secret must be text
          ROLLCALL_TENANT_SECRET_ID: key "callback_id" of that secret must be the id of a callback entry, or several with commas between
          ROLLCALL_TENANT_SECRET_ID: key "site_host" of that secret must be a host such as na.myconnectwise.net, or an https address of nothing but a host
          ROLLCALL_TENANT_SECRET_ID: key "self_hosted_origin" of that secret must be a host such as na.myconnectwise.net, or an https address of nothing but a host
        "#);
    }

    #[tokio::test]
    async fn keys_come_from_elsewhere_only_if_that_is_this_machine() {
        let with = async |origin: &str| {
            let more = format!(r#","stand_in_origin":"{origin}""#);
            start_with(&secret(&more)).await.map(drop)
        };
        for here in [
            "http://127.0.0.1:8080",
            "http://localhost:8080",
            "http://[::1]:8080",
            "",
        ] {
            assert_eq!(with(here).await, Ok(()), "{here}");
        }
        for elsewhere in [
            "https://keys.example.com",
            "http://127.0.0.1.example.com",
            "http://169.254.169.254",
            "http://127.0.0.1:8080/path",
            "http://user@127.0.0.1:8080",
            "127.0.0.1:8080",
        ] {
            let error = with(elsewhere).await.unwrap_err();
            assert!(
                error.contains(r#"key "stand_in_origin""#),
                "{elsewhere}: {error}"
            );
        }
    }

    #[tokio::test]
    async fn a_token_that_a_path_would_spell_otherwise_is_refused() {
        let secret = secret("").replace(TOKEN, "0123456789abcdefghij%2F");
        let error = start_with(&secret).await.err().unwrap();
        assert!(error.contains("path_token"), "{error}");
    }
}
