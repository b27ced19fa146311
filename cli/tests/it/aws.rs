//! `--profile aws`: against a stand-in for AWS that knows one stack, and the sandbox as the PSA.

mod callbacks;
mod cloud;
mod dead_letters;
mod directory;
mod doctor;
mod drift;
mod replay;
mod rules;

use serde_json::Value;

use crate::program::Program;
use cloud::Cloud;

#[test]
fn a_stack_goes_with_its_profile_and_nothing_else() {
    let program = Program::new();
    for (args, words) in [
        (
            &["--stack", "x", "history"][..],
            "is worked on with --profile aws",
        ),
        (
            &["--profile", "aws", "history"],
            "name the stack to work on",
        ),
        (&["dlq", "list"], "is about a deployed stack"),
        (&["callbacks", "check"], "is about a deployed stack"),
        (
            &["rules", "push", "rules.toml"],
            "is about a deployed stack",
        ),
        (&["doctor"], "is about a deployed stack"),
    ] {
        let ran = program.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{args:?}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
    assert!(!program.folder().exists());
}

#[tokio::test]
async fn a_stack_that_aws_does_not_know_is_a_matter_of_configuration() {
    let cloud = Cloud::start("").await;
    let ran = cloud.run_in("other", &["history"]).await;
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(
        ran.err.contains("stack other cannot be looked up"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("cloudformation:DescribeStacks"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn aws_out_of_reach_is_the_other_side_failing() {
    let cloud = Cloud::start("").await.out_of_reach();
    let ran = cloud.run(&["history"]).await;
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.err.contains("failed to ask AWS for the stack"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn an_empty_journal_has_nothing_to_tell() {
    let cloud = Cloud::start("").await;
    for (args, words) in [
        (&["history"][..], "nothing was done yet"),
        (&["history", "--company", "830"], "nothing was done yet"),
        (&["review"], "nothing waits for a person"),
    ] {
        let ran = cloud.run(args).await;
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        assert_eq!(ran.out.trim(), words);
    }
    let ran = cloud.run(&["explain", "20260304-5f0c1a1e2b.3"]).await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(cloud.psa_requests().is_empty());
    assert!(cloud.asked_for_secrets().await.is_empty());
}

#[tokio::test]
async fn a_stack_is_planned_for_like_a_sandbox_and_nothing_is_written() {
    let rules = "[modes]\nmerge-duplicates = \"enforce\"\n";
    let cloud = Cloud::start(rules).await;
    let there = cloud.run(&["plan", "--company", "830", "--json"]).await;
    let here = Program::new().run_by(rules, &["plan", "--company", "830", "--json"]);
    assert_eq!(there.code, 1, "{}", there.err);
    let plan = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    assert_eq!(plan(&there.out)[0]["plan"], plan(&here.out)[0]["plan"]);
    assert!(
        plan(&there.out)[0]["plan"]["changes"]
            .as_array()
            .unwrap()
            .len()
            > 3
    );
    let requests = cloud.psa_requests();
    assert!(!requests.is_empty());
    assert!(
        requests.iter().all(|method| method == "GET"),
        "{requests:?}"
    );
}

#[tokio::test]
async fn a_plan_can_be_made_by_other_rules_than_those_of_the_stack() {
    let cloud = Cloud::start("this is broken").await;
    let broken = cloud.run(&["plan", "--company", "830"]).await;
    assert_eq!(broken.code, 2, "{}", broken.err);
    assert!(
        broken.err.contains("RulesParameter: line 1"),
        "{}",
        broken.err
    );
    let file = cloud.file("rules.toml", "[modes]\nmerge-duplicates = \"enforce\"\n");
    let ran = cloud
        .run(&["plan", "--company", "830", "--rules", &file])
        .await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("merge contact 83020"), "{}", ran.out);
}
