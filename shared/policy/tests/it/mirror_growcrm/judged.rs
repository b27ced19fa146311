//! Modes, words and the second judgment.

use model::growcrm::ClientId;
use model::{Action, ContactId, FindingKind, Mode};

use super::crm::{ADA, BEN, CIA, CLIENT, Crm, ada, ben, cia};

#[test]
fn what_is_observed_is_told_and_only_what_needs_no_write_is_written_down() {
    let mut crm = Crm::new([ada(), ben(), cia()]).mirrored();
    crm.rules = crm.rules.clone().in_mode(Mode::Observe);
    crm.forget_digests();
    crm.edit(BEN, |ben| ben.last_name = "King".into());
    insta::assert_snapshot!(crm.told(&[BEN, CIA]), @"
    read record 102
    read record 103
    withheld (observe) [1] mirror-growcrm: set all fields of Grow CRM contact 102, for contact 21
          because last name is not as contact 21 has it
    finding mirror-growcrm: proposed, company 1, contact 21: this would be done if the mirror were enforced: set all fields of Grow CRM contact 102, for contact 21
    map: the record of 22 is 103
    ");
}

#[test]
fn the_words_hold_nothing_of_a_person() {
    let mut crm = Crm::new([ada(), ben()]).mirrored().with(cia());
    crm.set_email(CIA, "ben@x.example");
    crm.edit(ADA, |ada| ada.active = false);
    crm.company.default_contact = Some(BEN);
    let told = crm.told(&[ADA, BEN, CIA]);
    for private in ["Ada", "Ben", "Cia", "example", "Hall", "Harbor"] {
        assert!(!told.contains(private), "{told}");
    }
}

#[test]
fn the_checker_objects_to_what_must_never_be_written() {
    use model::growcrm::Fields;
    use model::mirror::{Call, GrowCrmCall};

    let mut crm = Crm::new([ada(), ben()]).mirrored();
    let elsewhere = crm.add_record(ClientId::new(99), "Eve", "Sun", "eve@x.example");
    let (of_ada, of_ben) = (crm.record_of(ADA), crm.record_of(BEN));
    crm.edit(ADA, |ada| ada.active = false);
    crm.edit(BEN, |ben| ben.last_name = "Hall-King".into());
    let mut snapshot = crm.read(&[ADA, BEN]);
    snapshot
        .records
        .insert(elsewhere, crm.records.get(&elsewhere).cloned());
    let fields = |email: &str| Fields {
        first_name: "Ben".into(),
        last_name: "Hall".into(),
        email: email.into(),
        phone: None,
        position: None,
    };
    let blank = Fields {
        last_name: " ".into(),
        ..fields("ben@x.example")
    };
    let update = |record, fields| GrowCrmCall::Update { record, fields };
    let create = |send_email, fields| GrowCrmCall::Create {
        client: CLIENT,
        fields,
        send_email,
    };
    let objections = |calls: Vec<(ContactId, GrowCrmCall)>| {
        let mut plan = policy::mirror::growcrm::plan(&snapshot, &crm.rules);
        let template = plan.plan.changes.first().cloned();
        plan.map.clear();
        plan.plan.changes = Vec::new();
        for (contact, call) in calls {
            let mut change = template.clone().expect("a change to take after");
            change.action = Action::Mirror {
                contact,
                call: Call::GrowCrm(call),
            };
            plan.plan.changes.push(change);
        }
        policy::mirror::growcrm::check(&snapshot, &crm.rules, &plan).join("\n")
    };
    assert_eq!(
        objections(vec![(BEN, update(of_ben, fields("new@x.example")))]),
        ""
    );
    let told = [
        vec![(ADA, GrowCrmCall::Remove { record: of_ada })],
        vec![(BEN, GrowCrmCall::Remove { record: of_ben })],
        vec![(BEN, update(of_ben, blank))],
        vec![(BEN, update(of_ben, fields("ADA@x.example")))],
        vec![(BEN, update(of_ada, fields("new@x.example")))],
        vec![(BEN, update(elsewhere, fields("new@x.example")))],
        vec![(BEN, create(true, fields("new@x.example")))],
        vec![
            (BEN, update(of_ben, fields("a@x.example"))),
            (BEN, update(of_ben, fields("b@x.example"))),
        ],
    ]
    .map(objections)
    .join("\n--\n");
    insta::assert_snapshot!(told, @"
    change 1: Grow CRM contact 101 is the account owner
    --
    change 1: contact 21 is an active one of the company
    --
    change 1: a field that must be there is blank
    --
    change 1: the address is somebody else's by then
    --

    --
    change 1: Grow CRM contact 103 is another client's
    --
    change 1: contact 21 has a record already
    change 1: nobody is to be mailed a welcome
    --
    change 2: Grow CRM contact 102 would be updated twice
    ");
    crm.rules = crm.rules.clone().in_mode(Mode::Observe);
    let plan = crm.plan_of(&snapshot);
    assert_eq!(plan.plan.changes, []);
    assert!(
        plan.plan
            .findings
            .iter()
            .any(|f| f.kind == FindingKind::Proposed)
    );
}
