//! Whether a record still shows what a write expects to overwrite.

use model::{CommunicationId, CommunicationKind, CompanyId, ContactTypeId, Login, Portal};
use serde_json::{Value, json};

use super::*;

const ID: ContactId = ContactId::new(1);

fn contact() -> Contact {
    Contact::new(ID, CompanyId::new(9), "Ada", "Byron")
        .with_email(5, "ada@x.example")
        .with_email(6, "ada@y.example")
        .with_field("title", "Owner")
}

fn set(field: &str, before: Value) -> Action {
    Action::SetFields {
        contact: ID,
        fields: vec![FieldChange {
            field: field.to_owned(),
            before: Some(before.into()),
            after: json!("Buyer").into(),
        }],
    }
}

fn stands_now(action: &Action) -> bool {
    stands(&contact(), action, Some(&contact()))
}

#[test]
fn a_field_is_written_while_it_holds_what_it_held() {
    assert!(stands_now(&set("title", json!("Owner"))));
    assert!(!stands_now(&set("title", json!("Clerk"))));
    assert!(
        !stands_now(&set("title", json!(null))),
        "somebody filled it"
    );
    assert!(stands_now(&set("city", json!(""))), "blank is blank");
    assert!(
        stands_now(&set("unsubscribeFlag", json!(false))),
        "off is off"
    );
}

#[test]
fn a_default_item_is_changed_while_it_is_the_default_and_the_other_is_there() {
    let change = |before: Option<u32>, after: Option<u32>| Action::SetDefaultCommunication {
        contact: ID,
        kind: CommunicationKind::Email,
        before: before.map(CommunicationId::new),
        after: after.map(CommunicationId::new),
    };
    assert!(stands_now(&change(Some(5), Some(6))));
    assert!(!stands_now(&change(Some(6), Some(5))), "it is another one");
    assert!(!stands_now(&change(None, Some(6))), "there is one now");
    assert!(!stands_now(&change(Some(5), Some(7))), "it is gone");
}

#[test]
fn access_is_changed_while_it_is_what_it_was() {
    let change = |login| Action::SetPortal {
        contact: ID,
        before: Portal { login, level: None },
        after: contact().portal,
    };
    assert!(stands_now(&change(Login::Disabled)));
    assert!(!stands_now(&change(Login::Enabled)));
}

#[test]
fn a_mail_goes_to_who_is_let_in_and_has_the_address() {
    let mail = |address: &str| Action::RequestPassword {
        contact: ID,
        email: address.parse().unwrap(),
    };
    let before = contact();
    let mut now = contact();
    assert!(
        !stands(&now, &mail("ada@x.example"), Some(&before)),
        "not let in"
    );
    now.portal.login = Login::Enabled;
    assert!(stands(&now, &mail("ada@x.example"), Some(&before)));
    assert!(!stands(&now, &mail("ada@z.example"), Some(&before)));
}

#[test]
fn a_contact_is_retired_unless_somebody_did_it() {
    let retire = Action::Retire { contact: ID };
    let mut inactive = contact();
    inactive.active = false;
    assert!(stands(&contact(), &retire, Some(&contact())));
    assert!(!stands(&inactive, &retire, Some(&contact())));
}

#[test]
fn whoever_was_moved_to_another_company_is_left_to_its_visits() {
    let mut moved = contact();
    moved.company = Some(CompanyId::new(10));
    let retire = Action::Retire { contact: ID };
    for action in [set("title", json!("Owner")), retire] {
        assert!(!stands(&moved, &action, Some(&contact())));
    }
}

#[test]
fn a_label_is_expected_on_whom_the_psa_may_have_carried_it_to() {
    let label = |id: u32| TypeLabel {
        id: ContactTypeId::new(id),
        name: format!("label {id}"),
    };
    let mut now = contact();
    now.types = vec![label(1), label(2)];
    let carried = BTreeSet::from([ContactTypeId::new(1), ContactTypeId::new(3)]);
    assert_eq!(
        with_carried(contact(), &now, Some(&carried)).types,
        [label(1)]
    );
    assert_eq!(with_carried(contact(), &now, None).types, []);
}
