//! What the compiler cannot check about this repository: which crate may know which, what is documented, what
//! must not be written down.

#![cfg(test)]

mod events;
mod samples;
mod template;
mod words;
mod workspace;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are made, not written. Of Python environments there may be several, such as `.venv-sam`.
const MADE: [&str; 5] = [".aws-sam", ".git", ".rollcall", ".venv", "target"];

/// The top of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ is one level below the top")
}

/// All files below a folder or at a path of the repository, by their path in it, except what is made.
fn files(path: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join(path), &mut found);
    found.sort();
    found
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            if !MADE.contains(&name.as_str()) && !name.starts_with(".venv-") {
                collect(&entry.path(), found);
            }
        }
    } else if path.exists() {
        found.push(path.strip_prefix(root()).unwrap().to_path_buf());
    }
}

/// The text of the files below a folder or at a path, by path. What is not text is left out.
fn texts(path: &str) -> BTreeMap<PathBuf, String> {
    files(path)
        .into_iter()
        .filter_map(|file| {
            let text = fs::read_to_string(root().join(&file)).ok()?;
            Some((file, text))
        })
        .collect()
}

/// Fails with one problem a line, all at once.
#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
