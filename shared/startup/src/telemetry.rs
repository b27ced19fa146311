//! The log: one JSON object a line.

use std::io;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterFn, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt, registry};

use crate::env::Env;
use crate::problems::Problems;

/// What is logged: a level, or directives such as `info,reconcile=debug`. Default: `info`.
pub(crate) const VARIABLE: &str = "ROLLCALL_LOG";

const DEFAULT: &str = "info";

/// The crates that never log a person's data. Others get no further than `info`: below that, HTTP and AWS
/// libraries log what they send and receive.
const OURS: [&str; 19] = [
    "callback_receiver",
    "connectwise",
    "contact_policy",
    "growcrm",
    "http_client",
    "itglue",
    "journal",
    "matching",
    "mirror_growcrm",
    "mirror_itglue",
    "model",
    "policy",
    "queue",
    "reconcile",
    "rollcall",
    "sandbox",
    "startup",
    "sweep",
    "worker",
];

/// Logs to standard output from here on, as a function does.
///
/// A malformed `ROLLCALL_LOG` counts as not set here and is reported with all other problems afterwards. If
/// something logs already, nothing changes.
pub fn init() {
    init_to(&Env::from_process(), io::stdout);
}

/// Logs to this writer from here on, as the operator's tool does.
///
/// A malformed `ROLLCALL_LOG` counts as not set. If something logs already, nothing changes.
pub fn init_to<W>(env: &Env, writer: W)
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    // The only failure is that somebody else was first, as in a test.
    let _ = subscriber(env, writer).try_init();
}

/// What [`init_to`] installs for the process, for a test to install for itself.
pub fn subscriber<W>(env: &Env, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(true)
        .with_writer(writer);
    registry()
        .with(filter(env).unwrap_or_else(|_| EnvFilter::new(DEFAULT)))
        .with(only_ours_in_detail())
        .with(lines)
}

/// Reports a malformed filter. The log itself is running by then.
pub(crate) fn check(env: &Env, problems: &mut Problems) {
    problems.note(VARIABLE, filter(env));
}

fn filter(env: &Env) -> Result<EnvFilter, &'static str> {
    EnvFilter::try_new(env.optional(VARIABLE).unwrap_or(DEFAULT)).map_err(|_| {
        "is no log filter: set it to a level such as info, or to directives such as \
         info,reconcile=debug"
    })
}

fn only_ours_in_detail() -> FilterFn {
    filter_fn(|metadata: &Metadata<'_>| {
        *metadata.level() <= Level::INFO
            || metadata
                .target()
                .split("::")
                .next()
                .is_some_and(|name| OURS.contains(&name))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// All lines logged, without their times.
    fn logged(filter: &str, log: impl FnOnce()) -> String {
        let env = Env::from_pairs([(VARIABLE, filter)]);
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(&env, move || writer.clone());
        tracing::subscriber::with_default(subscriber, log);
        let bytes = lines.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(without_time).collect()
    }

    fn without_time(line: &str) -> String {
        let mut object: Value = serde_json::from_str(line).unwrap();
        let time = object.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(time.as_str().unwrap().ends_with('Z'), "{time}");
        format!("{object}\n")
    }

    #[test]
    fn nothing_logged_is_no_line() {
        assert_eq!(logged("", || {}), "");
    }

    #[test]
    fn an_event_is_one_flat_object_with_its_spans() {
        let lines = logged("", || {
            let _span = tracing::info_span!("visit", company.id = 812).entered();
            tracing::info!(contact.id = 4711, wait_ms = 20, "held a contact");
            tracing::debug!("unseen");
        });
        insta::assert_snapshot!(lines, @r#"{"contact.id":4711,"level":"INFO","message":"held a contact","spans":[{"company.id":812,"name":"visit"}],"target":"startup::telemetry::tests","wait_ms":20}"#);
    }

    #[test]
    fn the_filter_goes_by_target_and_level() {
        let lines = logged("warn,reconcile=debug", || {
            tracing::info!(target: "queue", "unseen");
            tracing::debug!(target: "reconcile::apply", "seen");
        });
        assert_eq!(lines.lines().count(), 1, "{lines}");
        assert!(lines.contains(r#""message":"seen""#), "{lines}");
    }

    #[test]
    fn the_detail_of_other_peoples_crates_is_never_logged() {
        let lines = logged("trace", || {
            tracing::trace!(target: "hyper::proto", body = "hunter2");
            tracing::debug!(target: "aws_smithy_runtime", body = "hunter2");
            tracing::info!(target: "aws_config", "theirs");
            tracing::trace!(target: "http_client::client", "ours");
        });
        assert_eq!(lines.lines().count(), 2, "{lines}");
        assert!(!lines.contains("hunter2"), "{lines}");
    }

    #[test]
    fn a_malformed_filter_is_a_problem_and_logs_as_by_default() {
        let mut problems = Problems::default();
        check(&Env::from_pairs([(VARIABLE, "queue=loud")]), &mut problems);
        assert_eq!(problems.iter().count(), 1);
        let lines = logged("queue=loud", || {
            tracing::info!("seen");
            tracing::debug!("unseen");
        });
        assert_eq!(lines.lines().count(), 1, "{lines}");
    }

    #[test]
    fn every_crate_of_the_workspace_is_ours() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folders: BTreeSet<String> = ["shared", "functions"]
            .iter()
            .flat_map(|group| root.join(group).read_dir().unwrap())
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap().replace('-', "_"))
            .collect();
        assert!(folders.contains("startup"));
        let unknown: Vec<&String> = folders
            .iter()
            .filter(|folder| !OURS.contains(&folder.as_str()))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
