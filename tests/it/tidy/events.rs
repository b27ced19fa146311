//! Sample events: all documented, and for every function.

use std::collections::BTreeSet;

use super::{files, none, root, texts};

/// The page that tells what each sample is and what comes of it.
const PAGE: &str = "events/README.md";

/// The sample events, by their path below `events/`.
fn samples() -> BTreeSet<String> {
    files("events")
        .iter()
        .map(|file| file.strip_prefix("events").unwrap().display().to_string())
        .filter(|file| file != "README.md")
        .collect()
}

/// The file names that stand in backticks on the page.
fn documented() -> BTreeSet<String> {
    let pages = texts(PAGE);
    let page = pages
        .values()
        .next()
        .unwrap_or_else(|| panic!("{PAGE} is missing"));
    page.split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.ends_with(".json") && !word.contains(char::is_whitespace))
        .map(|word| word.strip_prefix("events/").unwrap_or(word).to_owned())
        .collect()
}

/// Whether a name on the page stands for this sample: its path, or its bare file name.
fn stands_for(name: &str, sample: &str) -> bool {
    sample == name
        || sample
            .strip_suffix(name)
            .is_some_and(|folder| folder.ends_with('/'))
}

#[test]
fn every_sample_is_documented() {
    let documented = documented();
    let problems: Vec<String> = samples()
        .into_iter()
        .filter(|sample| !documented.iter().any(|name| stands_for(name, sample)))
        .map(|sample| format!("events/{sample} is not in {PAGE}"))
        .collect();
    none(&problems);
}

#[test]
fn every_documented_sample_is_one_file() {
    let samples = samples();
    let mut problems = Vec::new();
    for name in documented() {
        let count = samples
            .iter()
            .filter(|sample| stands_for(&name, sample))
            .count();
        if count != 1 {
            problems.push(format!("{PAGE}: {name} stands for {count} files"));
        }
    }
    none(&problems);
}

#[test]
fn every_function_has_samples_and_every_sample_a_function() {
    let functions: BTreeSet<String> = files("functions")
        .iter()
        .filter_map(|file| folder(file.strip_prefix("functions").ok()?.to_str()?))
        .collect();
    // A scene is what happens before a sample; it goes by the sample's name.
    let sampled: BTreeSet<String> = samples()
        .iter()
        .filter(|sample| !sample.starts_with("scenes/"))
        .map(|sample| folder(sample).unwrap_or_else(|| panic!("events/{sample} is in no folder")))
        .collect();
    assert_eq!(functions, sampled);
}

fn folder(path: &str) -> Option<String> {
    Some(path.split_once('/')?.0.to_owned())
}

#[test]
fn every_path_to_a_sample_in_the_documentation_exists() {
    let mut problems = Vec::new();
    for page in ["README.md", "docs", "events", ".github"] {
        for (file, text) in texts(page) {
            if file.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            let paths = text
                .split(|c: char| c.is_whitespace() || "`'\"()[]|,;".contains(c))
                .filter(|word| word.starts_with("events/") && word.ends_with(".json"));
            for path in paths {
                if !root().join(path).is_file() {
                    problems.push(format!("{}: {path} does not exist", file.display()));
                }
            }
        }
    }
    none(&problems);
}
