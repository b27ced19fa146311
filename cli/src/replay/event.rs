//! Reading sample events.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aws_lambda_events::sqs::SqsEvent;
use model::mirror::System;
use queue::DeduplicationId;
use sandbox::Scene;
use serde_json::Value;

use crate::exit::UsageError;
use crate::local::Local;

/// A sample event, with what happens in the PSA just before it.
pub struct Sample {
    /// Its file.
    pub path: PathBuf,
    /// What it is.
    pub kind: SampleKind,
    /// What happens before it: the scene of the same name in the folder `scenes` beside its own.
    pub scene: Option<Scene>,
}

/// Which function an event is for.
pub enum SampleKind {
    /// An HTTP event for the receiver, as text.
    Callback(String),
    /// A batch for the worker of the PSA, or of a mirror.
    Queue(Option<System>, Box<SqsEvent>),
}

/// Reads the samples at these paths: files, folders in the order of their names, `-` for standard
/// input. Scenes and pages beside the samples are no samples.
///
/// # Errors
/// When a path cannot be read, or is no event that one of the functions takes.
pub fn collect(paths: &[PathBuf]) -> anyhow::Result<Vec<Sample>> {
    let mut files = Vec::new();
    for path in paths {
        find(path, &mut files)?;
    }
    if files.is_empty() {
        return Err(UsageError::raise(
            "there is no event (*.json) at the paths given",
        ));
    }
    files.iter().map(|path| read(path)).collect()
}

/// Puts a batch on its queue, message by message, as its senders did.
pub(super) fn put(local: &Local, system: Option<System>, event: &SqsEvent) {
    let queue = match system {
        None => &local.queue,
        Some(System::ItGlue) => &local.itglue.queue,
        Some(System::GrowCrm) => &local.growcrm.queue,
    };
    for record in &event.records {
        let attribute = |name: &str| record.attributes.get(name).cloned();
        let message_id = record.message_id.clone().unwrap_or_default();
        let group = attribute("MessageGroupId").unwrap_or_else(|| message_id.clone());
        let id = attribute("MessageDeduplicationId").unwrap_or(message_id);
        let body = record.body.as_deref().unwrap_or_default();
        queue.put(&group, body, &DeduplicationId::from_received(id));
    }
}

/// The mirror whose queue a batch comes from, by the name that the stack gives to that.
fn mirror_of(event: &SqsEvent) -> Option<System> {
    let queue = event.records.first()?.event_source_arn.as_deref()?;
    [
        ("-itglue.fifo", System::ItGlue),
        ("-growcrm.fifo", System::GrowCrm),
    ]
    .into_iter()
    .find_map(|(name, system)| queue.ends_with(name).then_some(system))
}

fn find(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if path == Path::new("-") || path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path)
        .map_err(|error| UsageError::raise(format!("read {}: {error}", path.display())))?;
    let mut entries = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| format!("failed to list {}", path.display()))?;
    entries.sort();
    for entry in entries {
        let is_scenes = entry.file_name().is_some_and(|name| name == "scenes");
        if entry.is_dir() && !is_scenes {
            find(&entry, files)?;
        } else if entry.is_file() && entry.extension().is_some_and(|kind| kind == "json") {
            files.push(entry);
        }
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Sample> {
    let shown = path.display();
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("failed to read standard input")?;
        text
    } else {
        fs::read_to_string(path)
            .map_err(|error| UsageError::raise(format!("read {shown}: {error}")))?
    };
    let value: Value = serde_json::from_str(&text)
        .map_err(|error| UsageError::raise(format!("{shown} is not JSON: {error}")))?;
    let kind = if value.get("Records").is_some() {
        let event: SqsEvent = serde_json::from_value(value)
            .map_err(|error| UsageError::raise(format!("{shown} is no SQS event: {error}")))?;
        SampleKind::Queue(mirror_of(&event), Box::new(event))
    } else if value.get("requestContext").is_some() {
        SampleKind::Callback(text)
    } else {
        return Err(UsageError::raise(format!(
            "{shown} is no event that a function takes: expected an SQS batch (Records) or an HTTP \
             request (requestContext)"
        )));
    };
    Ok(Sample {
        path: path.to_owned(),
        kind,
        scene: scene(path)?,
    })
}

fn scene(path: &Path) -> anyhow::Result<Option<Scene>> {
    let file = path.file_name().zip(path.parent().and_then(Path::parent));
    let Some((name, events)) = file else {
        return Ok(None);
    };
    let path = events.join("scenes").join(name);
    if !path.is_file() {
        return Ok(None);
    }
    let shown = path.display();
    let text = fs::read_to_string(&path).with_context(|| format!("failed to read {shown}"))?;
    let scene = serde_json::from_str(&text)
        .map_err(|error| UsageError::raise(format!("{shown} is no scene: {error}")))?;
    Ok(Some(scene))
}
