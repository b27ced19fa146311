//! Records to keep, with all that could be lost on the way.

mod actions;
mod mirrors;
mod proposals;

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::*;
use serde_json::json;

pub(crate) use self::actions::TEXTS;
pub(crate) use self::mirrors::{large_links, line, links, places};
pub(crate) use self::proposals::{decision, decisions, proposal, proposals};

/// What must be nowhere once it is forgotten: names, addresses, numbers and texts of the records below.
pub(crate) const PRIVATE: [&str; 14] = [
    "Ren\u{e9}e",
    "Nanette",
    "O\u{2019}Kafor",
    "renee.okafor",
    "Renee.Okafor",
    "555-0142",
    "555.0143",
    "3125550142",
    "asked at the fair",
    "merged from 42",
    "to be called Nan",
    "Line one",
    "Dispatch",
    "Harbor Line",
];

/// A moment: so many seconds into the tests' day.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + seconds).unwrap()
}

/// The id of a change.
pub(crate) fn id(run: &str, number: u32) -> ChangeId {
    ChangeId {
        run: RunId::new(run),
        number,
    }
}

/// A company.
pub(crate) fn company(id: u32) -> CompanyId {
    CompanyId::new(id)
}

/// A contact.
pub(crate) fn contact(id: u32) -> ContactId {
    ContactId::new(id)
}

/// An intent that makes a contact inactive.
pub(crate) fn intent(run: &str, number: u32, at_company: u32, whom: u32, seconds: i64) -> Entry {
    let action = Action::Retire {
        contact: contact(whom),
    };
    Entry {
        intended_at: at(seconds),
        company: company(at_company),
        before: Image::default(),
        ..entry(id(run, number), action)
    }
}

/// An intent for every kind of write, each number once, all in one run at company 19.
pub(crate) fn intents() -> Vec<Entry> {
    let purposes = [
        Purpose::Policy,
        Purpose::Merge {
            loser: contact(42),
            survivor: contact(41),
        },
        Purpose::Undo {
            change: id("r-0.x", 3),
        },
    ];
    let of_today = |((number, action), purpose)| Entry {
        rule: actions::rule_of(&action),
        unit: number / 2,
        purpose,
        evidence: vec![evidence(), named()],
        cause: match number % 2 {
            0 => cause(),
            _ => command(),
        },
        ..entry(id("r-1.x", number), action)
    };
    let actions = actions::oldest().into_iter().chain(actions::newer());
    (1..)
        .zip(actions.chain(actions::newest()))
        .zip(purposes.into_iter().cycle())
        .map(of_today)
        .collect()
}

/// The intents of the second version, which are the first of those of today.
pub(crate) fn second_intents() -> Vec<Entry> {
    let mut intents = intents();
    intents.truncate(intents.len() - actions::newest().len());
    intents
}

/// The intents of the first version.
pub(crate) fn oldest_intents() -> Vec<Entry> {
    let entry = |(number, action)| entry(id("r-1.x", number), action);
    (1..).zip(actions::oldest()).map(entry).collect()
}

/// Every way to end.
pub(crate) fn outcomes() -> Vec<Outcome> {
    let newer = [
        Outcome::Returned {
            contact: contact(77),
        },
        Outcome::ByPerson,
        Outcome::Unknown,
    ];
    oldest_outcomes().into_iter().chain(newer).collect()
}

/// The ways to end that the first version knew.
pub(crate) fn oldest_outcomes() -> Vec<Outcome> {
    vec![
        Outcome::Done,
        Outcome::FoundDone,
        Outcome::FoundUndone,
        Outcome::Refused {
            code: "InvalidObject".to_owned(),
        },
        Outcome::Stale,
        Outcome::Deferred,
    ]
}

/// Records with everything a vendor may have sent.
pub(crate) fn image() -> Image {
    Image {
        mirrored: mirrors::records(),
        ..second_image()
    }
}

/// The same, as far as the second version knew it.
pub(crate) fn second_image() -> Image {
    let mut image = oldest_image();
    let details = image.details.get_or_insert_default();
    details.notes.push(Note {
        id: NoteId::new(6),
        text: "likes to be called Nan".into(),
        type_id: Some(2),
        flagged: true,
    });
    image.kept = Some(Details {
        groups: vec![membership()],
        ..Details::default()
    });
    image
}

/// The same, as far as the first version knew it.
pub(crate) fn oldest_image() -> Image {
    Image {
        company: Some(Company {
            id: company(19),
            name: "Harbor Line \"Freight\"".into(),
            identifier: None,
            default_contact: Some(contact(41)),
            billing_contact: None,
            deleted: false,
            updated_at: Some("2026-01-31T23:59:59.123456789Z".parse().unwrap()),
        }),
        contacts: vec![person(41), Contact::new(contact(42), company(19), "", "")],
        details: Some(Details {
            notes: vec![Note {
                id: NoteId::new(5),
                text: "Line one\r\nline\ttwo \u{1F600} \u{0} ‹private›".into(),
                type_id: None,
                flagged: false,
            }],
            groups: vec![membership()],
            references: references(),
            usages: vec![
                json!({"tickets": 3, "ratio": 0.1}).into(),
                json!(null).into(),
            ],
            tracks: vec![json!([1, [2, {"deep": [null]}]]).into()],
        }),
        kept: None,
        mirrored: Vec::new(),
    }
}

/// So many kilobytes of text that is private, and that nothing makes much smaller.
pub(crate) fn long_text(kilobytes: usize) -> String {
    let mut state = 42_u64;
    let mut letter = || {
        // The constants are those of Knuth's generator.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + u8::try_from((state >> 33) % 94).unwrap())
    };
    // A letter of more than one byte in front, so that no cut falls between letters by chance.
    let text = (1..kilobytes * 1024).map(|_| letter());
    std::iter::once('\u{20ac}').chain(text).collect()
}

/// Records of so many kilobytes, with a long note on a contact.
pub(crate) fn large_image(kilobytes: usize) -> Image {
    let mut image = image();
    let notes = &mut image.details.get_or_insert_default().notes;
    notes[0].text = long_text(kilobytes).into();
    image
}

/// A merge of 42 into 41 with so many references.
pub(crate) fn large_merge(count: u32) -> Entry {
    let reference = |record| Reference {
        kind: RecordKind::ALL[record as usize % RecordKind::ALL.len()],
        record: RecordId::new(record),
        field: "contact".to_owned(),
    };
    let references: Vec<Reference> = (1..=count).map(reference).collect();
    let mut before = image();
    before.details.get_or_insert_default().references = references.clone();
    let action = Action::Merge {
        loser: contact(42),
        survivor: contact(41),
        references,
    };
    Entry {
        before,
        evidence: vec![named()],
        ..entry(id("r", 1), action)
    }
}

/// A finding.
pub(crate) fn finding(run: &str, at_company: Option<u32>, about: &[u32], s: i64) -> FindingEntry {
    FindingEntry {
        run: RunId::new(run),
        cause: cause(),
        finding: Finding {
            rule: Rule::MergeDuplicates,
            kind: FindingKind::PossibleDuplicate,
            company: at_company.map(company),
            contacts: about.iter().copied().map(contact).collect(),
            words: "a person should compare the two".to_owned(),
            evidence: vec![evidence()],
        },
        at: at(s),
    }
}

/// A finding of every kind.
pub(crate) fn findings() -> Vec<FindingEntry> {
    let of_mirrors = [
        FindingKind::NoMirror,
        FindingKind::NotMirrored,
        FindingKind::NativeSync,
        FindingKind::Orphan,
    ];
    let rules = [Rule::MirrorItGlue, Rule::MirrorGrowCrm];
    let mut findings = second_findings();
    findings.extend(one_of_each(&of_mirrors, &rules, 20));
    findings
}

/// A finding of every kind that the second version knew.
pub(crate) fn second_findings() -> Vec<FindingEntry> {
    let kinds = [
        FindingKind::PossibleDuplicate,
        FindingKind::PortalHeld,
        FindingKind::NoActiveContact,
        FindingKind::NoCompany,
        FindingKind::PersonReverted,
        FindingKind::WriteBudget,
        FindingKind::BlastRadius,
        FindingKind::Refused,
        FindingKind::Proposed,
        FindingKind::Rejected,
        FindingKind::Contested,
        FindingKind::NotTakenBack,
    ];
    one_of_each(&kinds, &Rule::POLICIES, 0)
}

/// A finding of each of these kinds, by these rules in turn, one each second from then on.
fn one_of_each(kinds: &[FindingKind], rules: &[Rule], seconds: i64) -> Vec<FindingEntry> {
    let of_kind = |((kind, rule), seconds): ((&FindingKind, &Rule), i64)| {
        let mut entry = finding("r", Some(19), &[41, 42], seconds);
        entry.finding.kind = *kind;
        entry.finding.rule = *rule;
        entry.finding.evidence.push(named());
        entry
    };
    let rules = rules.iter().cycle();
    kinds
        .iter()
        .zip(rules)
        .zip(seconds..)
        .map(of_kind)
        .collect()
}

fn entry(id: ChangeId, action: Action) -> Entry {
    Entry {
        id,
        company: company(19),
        cause: cause(),
        rule: Rule::MergeDuplicates,
        unit: 0,
        purpose: Purpose::Policy,
        action,
        reason: "both carry the same address".to_owned(),
        evidence: vec![evidence()],
        intended_at: at(0),
        before: image(),
        outcome: None,
        after: None,
        ended_at: None,
    }
}

fn person(id: u32) -> Contact {
    let mut person = Contact::new(contact(id), company(19), "Ren\u{e9}e", "O\u{2019}Kafor");
    person.portal = Portal {
        login: Login::Enabled,
        level: Some(1),
    };
    person.communications = vec![Communication {
        id: CommunicationId::new(70),
        kind: CommunicationKind::Email,
        type_id: CommunicationTypeId::new(1),
        type_name: "Email".to_owned(),
        value: " Renee.Okafor@HarborLine.example".into(),
        extension: None,
        is_default: true,
    }];
    person.types = vec![TypeLabel {
        id: ContactTypeId::new(3),
        name: "Primary".to_owned(),
    }];
    person.custom_fields = [
        json!(true),
        json!(2.5e-300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
    ]
    .into_iter()
    .zip(1..)
    .map(|(value, id)| CustomField {
        id,
        caption: format!("Field {id}"),
        value: value.into(),
    })
    .collect();
    person.fields = BTreeMap::from([
        ("managerContact".to_owned(), json!({"id": 40}).into()),
        ("nickName".to_owned(), json!(null).into()),
        ("title".to_owned(), json!("Dispatch").into()),
    ]);
    person.updated_at = Some(at(-60));
    person.updated_by = Some("jdoe".into());
    person
}

fn references() -> Vec<Reference> {
    RecordKind::ALL
        .into_iter()
        .zip(100..)
        .map(|(kind, record)| Reference {
            kind,
            record: RecordId::new(record),
            field: "contact".to_owned(),
        })
        .collect()
}

fn membership() -> Membership {
    Membership {
        group: GroupId::new(9),
        description: Some("asked at the fair".into()),
        unsubscribed: true,
    }
}

fn evidence() -> Evidence {
    Evidence {
        field: "email".to_owned(),
        stance: Stance::Conflicts,
        weight: -12,
        words: "the addresses differ".to_owned(),
        named: None,
    }
}

fn named() -> Evidence {
    Evidence {
        field: "name".to_owned(),
        stance: Stance::Agrees,
        weight: 40,
        words: "a short form of the same first name".to_owned(),
        named: Some("Nan is short for Nanette".into()),
    }
}

fn command() -> Cause {
    Cause {
        source: Source::Command {
            name: "apply".to_owned(),
        },
        message: None,
    }
}

fn cause() -> Cause {
    Cause {
        source: Source::Callback {
            record: "contact".to_owned(),
            action: "updated".to_owned(),
        },
        message: Some("m-1".to_owned()),
    }
}
