//! What the samples come to in IT Glue and in Grow CRM.

use std::collections::BTreeMap;

use model::FindingKind;
use model::mirror::System;
use rollcall::replay::{Card, EventFate, InMirror, Record};
use sandbox::seed;

use super::{RUNS, event, first, made};
use crate::samples;

/// The first id that IT Glue gives in the sandbox.
const FIRST_CREATED: u64 = 4_600_000_000;

fn mirror(name: &str, system: System) -> Option<&'static InMirror> {
    let mut mirrors = event(name).mirrors.iter();
    mirrors.find(|mirror| mirror.system == system)
}

/// What was written to a mirror, in words, in order.
fn written(name: &str, system: System) -> Vec<String> {
    mirror(name, system).map_or_else(Vec::new, |mirror| made(&mirror.visits))
}

fn found(name: &str, system: System) -> Vec<FindingKind> {
    let findings = mirror(name, system).map(|mirror| &mirror.findings);
    let findings = findings.into_iter().flatten();
    findings.map(|finding| finding.kind).collect()
}

/// What became of the records of a mirror, line by line.
fn changed(name: &str, system: System) -> Vec<String> {
    let records = mirror(name, system).map(|mirror| &mirror.records);
    records.into_iter().flatten().flat_map(lines).collect()
}

fn lines(record: &Record) -> Vec<String> {
    let card = |card: &Option<Card>| {
        card.as_ref()
            .map_or_else(BTreeMap::new, |card| card.0.clone())
    };
    let (before, after) = (card(&record.before), card(&record.after));
    let gone = before
        .iter()
        .filter(|(name, was)| after.get(*name) != Some(was));
    let new = after
        .iter()
        .filter(|(name, is)| before.get(*name) != Some(is));
    let kind = record.kind;
    // How many records were created before is of no interest here.
    let id = match record.before {
        Some(_) if record.id < FIRST_CREATED => record.id.to_string(),
        _ => "(new)".to_owned(),
    };
    let gone = gone.map(|(name, was)| format!("{kind} {id} - {name}: {was}"));
    let new = new.map(|(name, is)| format!("{kind} {id} + {name}: {is}"));
    gone.chain(new).collect()
}

/// How many requests a mirror saw, by method.
fn requests(name: &str, system: System) -> Vec<(&'static str, usize)> {
    let requests = mirror(name, system).map(|mirror| &mirror.requests);
    let requests = requests.into_iter().flatten();
    requests
        .map(|(method, count)| (method.as_str(), *count))
        .collect()
}

#[test]
fn nothing_is_told_of_a_mirror_that_has_nothing_to_look_at() {
    for name in [
        "18-echo",
        "19-contact-without",
        "22-other-record",
        "23-key",
        "26-function",
    ] {
        assert!(event(name).mirrors.is_empty(), "{name}");
    }
    let refused = first()
        .events
        .values()
        .filter(|e| e.fate == EventFate::Refused);
    assert!(refused.clone().count() >= 14);
    assert!(refused.into_iter().all(|event| event.mirrors.is_empty()));
}

#[test]
fn at_least_twelve_samples_lead_from_a_callback_to_a_mirror() {
    let all = samples::all();
    let led = all.iter().filter(|sample| {
        let number = sample.path.trim_start_matches("callback-receiver/");
        number >= "45" && !first().events[&sample.path].mirrors.is_empty()
    });
    assert!(led.count() >= 12);
}

#[test]
fn a_second_replay_writes_nothing_to_a_mirror() {
    for (path, replayed) in &RUNS[1].events {
        for mirror in &replayed.mirrors {
            let system = mirror.system;
            assert!(
                mirror.requests.keys().all(|method| method == "GET"),
                "{path}: {mirror:#?}"
            );
            assert!(mirror.records.is_empty(), "{path}: {system}");
            assert_eq!(made(&mirror.visits), [""; 0], "{path}: {system}");
            let earlier = &first().events[path].mirrors;
            let earlier = earlier.iter().find(|earlier| earlier.system == system);
            // What it still has to look at is what a person has to settle.
            assert!(
                earlier.is_some() || mirror.fate == EventFate::Finding,
                "{path}: {mirror:#?}"
            );
        }
    }
}

#[test]
fn the_psa_is_only_read_for_a_mirror() {
    for (path, replayed) in &first().events {
        for mirror in &replayed.mirrors {
            assert!(
                mirror.psa_requests.keys().all(|method| method == "GET"),
                "{path}"
            );
            let reads = mirror.psa_requests.values().sum::<usize>();
            // The company and its contacts, whoever these lack, and the survivor of a merge. When everybody was carried
            // over, it is seen once whether nobody is left.
            assert!(reads <= 5 * mirror.visits.len(), "{path}: {reads}");
        }
    }
}

#[test]
fn nobody_is_welcomed_by_mail() {
    assert_eq!(RUNS.each_ref().map(|run| run.mails), [0, 0]);
}

#[test]
fn what_is_in_line_already_is_only_read() {
    for name in ["01-all-in-order", "51-former-names"] {
        for system in System::ALL {
            let mirror = mirror(name, system).unwrap();
            assert_eq!(mirror.fate, EventFate::Done, "{name}");
            assert_eq!(written(name, system), [""; 0], "{name}");
            assert!(
                mirror.requests.keys().all(|method| method == "GET"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_change_of_a_known_contact_costs_one_read_and_one_write() {
    let one_each = [("GET", 1), ("PATCH", 1)];
    for name in ["46-address", "47-name", "49-phone"] {
        for system in System::ALL {
            assert_eq!(requests(name, system), one_each, "{name}");
        }
    }
    for name in [
        "48-vip",
        "54-deactivated",
        "55-active",
        "56-moved",
        "57-contact",
        "60-address",
    ] {
        assert_eq!(requests(name, System::ItGlue), one_each, "{name}");
    }
    for name in ["54-deactivated", "57-contact"] {
        assert_eq!(
            requests(name, System::GrowCrm),
            [("DELETE", 1), ("GET", 1)],
            "{name}"
        );
    }
}

#[test]
fn a_batch_from_a_mirrors_queue_is_worked_on_there_alone() {
    for (name, system) in [
        ("mirror-itglue/01", System::ItGlue),
        ("mirror-growcrm/01", System::GrowCrm),
    ] {
        let replayed = event(name);
        assert!(
            replayed.visits.is_empty() && replayed.requests.is_empty(),
            "{name}"
        );
        let [mirror] = &replayed.mirrors[..] else {
            panic!("{name}: {:#?}", replayed.mirrors);
        };
        assert_eq!(
            (mirror.system, mirror.messages.len()),
            (system, 2),
            "{name}"
        );
        assert_eq!(mirror.visits.len(), 1, "{name}");
        assert_eq!(requests(name, system), [("GET", 3)], "{name}");
    }
    let fates = event("02-misdirected").mirrors[0].messages.iter();
    let fates: Vec<(EventFate, u32)> = fates
        .map(|message| (message.fate, message.deliveries))
        .collect();
    assert_eq!(fates[0], (EventFate::DeadLetter, 5));
    assert_eq!(fates[1].0, EventFate::Done);
}

#[test]
fn a_new_contact_is_created_in_both() {
    insta::assert_debug_snapshot!(changed("45-new", System::ItGlue), @r#"
    [
        "contact (new) + emails: pia.sandoval@harborline.example (Work) *",
        "contact (new) + important: no",
        "contact (new) + name: Pia Sandoval",
        "contact (new) + notes: Mirrored from ConnectWise contact 105001",
        "contact (new) + organization: 1220812 Harbor Line Freight",
        "contact (new) + phones: 3125550191 (Cell) *",
        "contact (new) + title: Night Dispatcher",
    ]
    "#);
    insta::assert_debug_snapshot!(changed("45-new", System::GrowCrm), @r#"
    [
        "contact (new) + account owner: no",
        "contact (new) + client: 1812 Harbor Line Freight",
        "contact (new) + email: pia.sandoval@harborline.example",
        "contact (new) + name: Pia Sandoval",
        "contact (new) + phone: 3125550191",
        "contact (new) + position: Night Dispatcher",
        "contact (new) + status: active",
    ]
    "#);
}

#[test]
fn what_is_changed_in_the_psa_follows() {
    insta::assert_debug_snapshot!(changed("46-address", System::ItGlue), @r#"
    [
        "contact 4500004712 - emails: josefa.almeida@harborline.example (Work) *",
        "contact 4500004712 + emails: j.almeida@harborline.example (Work) *",
    ]
    "#);
    insta::assert_debug_snapshot!(changed("46-address", System::GrowCrm), @r#"
    [
        "contact 304712 - email: josefa.almeida@harborline.example",
        "contact 304712 + email: j.almeida@harborline.example",
    ]
    "#);
    insta::assert_debug_snapshot!(changed("47-name", System::ItGlue), @r#"
    [
        "contact 4500004713 - name: Tariq Benali",
        "contact 4500004713 - title: Crane Operator",
        "contact 4500004713 + name: Tariq Benali-Roux",
        "contact 4500004713 + title: Crane Foreman",
    ]
    "#);
    insta::assert_debug_snapshot!(changed("47-name", System::GrowCrm), @r#"
    [
        "contact 304713 - name: Tariq Benali",
        "contact 304713 - position: Crane Operator",
        "contact 304713 + name: Tariq Benali-Roux",
        "contact 304713 + position: Crane Foreman",
    ]
    "#);
}

#[test]
fn a_vip_is_important_in_it_glue_and_nothing_to_grow_crm() {
    insta::assert_debug_snapshot!(changed("48-vip", System::ItGlue), @r#"
    [
        "contact 4500004714 - important: no",
        "contact 4500004714 + important: yes",
    ]
    "#);
    assert!(mirror("48-vip", System::GrowCrm).is_none());
}

#[test]
fn what_it_glue_alone_knows_stays() {
    insta::assert_debug_snapshot!(changed("49-phone", System::ItGlue), @r#"
    [
        "contact 4500004802 - phones: 3125550143 (Work) *, 3125550198 (Cell)",
        "contact 4500004802 + phones: 3125550198 (Cell), 3125550177 (Work) *",
    ]
    "#);
    let records = &mirror("49-phone", System::ItGlue).unwrap().records;
    let ilya = &records[0].after.as_ref().unwrap().0;
    assert!(ilya["phones"].contains(seed::ITGLUE_ONLY_CELL));
    assert!(ilya["notes"].starts_with("Wants invoices as PDF."));
    assert_eq!(ilya["location"], "Main");
    insta::assert_debug_snapshot!(changed("49-phone", System::GrowCrm), @r#"
    [
        "contact 304802 - phone: 3125550143",
        "contact 304802 + phone: 3125550177",
    ]
    "#);
}

#[test]
fn the_account_owner_follows_the_default_contact() {
    assert!(mirror("50-default", System::ItGlue).is_none());
    insta::assert_debug_snapshot!(written("50-default", System::GrowCrm), @r#"
    [
        "make Grow CRM contact 304712 the account owner of client 1812, in place of 304711, for contact 4712",
    ]
    "#);
    insta::assert_debug_snapshot!(changed("50-default", System::GrowCrm), @r#"
    [
        "contact 304711 - account owner: yes",
        "contact 304711 + account owner: no",
        "contact 304712 - account owner: no",
        "contact 304712 + account owner: yes",
    ]
    "#);
}

#[test]
fn of_two_with_one_address_the_one_whose_name_the_portal_user_bears_has_it() {
    insta::assert_debug_snapshot!(written("02-portal-address", System::GrowCrm), @r#"
    [
        "create a contact in Grow CRM, of client 1820, for contact 82003",
        "create a contact in Grow CRM, of client 1820, for contact 82007",
        "set all fields of Grow CRM contact 382008, for contact 82008",
        "create a contact in Grow CRM, of client 1820, for contact 82009",
        "create a contact in Grow CRM, of client 1820, for contact 82030",
        "create a contact in Grow CRM, of client 1820, for contact 82031",
        "create a contact in Grow CRM, of client 1820, for contact 82032",
        "create a contact in Grow CRM, of client 1820, for contact 82033",
        "create a contact in Grow CRM, of client 1820, for contact 82034",
        "create a contact in Grow CRM, of client 1820, for contact 82035",
        "create a contact in Grow CRM, of client 1820, for contact 82036",
        "create a contact in Grow CRM, of client 1820, for contact 82037",
    ]
    "#);
    let findings = &mirror("02-portal-address", System::GrowCrm)
        .unwrap()
        .findings;
    let words: Vec<&str> = findings.iter().map(|finding| &*finding.words).collect();
    insta::assert_debug_snapshot!(words, @r#"
    [
        "contact 82002 has no email address, which Grow CRM insists on; it is mirrored once somebody has completed it",
        "contact 82004 has the same address as contact 82005, and no two portal users can have the same; it is not mirrored",
        "contact 82006 has the address of Grow CRM contact 382101, which belongs to another client (1821); a portal user belongs to one only; it is not mirrored",
        "Grow CRM dropped what its contact 382008 had for linkedin when it was written to for contact 82008; a person should enter that again, and the journal has the record as it was",
    ]
    "#);
    let requests = requests("02-portal-address", System::GrowCrm);
    assert_eq!(requests, [("GET", 13), ("PATCH", 1), ("POST", 11)]);
}

#[test]
fn a_merge_is_carried_to_both_mirrors() {
    insta::assert_debug_snapshot!(written("52-merged", System::ItGlue), @r#"
    [
        "set contact-emails, contact-phones of IT Glue contact 4500087002, for contact 87002",
        "remove IT Glue contact 4500087020, for contact 87020",
    ]
    "#);
    insta::assert_debug_snapshot!(written("52-merged", System::GrowCrm), @r#"
    [
        "remove Grow CRM contact 387020, for contact 87020",
    ]
    "#);
    let records = &mirror("52-merged", System::ItGlue).unwrap().records;
    let [survivor, loser] = &records[..] else {
        panic!("{records:#?}");
    };
    assert!(loser.after.is_none());
    let survivor = &survivor.after.as_ref().unwrap().0;
    assert!(survivor["phones"].contains(seed::ITGLUE_ONLY_PHONE_OF_FORMER));
    assert!(survivor["emails"].contains("edith.varga@birchwood.example"));
}

#[test]
fn a_record_on_which_a_password_hangs_is_kept_and_told() {
    insta::assert_debug_snapshot!(written("53-merged", System::ItGlue), @r#"
    [
        "set contact-emails, contact-phones of IT Glue contact 4500087003, for contact 87003",
        "set contact-type-id, notes of IT Glue contact 4500087021, for contact 87021",
    ]
    "#);
    assert_eq!(found("53-merged", System::ItGlue), [FindingKind::Orphan]);
    insta::assert_debug_snapshot!(written("53-merged", System::GrowCrm), @r#"
    [
        "remove Grow CRM contact 387021, for contact 87021",
    ]
    "#);
}

#[test]
fn who_is_inactive_is_retired_and_who_is_active_again_is_back() {
    insta::assert_debug_snapshot!(changed("54-deactivated", System::ItGlue), @r#"
    [
        "contact 4500004715 - notes: Mirrored from ConnectWise contact 4715",
        "contact 4500004715 + notes: Inactive in ConnectWise since 2026-03-04. / Mirrored from ConnectWise contact 4715",
        "contact 4500004715 + type: Inactive (PSA)",
    ]
    "#);
    insta::assert_debug_snapshot!(written("54-deactivated", System::GrowCrm), @r#"
    [
        "remove Grow CRM contact 304715, for contact 4715",
    ]
    "#);
    insta::assert_debug_snapshot!(changed("55-active", System::ItGlue), @r#"
    [
        "contact 4500004715 - notes: Inactive in ConnectWise since 2026-03-04. / Mirrored from ConnectWise contact 4715",
        "contact 4500004715 - type: Inactive (PSA)",
        "contact 4500004715 + notes: Mirrored from ConnectWise contact 4715",
    ]
    "#);
    insta::assert_debug_snapshot!(written("55-active", System::GrowCrm), @r#"
    [
        "create a contact in Grow CRM, of client 1812, for contact 4715",
    ]
    "#);
}

#[test]
fn who_moved_is_moved_or_told() {
    insta::assert_debug_snapshot!(changed("56-moved", System::ItGlue), @r#"
    [
        "contact 4500004717 - organization: 1220812 Harbor Line Freight",
        "contact 4500004717 + organization: 1220862 Juniper Health",
    ]
    "#);
    assert_eq!(written("56-moved", System::GrowCrm), [""; 0]);
    assert_eq!(
        found("56-moved", System::GrowCrm),
        [FindingKind::NotMirrored]
    );
}

#[test]
fn who_was_deleted_is_retired_in_it_glue_and_removed_from_grow_crm() {
    insta::assert_debug_snapshot!(changed("57-contact", System::ItGlue), @r#"
    [
        "contact 4500086138 - notes: Mirrored from ConnectWise contact 86138",
        "contact 4500086138 + notes: Deleted in ConnectWise / Mirrored from ConnectWise contact 86138",
        "contact 4500086138 + type: Inactive (PSA)",
    ]
    "#);
    assert_eq!(found("57-contact", System::ItGlue), [FindingKind::Orphan]);
    insta::assert_debug_snapshot!(written("57-contact", System::GrowCrm), @r#"
    [
        "remove Grow CRM contact 386138, for contact 86138",
    ]
    "#);
}

#[test]
fn what_cannot_be_mirrored_is_told_and_nothing_is_written() {
    for (name, system, kind) in [
        ("58-no-organization", System::ItGlue, FindingKind::NoMirror),
        ("58-no-organization", System::GrowCrm, FindingKind::NoMirror),
        ("59-owned", System::ItGlue, FindingKind::NativeSync),
        ("59-owned", System::GrowCrm, FindingKind::NoMirror),
        ("60-address", System::GrowCrm, FindingKind::NotMirrored),
    ] {
        assert_eq!(found(name, system), [kind], "{name} in {system}");
        assert_eq!(written(name, system), [""; 0], "{name} in {system}");
        assert_eq!(mirror(name, system).unwrap().fate, EventFate::Finding);
    }
    insta::assert_debug_snapshot!(changed("60-address", System::ItGlue), @r#"
    [
        "contact (new) - title: Teacher",
        "contact (new) + title: Head Teacher",
    ]
    "#);
}
