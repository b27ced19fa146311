//! The sample events: made here, kept in `events/`, compared on every run.
//!
//! A sample is a situation in the example tenant. Its scene, if it has one, is what people do in the
//! PSA just before; the callback is the one the sandbox would then send, signed with its key. After a
//! change here: `cargo test -p tests -- --ignored write_the_samples`.

mod callbacks;
mod envelope;
mod hostile;
mod mirrored;
mod queued;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sandbox::{Scene, World};
use serde_json::Value;

/// What a sample must come to.
pub(crate) struct Sample {
    /// Its path below `events/`.
    pub(crate) path: String,
    /// What it shows, in words.
    pub(crate) situation: &'static str,
    /// What comes of it: the fate, and what is done.
    pub(crate) outcome: &'static str,
    /// What people do just before.
    pub(crate) scene: Option<Scene>,
    /// The event.
    pub(crate) event: Value,
}

/// All samples, in the order in which they are replayed.
pub(crate) fn all() -> Vec<Sample> {
    let mut world = callbacks::world();
    let mut samples = callbacks::samples(&mut world);
    samples.extend(hostile::samples(&mut world));
    samples.extend(mirrored::samples(&mut world));
    samples.extend(queued::samples());
    samples
}

/// The folder of the samples.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// Every file of the folder, as it should be.
fn files() -> BTreeMap<String, String> {
    let samples = all();
    let json = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    let mut files = BTreeMap::from([("README.md".to_owned(), page(&samples))]);
    for sample in samples {
        if let Some(scene) = &sample.scene {
            let scene = serde_json::to_value(scene).unwrap();
            files.insert(scene_path(&sample.path), json(&scene));
        }
        files.insert(sample.path, json(&sample.event));
    }
    files
}

fn scene_path(sample: &str) -> String {
    let (_, name) = sample.split_once('/').unwrap();
    format!("scenes/{name}")
}

fn page(samples: &[Sample]) -> String {
    let mut page = include_str!("samples/page.md").to_owned();
    for (function, heading) in [
        ("callback-receiver", "HTTP requests for `callback-receiver`"),
        (
            "contact-policy",
            "Batches from the queue for `contact-policy`",
        ),
        (
            "mirror-itglue",
            "Batches from the queue for `mirror-itglue`",
        ),
        (
            "mirror-growcrm",
            "Batches from the queue for `mirror-growcrm`",
        ),
    ] {
        page += &format!("\n## {heading}\n\n| file | situation | outcome |\n| --- | --- | --- |\n");
        for sample in samples
            .iter()
            .filter(|sample| sample.path.starts_with(function))
        {
            let scene = sample.scene.as_ref().map(|scene| {
                format!(
                    " Before it (`{}`): {}.",
                    scene_path(&sample.path),
                    scene.name
                )
            });
            let (path, situation) = (&sample.path, sample.situation);
            let scene = scene.unwrap_or_default();
            page += &format!("| `{path}` | {situation}.{scene} | {} |\n", sample.outcome);
        }
    }
    page
}

/// Plays the scene and hands the world on, as the replay does.
fn play(world: &mut World, scene: &Scene) {
    assert!(world.play(scene).unwrap(), "{} is played twice", scene.name);
}

#[test]
fn the_samples_are_as_they_are_made_here() {
    for (path, wanted) in files() {
        let found = fs::read_to_string(folder().join(&path)).unwrap_or_default();
        assert!(
            found == wanted,
            "events/{path} is not as it is made: cargo test -p tests -- --ignored write_the_samples"
        );
    }
}

#[test]
#[ignore = "writes to events/"]
fn write_the_samples() {
    for (path, text) in files() {
        let path = folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
