//! The dependency table, and what every member of the workspace has in common.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{none, root, texts};

/// A crate, its level, and the crates of this workspace it may depend on. Adding an edge here is a decision.
struct Allowed {
    name: &'static str,
    level: u8,
    on: On,
}

enum On {
    These(&'static [&'static str]),
    AllBelow,
}

#[rustfmt::skip]
const TABLE: [Allowed; 19] = [
    Allowed { name: "http-client", level: 0, on: On::These(&[]) },
    Allowed { name: "model", level: 0, on: On::These(&[]) },
    // Its own JSON shapes, on purpose: a misspelt field must fail, not cancel out.
    Allowed { name: "sandbox", level: 0, on: On::These(&[]) },
    Allowed { name: "connectwise", level: 1, on: On::These(&["http-client", "model"]) },
    Allowed { name: "growcrm", level: 1, on: On::These(&["http-client", "model"]) },
    Allowed { name: "itglue", level: 1, on: On::These(&["http-client", "model"]) },
    Allowed { name: "journal", level: 1, on: On::These(&["model"]) },
    Allowed { name: "matching", level: 1, on: On::These(&["model"]) },
    Allowed { name: "queue", level: 1, on: On::These(&["model"]) },
    Allowed { name: "policy", level: 2, on: On::These(&["matching", "model"]) },
    Allowed { name: "reconcile", level: 3, on: On::These(&["connectwise", "growcrm", "itglue", "journal", "model", "policy", "queue"]) },
    Allowed { name: "startup", level: 3, on: On::These(&["connectwise", "growcrm", "http-client", "itglue", "journal", "model", "policy", "queue"]) },
    Allowed { name: "worker", level: 4, on: On::These(&["model", "queue", "reconcile", "startup"]) },
    // It answers within seconds and holds no credentials of the PSA, so it has nothing to reconcile with.
    Allowed { name: "callback-receiver", level: 4, on: On::These(&["connectwise", "model", "queue", "startup"]) },
    Allowed { name: "contact-policy", level: 5, on: On::These(&["model", "queue", "reconcile", "startup", "worker"]) },
    Allowed { name: "mirror-growcrm", level: 5, on: On::These(&["queue", "reconcile", "startup", "worker"]) },
    Allowed { name: "mirror-itglue", level: 5, on: On::These(&["queue", "reconcile", "startup", "worker"]) },
    Allowed { name: "rollcall", level: 6, on: On::AllBelow },
    Allowed { name: "tests", level: 7, on: On::AllBelow },
];

/// The pure crates, and all they may use that is not ours.
const PURE: [(&str, &[&str]); 3] = [
    (
        "matching",
        &[
            "deunicode",
            "encoding_rs",
            "html-escape",
            "jiff",
            "percent-encoding",
            "psl",
            "rlibphonenumber",
            "serde",
            "serde_json",
            "strsim",
            "thiserror",
            "unicode-normalization",
        ],
    ),
    ("model", &["jiff", "serde", "serde_json", "thiserror"]),
    (
        "policy",
        &["jiff", "serde", "serde_json", "sha2", "thiserror", "toml"],
    ),
];

impl Allowed {
    fn may_depend_on(&self, other: &str) -> bool {
        match self.on {
            On::These(names) => names.contains(&other),
            On::AllBelow => level(other).is_some_and(|level| level < self.level),
        }
    }
}

fn level(name: &str) -> Option<u8> {
    let crate_ = TABLE.iter().find(|allowed| allowed.name == name)?;
    Some(crate_.level)
}

/// A member of the workspace as `cargo metadata` describes it.
struct Member {
    /// The path of its folder in the repository.
    folder: String,
    description: String,
    has_library: bool,
    /// What it needs to be built, not what its tests need.
    dependencies: BTreeSet<String>,
}

fn members() -> BTreeMap<String, Member> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let members: BTreeMap<String, Member> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["name"]), member(package)))
        .collect();
    assert!(!members.is_empty());
    members
}

fn member(package: &Value) -> Member {
    let manifest = text(&package["manifest_path"]);
    let folder = Path::new(&manifest).parent().unwrap();
    Member {
        folder: folder
            .strip_prefix(root().canonicalize().unwrap())
            .unwrap()
            .display()
            .to_string(),
        description: package["description"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        has_library: list(&package["targets"])
            .iter()
            .any(|target| list(&target["kind"]).contains(&Value::from("lib"))),
        dependencies: list(&package["dependencies"])
            .iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .map(|dependency| text(&dependency["name"]))
            .collect(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn the_table_only_points_downwards() {
    for Allowed { name, level, on } in &TABLE {
        let On::These(others) = on else { continue };
        for other in *others {
            assert!(
                self::level(other).is_some_and(|below| below < *level),
                "{name} may depend on {other}, which is not below it"
            );
        }
    }
}

#[test]
fn the_table_lists_every_member_and_nobody_else() {
    let listed: BTreeSet<String> = TABLE
        .iter()
        .map(|allowed| allowed.name.to_owned())
        .collect();
    let present: BTreeSet<String> = members().into_keys().collect();
    assert_eq!(listed, present);
}

#[test]
fn every_crate_depends_only_on_what_the_table_allows() {
    let members = members();
    let mut problems = Vec::new();
    for allowed in &TABLE {
        let ours = members[allowed.name]
            .dependencies
            .iter()
            .filter(|dependency| members.contains_key(*dependency));
        for dependency in ours {
            if !allowed.may_depend_on(dependency) {
                problems.push(format!("{} must not depend on {dependency}", allowed.name));
            }
        }
    }
    none(&problems);
}

#[test]
fn the_pure_crates_use_nothing_that_could_read_write_or_wait() {
    let members = members();
    let mut problems = Vec::new();
    for (name, allowed) in PURE {
        let theirs = members[name]
            .dependencies
            .iter()
            .filter(|dependency| !members.contains_key(*dependency));
        for dependency in theirs {
            if !allowed.contains(&dependency.as_str()) {
                problems.push(format!("{name} is pure and must not use {dependency}"));
            }
        }
    }
    none(&problems);
}

#[test]
fn every_member_says_what_it_is_for() {
    let mut problems = Vec::new();
    for (name, member) in members() {
        if member.description.trim().is_empty() {
            problems.push(format!("{name} has no description"));
        }
        if member.has_library {
            let lib = texts(&format!("{}/src/lib.rs", member.folder))
                .into_values()
                .next()
                .unwrap_or_default();
            // What it is for, and what it deliberately does not do, take more than a line.
            let lines = lib
                .lines()
                .take_while(|line| line.starts_with("//!"))
                .filter(|line| line.len() > "//! ".len());
            if lines.count() < 3 {
                problems.push(format!("{}/src/lib.rs has no crate docs", member.folder));
            }
        }
    }
    none(&problems);
}

#[test]
fn every_member_takes_its_lints_and_its_version_from_the_workspace() {
    let mut problems = Vec::new();
    for (name, member) in members() {
        let manifest = &texts(&format!("{}/Cargo.toml", member.folder))
            .into_values()
            .next()
            .unwrap();
        for wanted in [
            "[lints]\nworkspace = true\n",
            "\nversion.workspace = true\n",
            "\nedition.workspace = true\n",
            "\nrust-version.workspace = true\n",
            "\nlicense.workspace = true\n",
            "\npublish.workspace = true\n",
        ] {
            if !manifest.contains(wanted) {
                problems.push(format!("{name} lacks {wanted:?}"));
            }
        }
    }
    none(&problems);
}

#[test]
fn every_version_is_named_once_in_the_workspace() {
    let mut problems = Vec::new();
    for (name, member) in members() {
        let manifest = &texts(&format!("{}/Cargo.toml", member.folder))
            .into_values()
            .next()
            .unwrap();
        let mut in_dependencies = false;
        for line in manifest.lines().map(str::trim) {
            if line.starts_with('[') {
                in_dependencies = line.ends_with("dependencies]");
            } else if in_dependencies
                && line.contains('=')
                && !line.starts_with('#')
                && !line.contains("workspace = true")
            {
                problems.push(format!("{name}: {line}"));
            }
        }
    }
    none(&problems);
}
