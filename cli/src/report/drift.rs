//! A comparison of the PSA with its mirrors as a page of its own.

use jiff::Timestamp;
use maud::{Markup, html};
use model::Private;
use model::mirror::System;

use super::company::breakable;
use super::{PRIVATE, framed};
use crate::commands::drift::Comparison;
use crate::drifts::{Compared, Count, Row, Subject, standing};

/// The page.
pub(crate) fn page(found: &Comparison, tenant: &str, made_at: Timestamp) -> String {
    let shown = made_at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let title = format!("Rollcall drift for {tenant}, {shown}");
    let body = html! {
        header {
            h1 { "Drift of " (tenant) }
            p {
                "The PSA compared with IT Glue and Grow CRM at "
                time datetime=(made_at) { (shown) }
                ". " code { "rollcall drift --fix" } " writes what is to be written."
            }
            p .quiet { (PRIVATE) }
        }
        (summary(found))
        (contents(found))
        main id="companies" {
            @for compared in &found.companies { (company(compared)) }
        }
        footer { "Rollcall. An empty cell: nothing differs there. A star (*) marks what is primary." }
    };
    framed(&title, &body)
}

fn summary(found: &Comparison) -> Markup {
    let Count {
        written,
        observed,
        person,
        kept,
    } = Count::of(&found.companies);
    html! {
        section .summary aria-labelledby="summary" {
            h2 id="summary" { "Summary" }
            ul .figures {
                li { strong { (found.all - found.companies.len()) } "of " (found.all) " companies agree" }
                li { strong { (written) } "differences to be written" }
                li { strong { (person) } "for a person" }
                li { strong { (kept) } "kept, as a mirror alone knows it" }
                @if observed > 0 {
                    li { strong { (observed) } "only observed" }
                }
            }
        }
    }
}

fn contents(found: &Comparison) -> Markup {
    html! {
        nav aria-labelledby="contents" {
            h2 id="contents" { "Companies" }
            @if found.companies.is_empty() {
                p { "All companies agree in all systems." }
            } @else {
                ol {
                    @for compared in &found.companies {
                        @let company = &compared.roster.company;
                        li {
                            a href={ "#company-" (company.id) } {
                                (company.name.reveal()) " (" (company.id) ")"
                            }
                            span .quiet { " " (compared.differences().count()) " differences" }
                        }
                    }
                }
            }
        }
    }
}

fn company(compared: &Compared) -> Markup {
    let company = &compared.roster.company;
    let id = company.id;
    html! {
        section .company id={ "company-" (id) } aria-labelledby={ "company-" (id) "-name" } {
            h2 id={ "company-" (id) "-name" } {
                (company.name.reveal()) " " span .quiet { "company " (id) }
            }
            dl {
                @for (system, side) in &compared.sides {
                    dt { (system) }
                    dd { (standing(side)) }
                }
            }
            @for subject in &compared.subjects() { (self::subject(compared, subject)) }
        }
    }
}

fn subject(compared: &Compared, subject: &Subject<'_>) -> Markup {
    let name = compared.named(subject);
    html! {
        section .case {
            h3 { (name) }
            div .scroll role="region" aria-label={ "Differences of " (name) } tabindex="0" {
                table .sheet .contacts-3 role="table" {
                    thead role="rowgroup" {
                        tr role="row" {
                            @for head in ["field", "PSA", "IT Glue", "Grow CRM"] {
                                th scope="col" role="columnheader" { (head) }
                            }
                        }
                    }
                    tbody role="rowgroup" {
                        @for row in &subject.rows { (self::row(row)) }
                    }
                }
            }
        }
    }
}

fn row(row: &Row<'_>) -> Markup {
    let of = |system| match row.has.get(&system) {
        Some(has) => value(*has),
        None => html! {},
    };
    let is_open = !row.difference.fate.is_settled();
    html! {
        tr role="row" .differs[is_open] {
            th scope="row" role="rowheader" { (row.field()) " " span .mark { (row.verdict()) } }
            td role="cell" { (value(row.difference.psa.as_ref())) }
            td role="cell" { (of(System::ItGlue)) }
            td role="cell" { (of(System::GrowCrm)) }
        }
        tr role="row" .why { td role="cell" colspan="4" { (row.reason()) } }
    }
}

fn value(text: Option<&Private>) -> Markup {
    html! {
        @match text {
            Some(text) => span { (breakable(text.reveal())) },
            None => span .quiet { "–" },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::{Company, CompanyId, Contact, ContactId, Mode};
    use policy::mirror::drift::{Difference, Fate, Field, Winner};
    use reconcile::{Drift, Roster};

    use super::*;
    use crate::drifts::Side;

    /// What would be a script, an attribute or an image if it were not escaped.
    const HOSTILE: &str = "<script>alert(1)</script>\" onload='x' <img src=x>&";

    fn company(id: u32) -> Company {
        Company {
            id: CompanyId::new(id),
            name: HOSTILE.into(),
            identifier: None,
            default_contact: None,
            billing_contact: None,
            deleted: false,
            updated_at: None,
        }
    }

    fn difference(field: Field, fate: Fate) -> Difference {
        Difference {
            contact: Some(ContactId::new(7)),
            record: Some(71),
            field,
            psa: Some(HOSTILE.into()),
            mirror: None,
            winner: Winner::Psa,
            fate,
            why: HOSTILE.to_owned(),
        }
    }

    fn found() -> Comparison {
        let contact = Contact::new(ContactId::new(7), CompanyId::new(830), HOSTILE, HOSTILE);
        let told = |system, mode, fates: &[Fate]| {
            let differences = fates.iter().map(|fate| difference(Field::Title, *fate));
            let side = Side::Told(Drift {
                system,
                mode,
                place: None,
                differences: differences.collect(),
            });
            (system, side)
        };
        let compared = Compared {
            roster: Roster {
                company: company(830),
                contacts: BTreeMap::from([(contact.id, contact)]),
            },
            sides: [
                told(System::ItGlue, Mode::Enforce, &[Fate::Written, Fate::Kept]),
                told(System::GrowCrm, Mode::Observe, &[Fate::Written]),
            ],
        };
        let down = Compared {
            roster: Roster {
                company: company(831),
                contacts: BTreeMap::new(),
            },
            sides: [
                (
                    System::ItGlue,
                    Side::Failed("read organization 5".to_owned()),
                ),
                (System::GrowCrm, Side::Off),
            ],
        };
        Comparison {
            companies: vec![compared, down],
            all: 9,
        }
    }

    fn shown(found: &Comparison, tenant: &str) -> String {
        page(found, tenant, Timestamp::constant(1_772_637_611, 0))
    }

    #[test]
    fn no_difference_is_a_page_that_says_so_and_asks_for_nothing_from_outside() {
        let none = Comparison {
            companies: Vec::new(),
            all: 3,
        };
        let page = shown(&none, "northwindmsp");
        assert!(
            page.contains("All companies agree in all systems."),
            "{page}"
        );
        for outside in [
            "http:", "https:", "//", "src=", "url(", "@import", "<link", "style=\"",
        ] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn whatever_a_record_says_is_text() {
        let page = shown(&found(), HOSTILE);
        for raw in ["<script", "<img", "\" onload"] {
            assert!(!page.contains(raw), "{raw}");
        }
        assert!(page.contains("&lt;script&gt;"));
    }

    #[test]
    fn what_becomes_of_each_is_told_and_who_could_not_be_compared() {
        let page = shown(&found(), "northwindmsp");
        for words in [
            "<strong>7</strong>of 9 companies agree",
            "<strong>1</strong>differences to be written",
            "<strong>1</strong>only observed",
            "title <span class=\"mark\">written</span>",
            "title <span class=\"mark\">only observed</span>",
            "title <span class=\"mark\">kept</span>",
            "not compared: failed to read organization 5",
            "off: not compared",
            "nowhere; only observed, so nothing is written there",
        ] {
            assert!(page.contains(words), "{words}\n{page}");
        }
        assert_eq!(page.matches("class=\"why\"").count(), 3);
    }
}
