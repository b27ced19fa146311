//! A company that both mirrors have whole, with two people whose second contact does not look like one yet.

use super::{draft::Company, *};
use crate::world::World;

/// Adds it.
pub(super) fn add(world: &mut World) {
    let company = Company::new(
        world,
        BIRCHWOOD,
        "Birchwood",
        "Birchwood Surveyors",
        "birchwood.example",
    );
    company
        .person(87001, "Ronja", "Thorsen")
        .title("Owner")
        .own_email()
        .phone("2185550161")
        .portal(4)
        .primary()
        .add(world);
    company
        .person(MARRIED.0, "Edith", "Novak")
        .title("Surveyor")
        .own_email()
        .phone("2185550162")
        .portal(1)
        .add(world);
    company
        .person(MARRIED_WITH_PASSWORD.0, "Alina", "Petrenko")
        .title("Draftswoman")
        .own_email()
        .phone("2185550163")
        .portal(1)
        .add(world);
    company
        .person(MARRIED.1, "Edith", "Varga")
        .own_email()
        .phone("2185550172")
        .add(world);
    company
        .person(MARRIED_WITH_PASSWORD.1, "Alina", "Moroz")
        .own_email()
        .phone("2185550173")
        .add(world);
}
