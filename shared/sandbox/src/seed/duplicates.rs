//! Companies in which one person is several contacts, and some in which it only looks so.

use serde_json::json;

use super::{
    draft::{Company, record_of},
    *,
};
use crate::{kind::Kind, world::World};

/// Adds them.
pub(super) fn add(world: &mut World) {
    granite_peak(world);
    lakeside(world);
    meridian(world);
    cedar_hollow(world);
    orchard(world);
}

/// What the email connector makes of a known person: the local part as the first name.
fn granite_peak(world: &mut World) {
    let company = Company::new(
        world,
        GRANITE_PEAK,
        "GranitePeak",
        "Granite Peak Builders",
        "granitepeak.example",
    );
    company
        .person(83001, "Rosa", "Delgado")
        .title("Owner")
        .own_email()
        .phone("2185550101")
        .portal(4)
        .primary()
        .add(world);
    company
        .person(JOHN_SMITH, "John", "Smith")
        .title("Site Manager")
        .own_email()
        .phone("2185550102")
        .portal(2)
        .add(world);
    company
        .person(JOHN_SMITH_DUPLICATE, "john.smith", "")
        .email("john.smith@granitepeak.example")
        .other_email("john.smith.site@granitepeak.example")
        .mobile("2185550177")
        .label(2)
        .made_by_connector()
        .add(world);
    for words in [
        "VPN drops on the site trailer",
        "New laptop for crew lead",
        "Cannot print permits",
    ] {
        record_of(world, Kind::ServiceTicket, JOHN_SMITH, words);
    }
    for words in ["Re: quote for tablets", "Fwd: scanner does not mail"] {
        record_of(world, Kind::ServiceTicket, JOHN_SMITH_DUPLICATE, words);
    }
    record_of(
        world,
        Kind::Activity,
        JOHN_SMITH_DUPLICATE,
        "Call back about tablets",
    );
    record_of(
        world,
        Kind::Configuration,
        JOHN_SMITH_DUPLICATE,
        "GP-LAPTOP-07",
    );
    for text in [
        "Prefers to be called before seven.",
        "Asked for a quote for three tablets.",
    ] {
        world.add(
            Kind::Note,
            json!({ "contactId": JOHN_SMITH_DUPLICATE, "text": text, "type": { "id": 1 } }),
        );
    }
    for (group, contact) in [
        (1, JOHN_SMITH_DUPLICATE),
        (2, JOHN_SMITH_DUPLICATE),
        (2, JOHN_SMITH),
    ] {
        world.add(
            Kind::GroupMembership,
            json!({ "group": { "id": group }, "contact": { "id": contact } }),
        );
    }
    company.colleagues(world, 83030, 11);
}

/// Names the wrong way round, with the comma left in; and one person three times.
fn lakeside(world: &mut World) {
    let company = Company::new(
        world,
        LAKESIDE,
        "LakesideVet",
        "Lakeside Veterinary",
        "lakesidevet.example",
    );
    company
        .person(83101, "Moira", "Keane")
        .title("Veterinarian")
        .own_email()
        .phone("2185550111")
        .portal(4)
        .primary()
        .add(world);
    company
        .person(SWAPPED_NAME, "John", "Smith")
        .title("Practice Nurse")
        .own_email()
        .phone("2185550112")
        .add(world);
    company
        .person(SWAPPED_NAME_DUPLICATE, "Smith,", "John")
        .email("john.smith@lakesidevet.example")
        .made_by_connector()
        .add(world);
    company
        .person(TRIPLE, "Beatrix", "Lang")
        .title("Receptionist")
        .own_email()
        .phone("2185550113")
        .portal(1)
        .add(world);
    company
        .person(TRIPLE_DUPLICATES[0], "beatrix.lang", "")
        .email("Beatrix.Lang@LakesideVet.example")
        .made_by_connector()
        .add(world);
    company
        .person(TRIPLE_DUPLICATES[1], "", "Lang, Beatrix")
        .with("firstName", json!("."))
        .email("beatrix.lang@lakesidevet.example")
        .phone("(218) 555-0113")
        .made_by_connector()
        .add(world);
    record_of(
        world,
        Kind::ServiceTicket,
        TRIPLE_DUPLICATES[0],
        "Appointment reminders are late",
    );
    record_of(
        world,
        Kind::ServiceTicket,
        TRIPLE_DUPLICATES[1],
        "Phone at desk two is dead",
    );
    company.colleagues(world, 83130, 10);
}

/// Losers that the company refers to, that disagree, or that should have won.
fn meridian(world: &mut World) {
    let company = Company::new(
        world,
        MERIDIAN,
        "MeridianPrint",
        "Meridian Print Works",
        "meridianprint.example",
    );
    world.add_custom_field(
        Kind::Contact,
        json!({ "id": 15, "caption": "crm_id", "type": "Number", "entryMethod": "EntryField", "numberOfDecimals": 0 }),
    );
    company
        .person(83201, "Philomena", "Reyes")
        .title("Press Operator")
        .own_email()
        .phone("2185550121")
        .add(world);
    company
        .person(DEFAULT_WITH_BILLING_DUPLICATE, "Oscar", "Whitfield")
        .title("Managing Director")
        .own_email()
        .phone("2185550122")
        .portal(4)
        .primary()
        .add(world);
    company
        .person(BILLING_DUPLICATE, "oscar.whitfield", "")
        .email("oscar.whitfield@meridianprint.example")
        .with("defaultBillingFlag", json!(true))
        .made_by_connector()
        .add(world);
    company
        .person(CONFLICTING, "Hannah", "Brooke")
        .title("Office Manager")
        .own_email()
        .phone("2185550123")
        .portal(2)
        .with("customFields", json!([{ "id": 15, "value": 1001 }]))
        .add(world);
    company
        .person(CONFLICTING_DUPLICATE, "Hannah", "Brooke")
        .title("Head of Purchasing")
        .email("hannah.brooke@meridianprint.example")
        .phone("2185550124")
        .with("customFields", json!([{ "id": 15, "value": 2002 }]))
        .add(world);
    company
        .person(INACTIVE_TWIN, "Viktor", "Salgado")
        .title("Driver")
        .own_email()
        .phone("2185550125")
        .inactive()
        .add(world);
    company
        .person(ACTIVE_TWIN, "Viktor", "Salgado")
        .title("Driver")
        .email("viktor.salgado@meridianprint.example")
        .phone("2185550125")
        .add(world);
    record_of(
        world,
        Kind::Agreement,
        DEFAULT_WITH_BILLING_DUPLICATE,
        "Managed print",
    );
    record_of(
        world,
        Kind::ServiceTicket,
        INACTIVE_TWIN,
        "Tablet in van three",
    );
    company.colleagues(world, 83230, 8);
}

/// Pairs that only a person can judge.
fn cedar_hollow(world: &mut World) {
    let company = Company::new(
        world,
        CEDAR_HOLLOW,
        "CedarHollow",
        "Cedar Hollow Clinic",
        "cedarhollow.example",
    );
    company
        .person(83301, "Ottoline", "Graves")
        .title("Director")
        .own_email()
        .phone("2185550131")
        .portal(4)
        .primary()
        .add(world);
    company
        .person(UNCERTAIN, "Priya", "Raman")
        .title("Nurse")
        .own_email()
        .phone("2185550132")
        .portal(1)
        .add(world);
    company.person(UNCERTAIN_EMPTY, "Priya", "Raman").add(world);
    company
        .person(TWO_LOGINS.0, "Marcus", "Thiele")
        .title("Physiotherapist")
        .own_email()
        .phone("2185550133")
        .portal(1)
        .add(world);
    company
        .person(TWO_LOGINS.1, "Marcus", "Thiele")
        .title("Physiotherapist")
        .email("marcus.thiele@mailbox.example")
        .phone("2185550133")
        .portal(1)
        .add(world);
    company.colleagues(world, 83330, 10);
}

/// Different people who look alike.
fn orchard(world: &mut World) {
    let company = Company::new(
        world,
        ORCHARD,
        "OrchardVine",
        "Orchard & Vine Catering",
        "orchardvine.example",
    );
    company
        .person(84001, "Solveig", "Aune")
        .title("Owner")
        .own_email()
        .phone("2185550141")
        .portal(4)
        .primary()
        .add(world);
    company
        .person(NAMESAKES.0, "Maria", "Lopez")
        .title("Head Chef")
        .email("maria.lopez@orchardvine.example")
        .phone("2185550142")
        .mobile("2185550152")
        .portal(1)
        .add(world);
    company
        .person(NAMESAKES.1, "Maria", "Lopez")
        .title("Payroll Accountant")
        .email("m.lopez.payroll@orchardvine.example")
        .phone("2185550143")
        .mobile("2185550153")
        .portal(1)
        .add(world);
    company
        .person(FATHER_AND_SON.0, "Walter", "Quigley Sr.")
        .title("Cellar Master")
        .email("walter@orchardvine.example")
        .phone("2185550144")
        .add(world);
    company
        .person(FATHER_AND_SON.1, "Walter", "Quigley Jr.")
        .title("Delivery Driver")
        .email("wquigley.jr@orchardvine.example")
        .phone("2185550144")
        .add(world);
    company.colleagues(world, 84030, 10);
}
