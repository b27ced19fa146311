//! Metrics: counts that CloudWatch reads out of the log (embedded metric format).
//!
//! Whoever has something to count calls `metrics::counter!`; without [`init`], as in the operator's tool, that does
//! nothing. A count has a name and a number, and no label, so no id and no name of anybody can get into it.

use std::io;

use metrics_cloudwatch_embedded::{Builder, Collector};

use crate::env::Env;

/// The namespace in CloudWatch.
const NAMESPACE: &str = "Rollcall";

/// What keeps a stack's functions apart, and one stack from another.
const DIMENSION: &str = "FunctionName";

/// The counts of this process.
#[derive(Clone, Copy)]
pub struct Metrics(&'static Collector);

/// Counts from here on. Once a process.
///
/// # Errors
/// When something else in the process counts already.
pub fn init() -> anyhow::Result<Metrics> {
    let env = Env::from_process();
    let function = env.function_name().unwrap_or("local").to_owned();
    collect(function).map(Metrics)
}

fn collect(function: String) -> anyhow::Result<&'static Collector> {
    Builder::new()
        .cloudwatch_namespace(NAMESPACE)
        .with_dimension(DIMENSION, function)
        .init()
        .map_err(|error| anyhow::anyhow!("failed to set up metrics: {error}"))
}

impl Metrics {
    /// Writes what was counted since the last time, on a line of its own; nothing if nothing was.
    pub fn flush(self) {
        self.flush_to(io::stdout());
    }

    fn flush_to(self, writer: impl io::Write) {
        if let Err(error) = self.0.flush(writer) {
            tracing::warn!(error = %error, "counts were lost");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn flushed(metrics: Metrics) -> Vec<Value> {
        let mut bytes = Vec::new();
        metrics.flush_to(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    // One test, as a process has one recorder.
    #[test]
    fn counts_are_one_document_and_start_anew_once_they_are_written() {
        let metrics = Metrics(collect("rollcall-contact-policy".to_owned()).unwrap());
        assert_eq!(flushed(metrics), [] as [Value; 0]);

        metrics::counter!("VisitsDone").increment(2);
        metrics::counter!("VisitsDone").increment(1);
        metrics::counter!("ChangesMade").increment(4);
        let [document] = flushed(metrics).try_into().unwrap();
        assert_eq!(document["VisitsDone"], 3);
        assert_eq!(document["ChangesMade"], 4);
        assert_eq!(document["FunctionName"], "rollcall-contact-policy");
        let metrics_of = &document["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics_of["Namespace"], "Rollcall");
        assert_eq!(metrics_of["Dimensions"][0][0], "FunctionName");
        assert_eq!(metrics_of["Metrics"].as_array().unwrap().len(), 2);

        assert_eq!(flushed(metrics), [] as [Value; 0]);
        assert!(collect("again".to_owned()).is_err());
    }
}
