//! What must not be written down, and what must.

use std::path::Path;

use super::{none, root, texts};

/// Starts of paths that exist on one machine only.
const MACHINES: [&str; 5] = ["/home/", "/root/", "/tmp/", "/Users/", "/work/"];

/// Marks of unfinished work.
const UNFINISHED: [&str; 3] = ["FIXME", "TODO", "XXX"];

/// The lines of all files that are bad, as problems. This file is left out: it spells out what it looks for.
fn lines(is_bad: impl Fn(&str) -> bool) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, text) in texts("") {
        if file.ends_with("tidy/words.rs") {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            if is_bad(line) {
                problems.push(format!("{}:{number}: {}", file.display(), line.trim()));
            }
        }
    }
    problems
}

#[test]
fn nothing_depends_on_the_machine_it_was_written_on() {
    // In the middle of a longer path or an address it is a folder like any other.
    let goes_on = |c: char| c.is_alphanumeric() || "._-*})~".contains(c);
    let names = |line: &str, start: &str| {
        line.match_indices(start)
            .any(|(at, _)| !line[..at].ends_with(goes_on))
    };
    none(&lines(|line| {
        MACHINES.iter().any(|start| names(line, start))
    }));
}

#[test]
fn nothing_is_left_unfinished() {
    let is_mark = |word: &str| UNFINISHED.contains(&word);
    none(&lines(|line| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(is_mark)
    }));
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let problems: Vec<String> = ["cli", "functions", "shared", "tests"]
        .into_iter()
        .flat_map(texts)
        .filter(|(file, _)| file.extension().is_some_and(|extension| extension == "rs"))
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(file, _)| format!("{} has no module docs", file.display()))
        .collect();
    none(&problems);
}

#[test]
fn every_link_in_the_documentation_leads_somewhere() {
    let mut problems = Vec::new();
    for (file, text) in ["README.md", "docs", "events", ".github"]
        .into_iter()
        .flat_map(texts)
    {
        if file.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let folder = root().join(&file).parent().map(Path::to_path_buf).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = link.split('#').next().unwrap_or_default();
            let is_ours = !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:");
            if is_ours && !folder.join(path).exists() {
                problems.push(format!("{}: {link} leads nowhere", file.display()));
            }
        }
    }
    none(&problems);
}
