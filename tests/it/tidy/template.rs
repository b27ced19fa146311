//! What the template gives to a function is what the function reads. All else about it is in `tests/template`.

use std::collections::BTreeSet;

use startup::{GrowCrmParts, ItGlueParts, ReceiverParts, WorkerParts};

use super::texts;

/// The variables that the template sets for the function built from this folder.
fn given(folder: &str) -> BTreeSet<String> {
    let template = texts("template.yaml").into_values().next().unwrap();
    let code = format!("CodeUri: functions/{folder}");
    let mut lines = template
        .lines()
        .skip_while(|line| line.trim() != code)
        .skip_while(|line| line.trim() != "Variables:");
    let depth = |line: &str| line.len() - line.trim_start().len();
    let top = lines.next().map(depth).unwrap();
    lines
        .take_while(|line| depth(line) > top)
        .filter_map(|line| line.trim().split_once(": "))
        .map(|(name, _)| name.to_owned())
        .filter(|name| !name.starts_with('#'))
        .collect()
}

fn read(variables: &[&str]) -> BTreeSet<String> {
    variables.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_receiver_is_given_the_variables_it_reads() {
    assert_eq!(given("callback-receiver"), read(&ReceiverParts::VARIABLES));
}

#[test]
fn the_worker_is_given_the_variables_it_reads() {
    assert_eq!(given("contact-policy"), read(&WorkerParts::VARIABLES));
}

#[test]
fn the_worker_of_each_mirror_is_given_the_variables_it_reads() {
    assert_eq!(given("mirror-itglue"), read(&ItGlueParts::VARIABLES));
    assert_eq!(given("mirror-growcrm"), read(&GrowCrmParts::VARIABLES));
}
