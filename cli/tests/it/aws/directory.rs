//! `rollcall directory` and `rollcall vips` on a stack: what they ask for, and what may be in the way.

use sandbox::Fault;

use super::cloud::Cloud;
use crate::program::joined;

#[tokio::test]
async fn both_ask_for_lists_and_for_nothing_that_they_do_not_need() {
    let cloud = Cloud::start_mirrored("", |_, _| ()).await;
    let ran = cloud.run(&["directory", "--company", "812"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("8 contacts"), "{}", ran.out);
    // The organization, by its id in the PSA; its contacts, with their types and places. And who they are.
    assert_eq!(Cloud::methods(&cloud.itglue().requests()), ["GET"; 4]);
    assert_eq!(cloud.psa_requests(), ["GET"; 2]);
    let mark = cloud.itglue().requests().mark();

    let ran = cloud.run(&["vips"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("2 are important"), "{}", ran.out);
    let asked = cloud.itglue().requests().since(mark);
    let paths: Vec<&str> = asked.iter().map(|request| &*request.path).collect();
    assert_eq!(paths, ["/contacts", "/organizations"]);
    assert!(asked[0].query.contains("important"), "{}", asked[0].query);
    assert_eq!(cloud.psa_requests(), ["GET"; 4]);

    assert!(cloud.growcrm().requests().all().is_empty());
    let secrets = cloud.asked_for_secrets().await;
    let asked_for_growcrm = secrets.iter().any(|secret| secret["SecretId"] == "growcrm");
    assert!(!asked_for_growcrm, "{secrets:?}");
    assert!(cloud.asked_of_sqs().await.is_empty());
}

#[tokio::test]
async fn where_the_mirror_is_off_there_is_nothing_to_look_at() {
    let cloud = Cloud::start("").await;
    for args in [&["directory", "--company", "812"][..], &["vips"]] {
        let ran = cloud.run(args).await;
        assert_eq!(ran.code, 2, "{}", ran.err);
        let words = "the mirror in IT Glue is off: switch it on with the parameter MirrorItGlue";
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[tokio::test]
async fn a_key_that_is_refused_is_told_from_one_that_may_not_see_everything() {
    let cloud = Cloud::start_mirrored("", |_, _| ()).await;
    let place = "{\"errors\":[{\"status\":401,\"title\":\"Unauthorized\"}]}";
    let denied = Fault::answer(401, "application/vnd.api+json", place);
    let denied = denied.on("GET", "/locations").forever();
    cloud.itglue().world().lock().faults.push(denied);
    let ran = cloud.run(&["directory", "--company", "812"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("location 3300812"), "{}", ran.out);
    assert!(
        ran.err.contains("the names of locations are not shown"),
        "{}",
        ran.err
    );
    cloud.itglue().world().lock().api_key = "ITG.ANOTHER".to_owned();
    for args in [&["directory", "--company", "812"][..], &["vips"]] {
        let ran = cloud.run(args).await;
        assert_eq!(ran.code, 3, "{}", ran.err);
        let words = "the key is not accepted (wrong, revoked or of another region)";
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[tokio::test]
async fn where_it_glue_does_not_tell_whom_the_native_sync_means_nothing_breaks() {
    let cloud = Cloud::start_mirrored("", |itglue, _| {
        itglue.switches.adapter_type_name = "Microsoft".to_owned();
    })
    .await;
    let ran = cloud.run(&["directory", "--company", "821"]).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = joined(&ran.out);
    for words in [
        "somebody, by umberto.zapata@kestrel.example native sync",
        "14 not known to be anybody in the PSA",
    ] {
        assert!(told.contains(words), "{words}\n{}", ran.out);
    }
}
