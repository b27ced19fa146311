//! Merge duplicates.

use model::{
    Action, CustomField, GroupId, Membership, Mode, Note, NoteId, Pair, RecordId, RecordKind,
    Reference, Rule,
};
use policy::{Need, Rules};

use crate::world::{
    COMPANY, company, contact, enforce, id_of, inactive, invited, labeled, past, plan, plan_with,
    primary_label,
};

fn john() -> model::Contact {
    contact(10, "John", "Smith").with_email(1, "john.smith@x.example")
}

fn copy() -> model::Contact {
    contact(11, "Smith, John", "").with_email(2, "john.smith@x.example")
}

#[test]
fn nothing_is_done_to_different_people() {
    insta::assert_snapshot!(plan(&company([john(), contact(11, "Ada", "Byron")])), @"nothing to do");
}

#[test]
fn the_copy_an_email_connector_made_is_merged_into_the_original() {
    insta::assert_snapshot!(plan(&company([john(), copy()])), @"
    change [1] merge-duplicates: merge contact 11 into 10; no reference moves with it
          because one person in two records; 10 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
    ");
}

#[test]
fn everything_the_loser_has_is_copied_before_the_merge() {
    let mut loser = copy()
        .with_email(3, "jsmith@home.example")
        .with_phone(4, "312 555 0101")
        .with_field("title", "Owner")
        .with_field("addressLine1", "40 Wharf Road");
    loser.types.push(primary_label());
    loser.custom_fields.push(CustomField {
        id: 15,
        caption: "Floor".to_owned(),
        value: serde_json::Value::from("3").into(),
    });
    let survivor = john()
        .with_phone(5, "312 555 0199")
        .with_field("title", "CEO");
    let mut now = company([survivor, loser]);
    now.company.billing_contact = Some(id_of(11));
    let details = now.details.get_mut(&id_of(11)).unwrap();
    details.references = vec![Reference {
        kind: RecordKind::ServiceTicket,
        record: RecordId::new(900),
        field: "contact".to_owned(),
    }];
    details.groups = vec![Membership {
        group: GroupId::new(7),
        description: None,
        unsubscribed: false,
    }];
    details.notes = vec![Note {
        id: NoteId::new(70),
        text: "prefers mail".into(),
        type_id: None,
        flagged: false,
    }];
    insta::assert_snapshot!(plan(&now), @r#"
    change [1] merge-duplicates: make 10 the billing contact of company 1, in place of 11
          because contact 11 is about to be merged into 10
    change [1] merge-duplicates: add another email to contact 10
          because contact 11 has it and 10 does not
    change [1] merge-duplicates: add another phone to contact 10
          because contact 11 has it and 10 does not
    change [1] merge-duplicates: label contact 10 "Primary"
          because contact 11 carries it and 10 does not
    change [1] merge-duplicates: put contact 10 into marketing group 7
          because contact 11 is in it and 10 is not
    change [1] merge-duplicates: fill addressLine1, customFields/15 of contact 10
          because 11 says it and 10 does not
    change [1] merge-duplicates: write a note on contact 10
          because the notes of 11, or what it says otherwise, would be lost
    change [1] merge-duplicates: merge contact 11 into 10; 1 reference moves with it
          because one person in two records; 10 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
          - different phone numbers (-3)
          - different titles (-4)
    "#);
}

#[test]
fn the_careful_way_moves_each_reference_and_keeps_the_record() {
    let mut rules = enforce();
    rules.merge.method = policy::rules::MergeMethod::Retire;
    let mut now = company([john(), copy()]);
    now.details.get_mut(&id_of(11)).unwrap().references = vec![Reference {
        kind: RecordKind::Agreement,
        record: RecordId::new(31),
        field: "billToContact".to_owned(),
    }];
    insta::assert_snapshot!(plan_with(&now, &rules), @"
    change [1] merge-duplicates: point agreement 31 (billToContact) at contact 10, in place of 11
          because contact 11 is about to be merged into 10
    change [1] merge-duplicates: write a note on contact 11
          because contact 11 is about to be merged into 10
    change [1] merge-duplicates: make contact 11 inactive
          because one person in two records; 10 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
    ");
}

#[test]
fn a_retired_record_is_not_found_again() {
    let mut now = company([john(), inactive(copy())]);
    let action = Action::Retire { contact: id_of(11) };
    past(
        &mut now,
        Rule::MergeDuplicates,
        action,
        model::Outcome::Done,
    );
    insta::assert_snapshot!(plan(&now), @"nothing to do");
}

#[test]
fn a_merge_waits_until_what_hangs_on_both_records_is_known() {
    let mut now = company([john(), copy()]);
    now.details.clear();
    insta::assert_snapshot!(plan(&now), @"nothing to do");
    let needs = policy::needs(&now, &enforce());
    assert_eq!(
        needs.into_iter().collect::<Vec<_>>(),
        [Need::Details(id_of(11)), Need::Belongings(id_of(10))]
    );
}

#[test]
fn the_default_contact_survives_even_if_younger_and_poorer() {
    let mut now = company([john().with_phone(5, "312 555 0199"), copy()]);
    now.company.default_contact = Some(id_of(11));
    insta::assert_snapshot!(plan(&now), @"
    change [1] merge-duplicates: add a default phone to contact 11
          because contact 10 has it and 11 does not
    change [1] merge-duplicates: merge contact 10 into 11; no reference moves with it
          because one person in two records; 11 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
    ");
}

#[test]
fn the_order_of_preferences_is_the_rules_to_set() {
    let mut rules = enforce();
    rules.merge.survivor = vec![policy::rules::Preference::Complete];
    let now = company([john(), copy().with_phone(4, "312 555 0101")]);
    insta::assert_snapshot!(plan_with(&now, &rules), @"
    change [1] merge-duplicates: add a default phone to contact 10
          because contact 11 has it and 10 does not
    change [1] merge-duplicates: merge contact 11 into 10; no reference moves with it
          because one person in two records; 10 survives because it is the oldest
          - same email address, which spells the name (+60)
          - same name (+40)
    ");
}

#[test]
fn three_records_of_one_person_become_one() {
    let third = contact(12, "john.smith", "").with_email(6, "john.smith@x.example");
    insta::assert_snapshot!(plan(&company([john(), copy(), third])), @"
    change [1] merge-duplicates: merge contact 11 into 10; no reference moves with it
          because one person in two records; 10 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
    change [2] merge-duplicates: merge contact 12 into 10; no reference moves with it
          because one person in two records; 10 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
    ");
}

#[test]
fn an_inactive_copy_is_merged_into_the_active_one() {
    let now = company([contact(5, "Ada", "Byron"), inactive(john()), copy()]);
    insta::assert_snapshot!(plan(&now), @"
    change [1] merge-duplicates: merge contact 10 into 11; no reference moves with it
          because one person in two records; 11 survives because it is the oldest
          - same email address, which spells the name (+60)
          - same name (+40)
    ");
}

#[test]
fn two_inactive_copies_are_left_to_a_person() {
    let now = company([
        contact(5, "Ada", "Byron"),
        inactive(john()),
        inactive(copy()),
    ]);
    insta::assert_snapshot!(plan(&now), @"
    finding merge-duplicates: possible-duplicate, company 1, contact 10 and 11: these are one person, but all are inactive, and the PSA merges only into an active contact; a person should reactivate one or leave them
          - same name (+40)
          - same email address, which spells the name (+60)
    ");
}

#[test]
fn a_likely_pair_is_for_a_person_to_judge() {
    let now = company([john(), contact(11, "John", "Smith")]);
    insta::assert_snapshot!(plan(&now), @"
    finding merge-duplicates: possible-duplicate, company 1, contact 10 and 11: these may be one person, but it is not certain; a person should compare them and merge or reject the pair
          - same name (+40)
    ");
}

#[test]
fn two_portal_logins_with_different_addresses_are_for_a_person_to_judge() {
    let other = contact(11, "John", "Smith")
        .with_email(3, "jsmith@home.example")
        .with_email(4, "john.smith@x.example");
    insta::assert_snapshot!(plan(&company([invited(john()), invited(other)])), @"
    change [1] portal-invite: switch off the portal login of contact 10
          because the email of contact 10 is the portal login of contact 11, so a portal mail could not reach this person alone
    finding merge-duplicates: possible-duplicate, company 1, contact 10 and 11: these are one person, but have portal logins with different addresses; a person should decide which login stays
          - same name (+40)
          - same email address, which spells the name (+60)
    finding portal-invite: portal-held, company 1, contact 10: the email of contact 10 is the portal login of contact 11; the portal login is held until somebody adds a usable email of its own
    ");
}

#[test]
fn what_a_person_told_apart_is_never_proposed() {
    let mut now = company([john(), copy()]);
    now.memory.distinct.insert(Pair::new(id_of(11), id_of(10)));
    insta::assert_snapshot!(plan(&now), @"nothing to do");
}

#[test]
fn the_primary_label_is_not_carried_over_but_follows_the_primary_contact() {
    let mut now = company([john(), labeled(copy())]);
    now.primary_label = Some(primary_label());
    insta::assert_snapshot!(plan(&now), @r#"
    change [1] merge-duplicates: merge contact 11 into 10; no reference moves with it
          because one person in two records; 10 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
    change [2] primary-contact: label contact 10 "Primary"
          because the label belongs on the default contact
    "#);
}

#[test]
fn a_plan_with_too_many_merges_waits_for_a_person() {
    let mut rules = enforce();
    rules.limits.merges_per_visit = 0;
    insta::assert_snapshot!(plan_with(&company([john(), copy()]), &rules), @"
    withheld (review) [1] merge-duplicates: merge contact 11 into 10; no reference moves with it
          because one person in two records; 10 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
    finding merge-duplicates: blast-radius, company 1: 1 merges in one visit are more than the 0 that the rules allow (limits.merges-per-visit); none is made until a person has looked
    ");
}

#[test]
fn observing_plans_the_same_and_writes_nothing() {
    let rules = Rules::default();
    insta::assert_snapshot!(plan_with(&company([john(), copy()]), &rules), @"
    withheld (observe) [1] merge-duplicates: merge contact 11 into 10; no reference moves with it
          because one person in two records; 10 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
    ");
    let mut here = Rules::default();
    here.companies
        .entry(COMPANY)
        .or_default()
        .insert(Rule::MergeDuplicates, Mode::Enforce);
    let written = policy::plan(&company([john(), copy()]), &here);
    assert_eq!(written.changes.len(), 1);
    let objections = policy::check(&company([john(), copy()]), &rules, &written);
    assert_eq!(
        objections[0].to_string(),
        "change 1: merge-duplicates may not write here"
    );
}

#[test]
fn an_opt_out_of_marketing_mail_survives() {
    let mut loser = copy();
    let yes = model::PrivateValue::from(true);
    loser.fields.insert("unsubscribeFlag".to_owned(), yes);
    let mut now = company([john(), loser]);
    let membership = |unsubscribed| Membership {
        group: GroupId::new(7),
        description: None,
        unsubscribed,
    };
    now.details.get_mut(&id_of(10)).unwrap().groups = vec![membership(false)];
    now.details.get_mut(&id_of(11)).unwrap().groups = vec![membership(true)];
    insta::assert_snapshot!(plan(&now), @"
    change [1] merge-duplicates: fill unsubscribeFlag of contact 10
          because 11 says it and 10 does not
    change [1] merge-duplicates: write a note on contact 10
          because the notes of 11, or what it says otherwise, would be lost
    change [1] merge-duplicates: merge contact 11 into 10; no reference moves with it
          because one person in two records; 10 survives because it is the company's default contact
          - same email address, which spells the name (+60)
          - same name (+40)
    ");
}

#[test]
fn a_note_of_another_merge_is_not_taken_for_this_one() {
    let mut loser = copy();
    loser.id = id_of(471);
    let mut now = company([john(), loser]);
    let note = |text: &str| Note {
        id: NoteId::new(70),
        text: text.into(),
        type_id: None,
        flagged: false,
    };
    now.details.get_mut(&id_of(10)).unwrap().notes = vec![note(
        "Merged from contact 4711. Kept from it:\nnote: prefers mail",
    )];
    now.details.get_mut(&id_of(471)).unwrap().notes = vec![note("prefers mail")];
    assert_eq!(policy::plan(&now, &enforce()).changes.len(), 2);
    now.details.get_mut(&id_of(10)).unwrap().notes = vec![note(
        "Merged from contact 471. Kept from it:\nnote: prefers mail",
    )];
    assert_eq!(policy::plan(&now, &enforce()).changes.len(), 1);
    // Somebody has written another note since.
    let later = note("has moved to Ely");
    now.details.get_mut(&id_of(471)).unwrap().notes.push(later);
    let changes = policy::plan(&now, &enforce()).changes;
    let Action::AddNote { text, .. } = &changes[0].action else {
        panic!("the later note is not kept")
    };
    let kept = "Merged from contact 471. Kept from it:\nnote: has moved to Ely";
    assert_eq!(text.reveal(), kept);
}

#[test]
fn what_was_kept_of_one_record_among_the_notes_of_another_is_not_kept_twice() {
    let mut third = copy();
    third.id = id_of(12);
    let mut now = company([john(), copy(), third]);
    let note = |text: &str| Note {
        id: NoteId::new(70),
        text: text.into(),
        type_id: None,
        flagged: false,
    };
    let kept = "Merged from contact 12. Kept from it:\nnote: prefers mail";
    // A merge of 12 into 11 got no further than its note.
    now.details.get_mut(&id_of(11)).unwrap().notes = vec![note(kept)];
    now.details.get_mut(&id_of(12)).unwrap().notes = vec![note("prefers mail")];
    let texts = |now: &model::Snapshot| -> Vec<String> {
        let changes = policy::plan(now, &enforce()).changes.into_iter();
        let texts = changes.filter_map(|change| match change.action {
            Action::AddNote { text, .. } => Some(text.reveal().to_owned()),
            _ => None,
        });
        texts.collect()
    };
    let carried = format!("Merged from contact 11. Kept from it:\nnote: {kept}");
    assert_eq!(texts(&now), std::slice::from_ref(&carried));
    // The visit ended there; the next one finds it among the survivor's notes.
    now.details.get_mut(&id_of(10)).unwrap().notes = vec![note(&carried)];
    assert_eq!(texts(&now), [] as [String; 0]);
}

#[test]
fn a_contact_that_cannot_be_read_whole_is_merged_by_hand() {
    let mut now = company([john(), copy()]);
    now.details.remove(&id_of(11));
    now.unreadable.insert(id_of(11));
    insta::assert_snapshot!(plan(&now), @"
    finding merge-duplicates: possible-duplicate, company 1, contact 10 and 11: these are one person, but the API member's role may not read what hangs on contact 11, so nothing is merged; widen the role, or merge them by hand
          - same email address, which spells the name (+60)
          - same name (+40)
    ");
    assert!(policy::needs(&now, &enforce()).is_empty());
}

#[test]
fn nothing_is_done_at_a_company_whose_contacts_do_not_show_it() {
    let mut now = company([john(), copy()]);
    now.hidden.insert(id_of(12));
    insta::assert_snapshot!(plan(&now), @"finding primary-contact: no-company, company 1, contact 12: the API member's role does not see the company of these contacts, so nothing is done at this company; check the role");
}

/// Of a large company, only these two were read, and the visit is about the second.
fn seen_around(contacts: &[u32]) -> model::Snapshot {
    let mut now = company([john(), copy()]);
    now.scope = model::Scope::Focused {
        on: [id_of(11)].into(),
    };
    now.read_around = contacts.iter().copied().map(id_of).collect();
    now
}

#[test]
fn in_a_large_company_a_merge_waits_until_both_are_read_around() {
    let needs = |contacts: &[u32]| policy::needs(&seen_around(contacts), &enforce());
    assert_eq!(needs(&[11]), [Need::Surroundings(id_of(10))].into());
    assert_eq!(needs(&[10, 11]), [].into());
    let plan = policy::plan(&seen_around(&[10, 11]), &enforce());
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(plan.findings, []);
}

#[test]
fn those_who_cannot_be_read_around_are_left_to_a_person() {
    let now = seen_around(&[11]);
    let plan = policy::plan(&now, &enforce());
    assert_eq!(plan.changes, []);
    let [finding] = &plan.findings[..] else {
        panic!("{:?}", plan.findings)
    };
    assert_eq!(finding.kind, model::FindingKind::PossibleDuplicate);
    assert_eq!(finding.contacts, [id_of(10), id_of(11)]);
    assert!(!finding.evidence.is_empty());
    // Nor would the checker have let it pass.
    let merged = policy::plan(&seen_around(&[10, 11]), &enforce());
    let objections = policy::check(&now, &enforce(), &merged);
    assert!(
        objections
            .iter()
            .any(|objection| objection.words.contains("not everybody was read")),
        "{objections:?}"
    );
}
