//! Companies whose primary contact is in question.

use super::{
    draft::{Company, PRIMARY, record_of},
    *,
};
use crate::{kind::Kind, world::World};

/// Adds them.
pub(super) fn add(world: &mut World) {
    tidewater(world);
    fernwood(world);
    halcyon(world);
    pinecrest(world);
    summit_ridge(world);
    copperfield(world);
    juniper(world);
}

/// The default contact has left.
fn tidewater(world: &mut World) {
    let company = Company::new(
        world,
        TIDEWATER,
        "Tidewater",
        "Tidewater Marine",
        "tidewater.example",
    );
    company
        .person(INACTIVE_DEFAULT, "Gareth", "Pugh")
        .title("Harbor Master")
        .own_email()
        .inactive()
        .primary()
        .add(world);
    company
        .person(85002, "Amara", "Nwosu")
        .title("Fleet Manager")
        .own_email()
        .phone("3305550102")
        .portal(3)
        .add(world);
    company
        .person(85003, "Henrik", "Dahl")
        .title("Mechanic")
        .own_email()
        .phone("3305550103")
        .add(world);
    company
        .person(85004, "Lotte", "Visser")
        .title("Welder")
        .phone("3305550104")
        .add(world);
    company.colleagues(world, 85030, 9);
}

/// There is no default contact, and the first in line is a shared mailbox.
fn fernwood(world: &mut World) {
    let company = Company::new(
        world,
        FERNWOOD,
        "FernwoodSchools",
        "Fernwood Schools",
        "fernwood.example",
    );
    company
        .person(RECEPTION_MAILBOX, "Reception", "")
        .email("reception@fernwood.example")
        .phone("3305550111")
        .add(world);
    company
        .person(85102, "Ingrid", "Falk")
        .title("Teacher")
        .own_email()
        .phone("3305550112")
        .add(world);
    company
        .person(FERNWOOD_SUCCESSOR, "Jerome", "Baptiste")
        .title("Headmaster")
        .own_email()
        .phone("3305550113")
        .portal(3)
        .add(world);
    company
        .person(85104, "Selma", "Aydin")
        .title("Librarian")
        .phone("3305550114")
        .add(world);
}

/// Nobody is left.
fn halcyon(world: &mut World) {
    let company = Company::new(
        world,
        HALCYON,
        "HalcyonStudios",
        "Halcyon Studios",
        "halcyon.example",
    );
    company
        .person(85201, "Renata", "Silveira")
        .title("Producer")
        .own_email()
        .phone("3305550121")
        .inactive()
        .add(world);
    company
        .person(85202, "Toby", "Marlowe")
        .title("Editor")
        .own_email()
        .phone("3305550122")
        .inactive()
        .add(world);
}

/// A person chose somebody who has neither email nor login, while others have both.
fn pinecrest(world: &mut World) {
    let company = Company::new(
        world,
        PINECREST,
        "PinecrestCU",
        "Pinecrest Credit Union",
        "pinecrest.example",
    );
    company
        .person(CHOSEN_DEFAULT, "Edmund", "Tran")
        .title("Chairman")
        .phone("3305550131")
        .primary()
        .add(world);
    company
        .person(85302, "Yara", "Mansour")
        .title("Operations Manager")
        .own_email()
        .phone("3305550132")
        .portal(4)
        .add(world);
    company.colleagues(world, 85330, 10);
}

/// The label for primary contacts sits on somebody else.
fn summit_ridge(world: &mut World) {
    let company = Company::new(
        world,
        SUMMIT_RIDGE,
        "SummitRidge",
        "Summit Ridge Hotels",
        "summitridge.example",
    );
    company
        .person(UNLABELED_DEFAULT, "Cosima", "Berg")
        .title("General Manager")
        .own_email()
        .phone("3305550141")
        .portal(4)
        .with("defaultFlag", true.into())
        .add(world);
    company
        .person(MISLABELED, "Dario", "Conti")
        .title("Concierge")
        .own_email()
        .phone("3305550142")
        .label(PRIMARY)
        .add(world);
    company.colleagues(world, 85430, 10);
}

/// In order until the default contact is deleted.
fn copperfield(world: &mut World) {
    let company = Company::new(
        world,
        COPPERFIELD,
        "Copperfield",
        "Copperfield Logistics",
        "copperfield.example",
    );
    company
        .person(DEFAULT_TO_DELETE, "Basil", "Hargreaves")
        .title("Dispatcher")
        .own_email()
        .phone("3305550151")
        .portal(3)
        .primary()
        .add(world);
    company
        .person(86102, "Leona", "Stark")
        .title("Operations Director")
        .own_email()
        .phone("3305550152")
        .portal(3)
        .add(world);
    company
        .person(86103, "Pavel", "Horak")
        .title("Planner")
        .own_email()
        .phone("3305550153")
        .portal(1)
        .add(world);
    company
        .person(86104, "Gemma", "Oduya")
        .title("Customs Clerk")
        .own_email()
        .phone("3305550154")
        .add(world);
    company.colleagues(world, 86130, 9);
}

/// In order until the default contact is deactivated.
fn juniper(world: &mut World) {
    let company = Company::new(
        world,
        JUNIPER,
        "JuniperHealth",
        "Juniper Health",
        "juniper.example",
    );
    company
        .person(DEFAULT_TO_DEACTIVATE, "Clarissa", "Boyd")
        .title("Administrator")
        .own_email()
        .phone("3305550161")
        .portal(3)
        .primary()
        .add(world);
    company
        .person(86202, "Anselm", "Reuter")
        .title("Physician")
        .own_email()
        .phone("3305550162")
        .portal(2)
        .add(world);
    company
        .person(86203, "Dorothea", "Pike")
        .title("Nurse")
        .own_email()
        .phone("3305550163")
        .add(world);
    record_of(
        world,
        Kind::ServiceTicket,
        DEFAULT_TO_DEACTIVATE,
        "Badge reader at the side door",
    );
    company.colleagues(world, 86230, 10);
}
