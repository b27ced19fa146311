//! `rollcall callbacks`.

use sandbox::{Kind, World};
use serde_json::{Value, json};

use super::cloud::Cloud;
use crate::program::joined;

const OTHERS: &str = "https://tickets.example.net/hook?recordId=";

/// The entries that the PSA has: where they send to, about what, and whether they are active.
fn entries(cloud: &Cloud) -> Vec<(String, String, bool)> {
    let world = cloud.world();
    let world = world.lock();
    let entry = |id| {
        let entry = world.get(Kind::Callback, id).unwrap();
        let text = |name: &str| entry[name].as_str().unwrap().to_owned();
        (
            text("url"),
            text("type"),
            entry["inactiveFlag"] != json!(true),
        )
    };
    world.ids(Kind::Callback).into_iter().map(entry).collect()
}

fn no_entries(world: &mut World) {
    for id in world.ids(Kind::Callback) {
        let path = format!("/system/callbacks/{id}");
        world.request(sandbox::API_MEMBER, "DELETE", &path, None);
    }
}

async fn empty() -> Cloud {
    Cloud::start_with("", json!({}), no_entries).await
}

fn ours(cloud: &Cloud) -> Vec<(String, String, bool)> {
    let of = |kind: &str| (cloud.address(), kind.to_owned(), true);
    vec![of("contact"), of("company")]
}

#[tokio::test]
async fn in_an_empty_registry_both_entries_are_missing_and_are_made() {
    let cloud = empty().await;
    let check = cloud.run(&["callbacks", "check"]).await;
    assert_eq!(check.code, 1, "{}", check.err);
    for words in [
        "no entry of the PSA sends to this stack",
        "contact    there is no entry for it",
        "company    there is no entry",
    ] {
        assert!(check.out.contains(words), "{}", check.out);
    }
    assert!(cloud.psa_requests().iter().all(|method| method == "GET"));

    let register = cloud.run(&["callbacks", "register"]).await;
    assert_eq!(register.code, 0, "{}{}", register.out, register.err);
    assert!(
        register
            .out
            .contains("the PSA tells the stack of every contact and company")
    );
    assert_eq!(entries(&cloud), ours(&cloud));

    let again = cloud.run(&["callbacks", "register"]).await;
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(
        again.out.contains("nothing had to be done"),
        "{}",
        again.out
    );
    assert_eq!(entries(&cloud), ours(&cloud));
}

#[tokio::test]
async fn what_is_off_or_astray_is_named_and_healed_and_others_are_left_alone() {
    let cloud = empty().await;
    let (address, world) = (cloud.address(), cloud.world());
    let off = world.lock().add_callback(&address, "contact");
    let patch = json!([{ "op": "replace", "path": "inactiveFlag", "value": true }]);
    let path = format!("/system/callbacks/{off}");
    let reply = world
        .lock()
        .request(sandbox::API_MEMBER, "PATCH", &path, Some(&patch));
    assert_eq!(reply.status, 200);
    let old = address.replace("t-7f3a", "t-0000");
    world.lock().add_callback(&old, "company");
    world.lock().add_callback(OTHERS, "contact");

    let check = cloud.run(&["callbacks", "check", "--json"]).await;
    assert_eq!(check.code, 1, "{}", check.err);
    let told: Value = serde_json::from_str(&check.out).unwrap();
    assert_eq!(told["missing"], json!(["company"]));
    let told = told["entries"].as_array().unwrap();
    assert_eq!(told.len(), 2, "{told:?}");
    let wrong = |place: usize| told[place]["wrong"][0].as_str().unwrap();
    assert!(wrong(0).starts_with("it is switched off"), "{told:?}");
    assert!(wrong(1).starts_with("it sends to a path that"), "{told:?}");
    assert!(
        told[0]["url"]
            .as_str()
            .unwrap()
            .ends_with("/cw/t-7f…?recordId=")
    );

    let register = cloud.run(&["callbacks", "register"]).await;
    assert_eq!(register.code, 0, "{}{}", register.out, register.err);
    for words in ["entry", "repaired", "created", "deleted"] {
        assert!(register.out.contains(words), "{}", register.out);
    }
    let left = entries(&cloud);
    let (others, mine): (Vec<_>, Vec<_>) = left.into_iter().partition(|(url, ..)| url == OTHERS);
    assert_eq!(mine, ours(&cloud));
    assert_eq!(others.len(), 1);
}

#[tokio::test]
async fn only_ours_are_removed_and_only_when_somebody_said_so() {
    let cloud = empty().await;
    cloud.world().lock().add_callback(OTHERS, "contact");
    assert_eq!(cloud.run(&["callbacks", "register"]).await.code, 0);
    let asked = cloud.run(&["callbacks", "remove"]).await;
    assert_eq!(asked.code, 1, "{}", asked.err);
    assert_eq!(entries(&cloud).len(), 3);
    let removed = cloud.run(&["callbacks", "remove", "--yes"]).await;
    assert_eq!(removed.code, 0, "{}", removed.err);
    let left = entries(&cloud);
    assert_eq!(left, [(OTHERS.to_owned(), "contact".to_owned(), true)]);
    let nothing = cloud.run(&["callbacks", "remove"]).await;
    assert_eq!(nothing.code, 0, "{}", nothing.err);
    assert!(
        nothing.out.contains("nothing had to be done"),
        "{}",
        nothing.out
    );
}

#[tokio::test]
async fn an_entry_that_the_receiver_is_told_to_refuse_is_named() {
    let pinned = json!({ "callback_id": "1" });
    let cloud = Cloud::start_with("", pinned, no_entries).await;
    let register = cloud.run(&["callbacks", "register"]).await;
    assert_eq!(register.code, 1, "{}{}", register.out, register.err);
    assert_eq!(entries(&cloud), ours(&cloud));
    let told = joined(&register.out);
    assert!(
        told.contains("callback_id in the tenant's secret names other entries: add 2 there"),
        "{}",
        register.out
    );
}

#[tokio::test]
async fn keys_that_are_refused_end_it_before_anything_is_written() {
    let cloud = empty().await;
    for member in &mut cloud.world().lock().members {
        member.private_key = "another".to_owned();
    }
    let ran = cloud.run(&["callbacks", "register"]).await;
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.err
            .contains("the keys or the login company are not accepted"),
        "{}",
        ran.err
    );
    assert_eq!(entries(&cloud), []);
}
