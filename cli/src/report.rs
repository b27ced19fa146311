//! A plan, or a comparison, as a page of its own: to be read on a desk, on a phone and on paper, and to be passed on.
//!
//! The page needs nothing from outside and runs nothing: its policy for the browser forbids both. All
//! text of records is escaped by the templates, which know no other way to take it in.

mod cases;
mod company;
pub(crate) mod drift;
mod summary;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use model::{CompanyPlan, SavedPlan};
use policy::Rules;
use sha2::{Digest as _, Sha256};

use crate::units::{Unit, units};

const STYLE: &str = include_str!("report/style.css");

/// The plan of one company with its units, as the page shows them.
struct Chapter<'p> {
    saved: &'p CompanyPlan,
    units: Vec<Unit<'p>>,
}

/// The page.
pub(crate) fn page(plan: &SavedPlan, rules: &Rules) -> String {
    let chapters: Vec<Chapter<'_>> = plan
        .companies
        .iter()
        .map(|saved| Chapter {
            saved,
            units: units(&saved.plan, saved.company.id, rules),
        })
        .collect();
    let made_at = plan.made_at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let title = format!("Rollcall plan for {}, {made_at}", plan.tenant);
    let body = html! {
        header {
            h1 { "Plan for " (plan.tenant) }
            p {
                "Made at " time datetime=(plan.made_at) { (made_at) }
                ". Nothing of it is written yet. " code { "rollcall apply" }
                " writes exactly this, and refuses whatever has changed since."
            }
            p .quiet { (PRIVATE) }
        }
        (summary::summary(&chapters))
        (summary::contents(&chapters))
        main id="companies" {
            @for chapter in &chapters {
                (company::chapter(chapter))
            }
        }
        footer { "Rollcall. A star (*) marks the default email, phone or fax." }
    };
    framed(&title, &body)
}

/// What a page says of itself.
const PRIVATE: &str = "This page holds people's data; treat it like the contacts themselves.";

/// A page around its body, which has its companies in an element of that name.
fn framed(title: &str, body: &Markup) -> String {
    // The style is the only thing that the browser may take; its digest says which one.
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    );
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a .skip href="#companies" { "Skip to the companies" }
                (body)
            }
        }
    };
    markup.into_string()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use model::{
        Action, Change, Company, CompanyId, Contact, ContactId, Evidence, Finding, FindingKind,
        Mode, Plan, Purpose, Rule, Scope, Stance, Withheld,
    };

    use super::*;

    /// What would be a script, an attribute or an image if it were not escaped.
    const HOSTILE: &str = "<script>alert(1)</script>\" onload='x' <img src=x>&";

    fn contact(id: u32) -> Contact {
        Contact::new(ContactId::new(id), CompanyId::new(830), HOSTILE, HOSTILE)
            .with_email(id * 10, HOSTILE)
            .with_field("title", HOSTILE)
    }

    fn change(unit: u32, action: Action) -> Change {
        Change {
            unit,
            rule: Rule::MergeDuplicates,
            purpose: Purpose::Policy,
            action,
            reason: HOSTILE.to_owned(),
            evidence: vec![Evidence {
                field: "name".to_owned(),
                stance: Stance::Agrees,
                weight: 60,
                words: String::new(),
                named: Some(HOSTILE.into()),
            }],
        }
    }

    fn plan() -> SavedPlan {
        let note = Action::AddNote {
            contact: ContactId::new(1),
            text: HOSTILE.into(),
            type_id: None,
            flagged: false,
        };
        let merge = Action::Merge {
            loser: ContactId::new(2),
            survivor: ContactId::new(1),
            references: Vec::new(),
        };
        let retire = Action::Retire {
            contact: ContactId::new(3),
        };
        let finding = Finding {
            rule: Rule::PortalInvite,
            kind: FindingKind::PossibleDuplicate,
            company: Some(CompanyId::new(830)),
            contacts: vec![ContactId::new(4), ContactId::new(5)],
            words: HOSTILE.to_owned(),
            evidence: Vec::new(),
        };
        let contacts = (1..=5).map(contact).map(|contact| (contact.id, contact));
        SavedPlan {
            made_at: "2026-03-04T15:20:12Z".parse().unwrap(),
            tenant: HOSTILE.to_owned(),
            companies: vec![CompanyPlan {
                company: Company {
                    id: CompanyId::new(830),
                    name: HOSTILE.into(),
                    identifier: None,
                    default_contact: None,
                    billing_contact: None,
                    deleted: false,
                    updated_at: None,
                },
                scope: Scope::Whole,
                around: BTreeSet::new(),
                plan: Plan {
                    changes: vec![change(1, note), change(1, merge)],
                    withheld: vec![Withheld {
                        mode: Mode::Observe,
                        change: change(2, retire),
                    }],
                    findings: vec![finding],
                },
                contacts: contacts.collect(),
                details: BTreeMap::new(),
            }],
        }
    }

    fn rules() -> Rules {
        Rules::default().in_mode(Mode::Enforce)
    }

    #[test]
    fn no_plan_is_a_page_that_says_so() {
        let none = SavedPlan {
            companies: Vec::new(),
            tenant: "northwindmsp".to_owned(),
            ..plan()
        };
        let page = page(&none, &rules());
        assert!(page.contains("All companies are in order."), "{page}");
        assert!(!page.contains("<section class=\"company\""), "{page}");
    }

    #[test]
    fn whatever_a_record_says_is_text() {
        let page = page(&plan(), &rules());
        let escaped =
            "&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload='x' &lt;img src=x&gt;&amp;";
        // The tenant, the company, and of each contact name, email and title at least.
        assert!(page.matches(escaped).count() >= 17, "{page}");
        for raw in ["<script", "<img", "\" onload"] {
            assert!(!page.contains(raw), "{raw}");
        }
    }

    #[test]
    fn the_page_asks_for_nothing_from_outside_and_forbids_it() {
        let plain = SavedPlan {
            companies: Vec::new(),
            tenant: "northwindmsp".to_owned(),
            ..plan()
        };
        let page = page(&plain, &rules());
        for outside in [
            "http:", "https:", "//", "src=", "url(", "@import", "<link", "style=\"",
        ] {
            assert!(!page.contains(outside), "{outside}");
        }
        let style = page.split("<style>").nth(1).unwrap();
        let style = style.split("</style>").next().unwrap();
        let digest = STANDARD.encode(Sha256::digest(style));
        assert!(page.contains("default-src 'none'"));
        assert!(page.contains(&format!("style-src 'sha256-{digest}'")));
    }

    #[test]
    fn what_is_decided_is_told_apart_from_what_is_not_done() {
        let page = page(&plan(), &rules());
        assert!(page.contains("Decision 1, enforced"), "{page}");
        assert!(page.contains("Decision 2, only observed"));
        assert!(page.contains("<article class=\"decision not-made\">"));
        assert!(page.contains("Merge contact 2 into 1; no reference moves with it"));
        assert!(page.contains("<span class=\"weight\">+60</span>"));
        assert_eq!(page.matches("<article class=\"finding\">").count(), 1);
        assert!(page.contains("Contacts 1, 2 side by side"));
        assert!(page.contains("Contacts 4, 5 side by side"));
    }
}
