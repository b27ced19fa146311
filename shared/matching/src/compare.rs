//! The verdict about one pair.

use std::fmt;

use model::{Contact, Evidence, Stance};

use crate::company::Company;
use crate::evidence::{
    Mail, Own, Phone, are_numbered, each_has_own, evidence, has_other_mailbox, mail, name_evidence,
    phone,
};
use crate::family::Family;
use crate::fit::{Fit, Level, Reading, are_strangers, relate};
use crate::given::Given;
use crate::job::judge_jobs;
use crate::name::Kind;
use crate::profile::{Gender, Profile};
use crate::spelling::is_near;
use crate::words::GIVEN_NAMES;

/// From here on, a person should look.
const POSSIBLE: i32 = 26;
/// From this many bearers on, a name says little. One person's records are rarely more.
const COMMON: usize = 7;
/// A conflict this strong rules the same person out.
const RULED_OUT: i32 = -60;
/// A conflict this strong keeps two records out of one group, also where a person is asked.
const CONFLICT: i32 = -40;
/// A conflict this strong keeps two records from being merged without a person.
const DOUBT: i32 = -25;

/// What a pair is held to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Two people.
    Distinct,
    /// Perhaps one: a person decides.
    Review,
    /// One person.
    Merge,
}

/// How much is to be said about two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// All that tells them apart.
    Full,
    /// Nothing, if they share nothing but a few letters of a name: most of the pairs compared.
    IfNear,
}

/// A verdict with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What the pair is held to be.
    pub verdict: Verdict,
    /// Each agreeing and each conflicting field.
    pub evidence: Vec<Evidence>,
}

impl Company {
    /// Compares two contacts in the light of this company's contacts. Neither needs to be one of them.
    #[must_use]
    pub fn compare(&self, a: &Contact, b: &Contact) -> Comparison {
        self.judge(&Profile::of(a), &Profile::of(b), Detail::Full)
    }

    pub(crate) fn judge(&self, a: &Profile, b: &Profile, detail: Detail) -> Comparison {
        let (a, b) = if a.id <= b.id { (a, b) } else { (b, a) };
        match (a.name.kind, b.name.kind) {
            (Kind::Test, _) | (_, Kind::Test) => {
                ruled_out("name", "a test record stands for itself")
            }
            (Kind::Role, Kind::Role) => judge_jobs(a, b),
            (Kind::Role, Kind::Person | Kind::Several)
            | (Kind::Person | Kind::Several, Kind::Role) => ruled_out(
                "name",
                "one is a job or a shared mailbox, the other a person",
            ),
            (Kind::Several, _) | (_, Kind::Several)
                if a.name.kind != b.name.kind || a.name.bag() != b.name.bag() =>
            {
                ruled_out(
                    "name",
                    "one name stands for several people, or for a job beside a person",
                )
            }
            _ => self.judge_people(a, b, detail),
        }
    }

    /// Whether two records are two people, whatever a third record has in common with both.
    pub(crate) fn is_conflict(&self, a: &Profile, b: &Profile) -> bool {
        let Comparison { verdict, evidence } = self.judge(a, b, Detail::Full);
        // Two slips of the pen away from one name may be far from each other.
        let two_names = a.name.kind != Kind::Person
            || b.name.kind != Kind::Person
            || are_strangers(&a.name, &b.name);
        let limit = if verdict == Verdict::Distinct {
            DOUBT
        } else {
            CONFLICT
        };
        // "Chris" may be Chris Miller and Chris Baker, but these are two.
        let half = matches!(
            relate(&a.name, &b.name).level,
            Level::Partial | Level::Renamed
        ) && !is_near(&a.name.family_joined, &b.name.family_joined);
        half || evidence
            .iter()
            .any(|item| item.weight <= limit && (item.field != "name" || two_names))
    }

    fn judge_people(&self, a: &Profile, b: &Profile, detail: Detail) -> Comparison {
        let fit = relate(&a.name, &b.name);
        let mail = mail(a, b, &fit, self);
        let phone = phone(a, b, &fit, self);
        let shares = matches!(mail, Mail::Own { .. }) || phone == Phone::Own(Own::Cell);
        if detail == Detail::IfNear && fit.level == Level::Strangers && !shares {
            return Comparison {
                verdict: Verdict::Distinct,
                evidence: Vec::new(),
            };
        }
        let mut found = vec![name_evidence(&fit, a, b)];
        found.extend(mail_evidence(mail));
        if mail != Mail::Numbered && are_numbered(a, b) {
            found.push(evidence(
                "email",
                -30,
                "one also has an address that differs by a number, as namesakes get them",
            ));
        }
        found.extend(phone_evidence(phone));
        found.extend(birth(a, b));
        found.extend(circumstances(a, b, &fit, mail));
        if (fit.given == Given::Initial || fit.given == Given::Missing)
            && matches!(fit.level, Level::Thin | Level::Partial)
            && let Some(rival) = self.rival(a, b)
        {
            // An own mailbox says which of them it is, if the other has one too.
            let known = matches!(mail, Mail::Own { .. })
                && fit.given == Given::Initial
                && !rival.mailboxes.is_empty();
            let weight = if known { -5 } else { -30 };
            found.push(evidence(
                "name",
                weight,
                format!(
                    "contact {} fits the initial or the last name as well",
                    rival.id
                ),
            ));
        }
        let shared = matches!(mail, Mail::Own { .. }) || matches!(phone, Phone::Own(_));
        if !shared && fit.level <= Level::Slip {
            let namesakes = self.namesakes(a).max(self.namesakes(b));
            if namesakes >= COMMON {
                found.push(evidence(
                    "name",
                    -15,
                    format!("{namesakes} contacts here bear this name"),
                ));
            }
        }
        let score: i32 = found.iter().map(|item| item.weight).sum();
        let doubtful = found.iter().any(|item| item.weight <= DOUBT);
        let born = found
            .iter()
            .any(|item| item.field == "birthDay" && item.stance == Stance::Agrees);
        let apart = fit.level > Level::Whole
            && (matches!(mail, Mail::Apart { .. } | Mail::Numbered | Mail::Slip)
                || has_other_mailbox(a, b)
                || has_other_mailbox(b, a)
                || each_has_own(a, b));
        let own = is_own(mail, phone, &fit, born, apart);
        let undecided = is_undecided(mail, phone, &fit, same_initial(a, b));
        // Different first names rule out all but what only looks like them.
        let ruled_out = found
            .iter()
            .any(|item| item.weight <= RULED_OUT && !(undecided && item.field == "name"));
        let verdict = if ruled_out {
            Verdict::Distinct
        } else if own && !doubtful {
            Verdict::Merge
        } else if undecided || score >= POSSIBLE {
            Verdict::Review
        } else {
            Verdict::Distinct
        };
        Comparison {
            verdict,
            evidence: found,
        }
    }
}

fn same_initial(a: &Profile, b: &Profile) -> bool {
    let initial = |profile: &Profile| {
        profile
            .name
            .given
            .first()
            .and_then(|given| given.chars().next())
    };
    initial(a).is_some() && initial(a) == initial(b)
}

/// Whether half a name, or a first name that is near another, beside something that may be the person's
/// own leaves it to a person, however little it counts.
fn is_undecided(mail: Mail, phone: Phone, fit: &Fit, same_initial: bool) -> bool {
    let apart = matches!(mail, Mail::Apart { .. } | Mail::Numbered | Mail::Slip);
    let near = fit.given == Given::Near
        && fit.family == Family::Same
        && !apart
        && !matches!(mail, Mail::Contested(_));
    // Whoever has John's mailbox, his last name and his initial may be John in a form we do not know.
    let alike = fit.given == Given::Different
        && fit.family == Family::Same
        && same_initial
        && matches!(mail, Mail::Own { private: false, .. });
    (fit.level == Level::Thin || near || alike)
        && (matches!(mail, Mail::Own { .. } | Mail::Contested(_))
            || matches!(phone, Phone::Own(Own::Cell | Own::Extension | Own::Direct)))
}

/// Whether names that fit so well, and an address or number of their own, make one person.
///
/// A household shares a cell and a private mailbox, a desk has its line and its extension: these make one
/// person of two records only if both say the same name. Otherwise it takes a mailbox that spells the name.
fn is_own(mail: Mail, phone: Phone, fit: &Fit, born: bool, apart: bool) -> bool {
    let mailbox = matches!(mail, Mail::Own { .. });
    let named = matches!(mail, Mail::Own { named: true, .. });
    let at_work = matches!(
        mail,
        Mail::Own {
            private: false,
            half: true,
            ..
        }
    );
    let cell = phone == Phone::Own(Own::Cell);
    let line = matches!(phone, Phone::Own(Own::Direct | Own::Extension));
    match fit.level {
        Level::Whole if fit.either_way => named && at_work,
        Level::Whole => mailbox || cell || (line && mail != Mail::Numbered),
        // From here on the names differ, so two mailboxes of their own may be two people's.
        _ if apart => false,
        Level::Close if fit.reading == Reading::Local => mailbox,
        Level::Close => match (fit.given, fit.family) {
            (_, Family::Form) | (Given::BothShort | Given::Translated, _) => named,
            (Given::Same, Family::Part | Family::Former) => mailbox || cell || line,
            (Given::Same, Family::Spelling) => mailbox || cell || line,
            (_, Family::Variant) => named,
            _ => named || at_work || ((cell || line) && fit.is_plain_short),
        },
        // A word that is no name is a slip of one that is; two that are none may be two people's.
        Level::Slip => named || ((cell || (line && mail == Mail::Unsaid)) && fit.is_plain_slip),
        Level::Thin if fit.family == Family::Missing && fit.given == Given::Same => {
            named || at_work || cell
        }
        Level::Thin => named,
        // The last name changes at a marriage; a successor of the same first name, and who shares a duty
        // phone, look the same. Only the human keeps a date of birth.
        Level::Renamed => born && (mailbox || cell),
        // "Mr Hall" at the mailbox of the one Hall there is.
        Level::Partial if fit.given == Given::Missing => {
            let family = matches!(fit.family, Family::Same | Family::Spelling);
            family && fit.reading == Reading::Typed && named && at_work
        }
        // "Hugh John" who is called John, at the mailbox that spells so.
        Level::Partial if fit.given == Given::Middle => named && at_work,
        Level::Partial | Level::Unsaid | Level::Strangers => false,
    }
}

fn mail_evidence(mail: Mail) -> Option<Evidence> {
    let say = |weight, words: &str| Some(evidence("email", weight, words));
    match mail {
        Mail::Own { tagged: true, .. } => say(60, "same address after plus-tag"),
        Mail::Own { named: true, .. } => say(60, "same email address, which spells the name"),
        Mail::Own { .. } => say(55, "same email address"),
        Mail::Contested(count) => Some(evidence(
            "email",
            5,
            format!("same email address, but {count} others with other names use it"),
        )),
        Mail::Role => say(5, "same email address, but of a job or a household"),
        Mail::OtherDomain => say(
            20,
            "same name before the @ at another domain of the same organization",
        ),
        Mail::Slip => say(20, "email addresses differ by a slip of the pen"),
        Mail::Numbered => say(
            -45,
            "addresses that differ by a number, as namesakes get them",
        ),
        Mail::Apart { named: true } => {
            say(-20, "each has an address of their own at one mail domain")
        }
        Mail::Apart { named: false } => say(-10, "two addresses at one mail domain"),
        Mail::Elsewhere => say(-3, "different email addresses"),
        Mail::Unsaid => None,
    }
}

fn phone_evidence(phone: Phone) -> Option<Evidence> {
    let say = |weight, words: &str| Some(evidence("phone", weight, words));
    match phone {
        Phone::Own(Own::Cell) => say(50, "same cell number"),
        Phone::Own(Own::Extension) => say(40, "same number and extension"),
        Phone::Own(Own::Direct) => say(35, "same direct line"),
        Phone::Own(Own::Home) => say(15, "same number at home"),
        Phone::Contested(count) => Some(evidence(
            "phone",
            3,
            format!("same number, but {count} others with other names use it"),
        )),
        Phone::Office => say(8, "same office number"),
        Phone::Extensions => say(-10, "two extensions of one office"),
        Phone::Cells => say(-11, "two cell numbers"),
        Phone::Apart => say(-3, "different phone numbers"),
        Phone::Unsaid => None,
    }
}

fn birth(a: &Profile, b: &Profile) -> Option<Evidence> {
    let (x, y) = (a.birth?, b.birth?);
    Some(if x == y {
        evidence("birthDay", 30, "same date of birth")
    } else if x.0 == y.0 && (x.1, x.2) == (y.2, y.1) {
        evidence(
            "birthDay",
            -30,
            "dates of birth with day and month exchanged",
        )
    } else if (x.1, x.2) == (y.1, y.2) && x.0.abs_diff(y.0) == 100 {
        evidence("birthDay", -30, "dates of birth a century apart")
    } else {
        evidence("birthDay", -100, "two dates of birth")
    })
}

/// What else the records say of the person.
fn circumstances(a: &Profile, b: &Profile, fit: &Fit, mail: Mail) -> Vec<Evidence> {
    let mut found = Vec::new();
    let mut say = |field, weight, words: &str| found.push(evidence(field, weight, words));
    match (a.name.generation, b.name.generation) {
        (Some(x), Some(y)) if x != y => say("generation", -100, "two generations of one name"),
        (Some(_), None) | (None, Some(_)) => say(
            "generation",
            -30,
            "only one is marked as junior, senior or the like",
        ),
        _ => {}
    }
    if let (Some(x), Some(y)) = (a.gender, b.gender)
        && x != y
    {
        say(
            "gender",
            if fit.level == Level::Whole { -30 } else { -70 },
            "two genders",
        );
    }
    if let (Some(x), Some(y)) = (a.name.sex, b.name.sex)
        && x != y
    {
        // Imports guess forms of address; beside a first name they say little.
        say(
            "name",
            if fit.level <= Level::Slip { -30 } else { -80 },
            "forms of address for a man and a woman",
        );
    }
    let is_other = |titled: &Profile, named: &Profile| {
        let usual = named
            .name
            .given
            .first()
            .and_then(|given| GIVEN_NAMES.mark(given));
        titled.name.given.is_empty()
            && matches!(
                (titled.name.sex, usual),
                (Some(Gender::Female), Some("m")) | (Some(Gender::Male), Some("f"))
            )
    };
    if is_other(a, b) || is_other(b, a) {
        say(
            "name",
            -80,
            "a form of address that does not go with the first name",
        );
    }
    let differ = |x: &[String], y: &[String]| {
        !x.is_empty() && !y.is_empty() && x.iter().all(|word| !y.contains(word))
    };
    if differ(&a.name.qualifier, &b.name.qualifier) {
        say("name", -30, "what stands in parentheses tells them apart");
    } else if a.name.qualifier.is_empty() != b.name.qualifier.is_empty()
        && matches!(mail, Mail::Own { named: false, .. })
    {
        say(
            "name",
            -26,
            "something in parentheses stands behind one name only",
        );
    }
    let is_partner = |one: &Profile, other: &Profile| {
        other
            .name
            .given
            .first()
            .is_some_and(|given| one.partner.contains(given))
            && one.name.given.first() != other.name.given.first()
    };
    if is_partner(a, b) || is_partner(b, a) {
        say("significantOther", -100, "one is the other's partner");
    }
    if !a.street.is_empty() && a.street == b.street {
        say("addressLine1", 5, "same street address");
    }
    if !a.title.is_empty() && !b.title.is_empty() {
        if a.title == b.title {
            say("title", 6, "same title");
        } else {
            say("title", -4, "different titles");
        }
    }
    if let (Some(x), Some(y)) = (a.site, b.site)
        && x != y
    {
        say("site", -6, "different sites");
    }
    found
}

fn ruled_out(field: &str, words: &str) -> Comparison {
    Comparison {
        verdict: Verdict::Distinct,
        evidence: vec![evidence(field, -100, words)],
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Distinct => "distinct",
            Self::Review => "review",
            Self::Merge => "merge",
        })
    }
}

#[cfg(test)]
mod tests {
    use model::{
        Communication, CommunicationId, CommunicationKind, CommunicationTypeId, CompanyId,
        ContactId,
    };

    use super::*;

    /// A name and what comes with it: addresses, numbers with the type of their line
    /// (`Cell 312 555 0101`), and fields (`birthDay=1988-07-09`).
    type Row<'a> = (&'a str, &'a str, &'a [&'a str]);

    const CELL: &str = "Cell 312 555 0101";
    const DIRECT: &str = "Direct 312 555 0102";
    const EXTENSION: &str = "Phone 312 555 0103 x7";
    const HOME: &str = "Home 312 555 0104";
    const OFFICE: &str = "Phone 312 555 0105";

    fn contact(id: u32, (first, last, items): Row<'_>) -> Contact {
        let mut contact = Contact::new(ContactId::new(id), CompanyId::new(1), first, last);
        for item in items {
            if let Some((field, value)) = item.split_once('=') {
                contact = contact.with_field(field, value);
            } else if item.contains('@') {
                contact = contact.with_email(id, item);
            } else {
                let (type_name, number) = item.split_once(' ').unwrap();
                contact.communications.push(Communication {
                    id: CommunicationId::new(id),
                    kind: CommunicationKind::Phone,
                    type_id: CommunicationTypeId::new(1),
                    type_name: type_name.to_owned(),
                    value: number.into(),
                    extension: None,
                    is_default: false,
                });
            }
        }
        contact
    }

    /// The comparison of the first two of a company; both orders must agree.
    fn compare(rows: &[Row<'_>]) -> Comparison {
        let contacts: Vec<Contact> = (1..).zip(rows).map(|(id, row)| contact(id, *row)).collect();
        let company = Company::of(&contacts);
        let there = company.compare(&contacts[0], &contacts[1]);
        assert_eq!(there, company.compare(&contacts[1], &contacts[0]));
        there
    }

    fn words(comparison: &Comparison) -> Vec<String> {
        comparison
            .evidence
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// Two names, and each thing that both carry with the verdict that follows.
    fn both_carry(a: (&str, &str), b: (&str, &str), table: &[(&[&str], Verdict)]) {
        for (items, verdict) in table {
            let found = compare(&[(a.0, a.1, items), (b.0, b.1, items)]);
            assert_eq!(
                found.verdict,
                *verdict,
                "{a:?} {b:?} {items:?}: {:?}",
                words(&found)
            );
        }
    }

    #[test]
    fn two_who_say_nothing_are_not_one() {
        let nobodies = compare(&[("", "", &[]), ("", "", &[])]);
        assert_eq!(nobodies.verdict, Verdict::Distinct);
        let strangers = compare(&[("Ada", "Byron", &[]), ("Li", "Wei", &[])]);
        assert_eq!(strangers.verdict, Verdict::Distinct);
        assert_eq!(words(&strangers), ["different names (-80)"]);
    }

    #[test]
    fn the_copy_an_email_connector_made_is_the_same_person() {
        const TAGGED: &str = "same address after plus-tag (+60)";
        const NAMED: &str = "same email address, which spells the name (+60)";
        for (first, last, mail) in [
            ("Smith, John", "", TAGGED),
            ("john.smith", "", TAGGED),
            ("Smith,", "John", TAGGED),
            // Here the address stands without its tag as well.
            ("john.smith@acme.example", "Smith", NAMED),
        ] {
            let found = compare(&[
                ("John", "Smith", &["john.smith@acme.example"]),
                (first, last, &["John.Smith+psa@Acme.example"]),
            ]);
            assert_eq!(found.verdict, Verdict::Merge, "{first:?} {last:?}");
            assert_eq!(words(&found), ["same name (+40)", mail]);
        }
    }

    #[test]
    fn a_whole_name_and_anything_of_their_own_is_one_person() {
        let john = ("John", "Smith");
        both_carry(
            john,
            john,
            &[
                (&[], Verdict::Review),
                (&["john.smith@acme.example"], Verdict::Merge),
                (&["desk.two@acme.example"], Verdict::Merge),
                (&["info@acme.example"], Verdict::Review),
                (&[CELL], Verdict::Merge),
                (&[DIRECT], Verdict::Merge),
                (&[EXTENSION], Verdict::Merge),
                (&[HOME], Verdict::Review),
                (&[OFFICE], Verdict::Review),
            ],
        );
    }

    #[test]
    fn another_form_of_a_name_needs_more_than_a_direct_line_beside_two_mailboxes() {
        let (robert, bob, rob) = (("Robert", "Marsh"), ("Bob", "Marsh"), ("Rob", "Marsh"));
        both_carry(
            robert,
            bob,
            &[
                (&[], Verdict::Review),
                (&["bob@acme.example"], Verdict::Merge),
                (&["desk.two@acme.example"], Verdict::Review),
                (&[CELL], Verdict::Merge),
                (&[DIRECT], Verdict::Merge),
                (&[OFFICE], Verdict::Review),
            ],
        );
        // Two short forms may be two people's.
        both_carry(
            bob,
            rob,
            &[(&[CELL], Verdict::Review), (&[DIRECT], Verdict::Review)],
        );
        for line in [CELL, DIRECT] {
            let apart = compare(&[
                ("Robert", "Marsh", &["marsh1.desk@acme.example", line]),
                ("Bob", "Marsh", &["front.two@acme.example", line]),
            ]);
            assert_eq!(apart.verdict, Verdict::Review, "{line}");
        }
    }

    #[test]
    fn what_stands_before_the_at_needs_the_mailbox() {
        both_carry(
            ("John", "Smith"),
            ("johnsmith", ""),
            &[
                (&["johnsmith@acme.example"], Verdict::Merge),
                (&["info@acme.example"], Verdict::Review),
            ],
        );
        both_carry(
            ("John", "Smith"),
            ("jsmith", ""),
            &[
                (&["jsmith@acme.example"], Verdict::Merge),
                (&[CELL], Verdict::Review),
            ],
        );
    }

    #[test]
    fn a_slip_of_the_pen_needs_a_mailbox_that_spells_the_name_or_a_number() {
        both_carry(
            ("John", "Carter"),
            ("John", "Catrer"),
            &[
                (&[], Verdict::Review),
                (&["john.carter@acme.example"], Verdict::Merge),
                (&["desk.two@acme.example"], Verdict::Review),
                (&[CELL], Verdict::Merge),
                (&[DIRECT], Verdict::Merge),
                (&[OFFICE], Verdict::Review),
            ],
        );
        // A slip in either name is one too many for a number.
        both_carry(
            ("Margaret", "Carter"),
            ("Margraet", "Catrer"),
            &[
                (&["margaret.carter@acme.example"], Verdict::Merge),
                (&[CELL], Verdict::Review),
            ],
        );
    }

    #[test]
    fn an_initial_needs_a_mailbox_that_spells_the_name_and_no_rival() {
        let (john, j) = (("John", "Smith"), ("J", "Smith"));
        both_carry(
            john,
            j,
            &[
                (&[], Verdict::Distinct),
                (&["john.smith@acme.example"], Verdict::Merge),
                (&["desk.two@acme.example"], Verdict::Review),
                (&[CELL], Verdict::Review),
                (&[DIRECT], Verdict::Review),
            ],
        );
        let rival: Row<'_> = ("Jane", "Smith", &[]);
        let found = compare(&[("John", "Smith", &[CELL]), ("J", "Smith", &[CELL]), rival]);
        assert_eq!(found.verdict, Verdict::Review);
        // Whoever has another mailbox is not meant by this one.
        let rival: Row<'_> = ("Jane", "Smith", &["jane.smith@acme.example"]);
        let own: &[&str] = &["john.smith@acme.example"];
        let found = compare(&[("John", "Smith", own), ("J", "Smith", own), rival]);
        assert_eq!(found.verdict, Verdict::Merge);
    }

    #[test]
    fn a_first_name_alone_needs_a_mailbox_or_a_cell() {
        both_carry(
            ("John", "Smith"),
            ("John", ""),
            &[
                (&[], Verdict::Distinct),
                (&["john@acme.example"], Verdict::Merge),
                (&["desk.two@acme.example"], Verdict::Review),
                (&[CELL], Verdict::Merge),
                (&[DIRECT], Verdict::Review),
                (&[OFFICE], Verdict::Distinct),
            ],
        );
    }

    #[test]
    fn a_last_name_alone_needs_the_mailbox_at_work_that_spells_it() {
        both_carry(
            ("John", "Smith"),
            ("Mr", "Smith"),
            &[
                (&["smith.john@acme.example"], Verdict::Merge),
                (&["smith.john@gmail.com"], Verdict::Review),
                (&["desk.two@acme.example"], Verdict::Review),
                (&[CELL], Verdict::Review),
                (&[], Verdict::Distinct),
            ],
        );
    }

    #[test]
    fn a_further_first_name_needs_the_mailbox_at_work_that_spells_it() {
        both_carry(
            ("Hugh John", "Smith"),
            ("John", "Smith"),
            &[
                (&["john.smith@acme.example"], Verdict::Merge),
                (&["john.smith@gmail.com"], Verdict::Review),
                (&["desk.two@acme.example"], Verdict::Review),
                (&[CELL], Verdict::Review),
            ],
        );
    }

    #[test]
    fn another_last_name_needs_a_date_of_birth() {
        const BORN: &str = "birthDay=1988-07-09";
        const MAIL: &str = "ann.hall@acme.example";
        both_carry(
            ("Ann", "Hall"),
            ("Ann", "Marsh"),
            &[
                (&[], Verdict::Distinct),
                (&[MAIL], Verdict::Review),
                (&[CELL], Verdict::Review),
                (&[MAIL, CELL], Verdict::Review),
                (&[MAIL, BORN], Verdict::Merge),
                (&[CELL, BORN], Verdict::Merge),
                (&[MAIL, DIRECT], Verdict::Review),
            ],
        );
        // Who has a mailbox besides may only help with this one.
        let helper = compare(&[
            ("Ann", "Hall", &[MAIL, CELL]),
            ("Ann", "Marsh", &[MAIL, CELL, "ann.marsh@acme.example"]),
        ]);
        assert_eq!(helper.verdict, Verdict::Review);
    }

    #[test]
    fn names_of_two_people_are_two_whatever_else_agrees() {
        let all: &[&str] = &["home1@acme.example", CELL, "birthDay=1988-07-09"];
        for (a, b) in [
            (("Daniel", "Smith"), ("Daniela", "Smith")),
            (("John", "Smith"), ("John & Mary", "Smith")),
            (("Tom", "Hall"), ("Ben", "Hall")),
            (("Mary", ""), ("Reception", "Mary")),
            (("John A", "Smith"), ("John B", "Smith")),
            (("Anna", "Berg"), ("Test", "Test")),
            (("민수", "김"), ("영희", "김")),
        ] {
            let found = compare(&[(a.0, a.1, all), (b.0, b.1, all)]);
            assert_ne!(found.verdict, Verdict::Merge, "{a:?} {b:?}");
        }
    }

    #[test]
    fn names_that_say_too_little_are_for_a_person_to_judge_whatever_else_agrees() {
        both_carry(
            ("Anna", "Berg"),
            (".", ""),
            &[
                (&["anna.berg@acme.example", CELL], Verdict::Review),
                (&[], Verdict::Distinct),
            ],
        );
        both_carry(
            ("Anna", "Berg"),
            ("Dr", ""),
            &[(&["home1@acme.example", CELL], Verdict::Review)],
        );
        both_carry(
            ("Mary Ann", "Hall"),
            ("Ann", "Hall"),
            &[(&["home1@acme.example", CELL], Verdict::Review)],
        );
    }

    #[test]
    fn what_is_others_too_is_nobodys_own() {
        let desk: &[&str] = &["desk.two@acme.example"];
        let others: [Row<'_>; 2] = [("Mary", "Hall", desk), ("Li", "Wei", desk)];
        let john: Row<'_> = ("John", "Smith", desk);
        let found = compare(&[john, john, others[0], others[1]]);
        assert_eq!(found.verdict, Verdict::Review);
        assert_eq!(
            words(&found),
            [
                "same name (+40)",
                "same email address, but 2 others with other names use it (+5)"
            ]
        );
    }

    #[test]
    fn namesakes_with_their_own_addresses_and_numbers_are_two_people() {
        let found = compare(&[
            ("Maria", "Lopez", &["maria.lopez@acme.example", CELL]),
            (
                "Maria",
                "Lopez",
                &["maria.lopez2@acme.example", "Cell 312 555 0199"],
            ),
        ]);
        assert_eq!(found.verdict, Verdict::Distinct);
    }

    #[test]
    fn a_name_of_many_says_little() {
        let row = |count| vec![("John", "Smith", &[][..]); count];
        assert_eq!(compare(&row(COMMON - 1)).verdict, Verdict::Review);
        assert_eq!(compare(&row(COMMON)).verdict, Verdict::Distinct);
    }

    #[test]
    fn what_rules_a_person_out_does_so_beside_an_own_mailbox() {
        let mail = "john.smith@acme.example";
        for (a, b, verdict) in [
            (
                ("Smith", "birthDay=1988-07-09"),
                ("Smith", "birthDay=1988-07-09"),
                Verdict::Merge,
            ),
            (
                ("Smith", "birthDay=1988-07-09"),
                ("Smith", "birthDay=1991-03-04"),
                Verdict::Distinct,
            ),
            // A slip in a date is for a person to judge.
            (
                ("Smith", "birthDay=1988-07-09"),
                ("Smith", "birthDay=1988-09-07"),
                Verdict::Review,
            ),
            (
                ("Smith", "birthDay=1988-07-09"),
                ("Smith", "birthDay=2088-07-09"),
                Verdict::Review,
            ),
            (
                ("Smith Sr", "zip=1"),
                ("Smith Jr", "zip=1"),
                Verdict::Distinct,
            ),
            (("Smith", "zip=1"), ("Smith Jr", "zip=1"), Verdict::Review),
            (
                ("Smith", "gender=Male"),
                ("Smith", "gender=Female"),
                Verdict::Review,
            ),
            (
                ("Smith (Sales)", "zip=1"),
                ("Smith (Legal)", "zip=1"),
                Verdict::Review,
            ),
            (
                ("Smith", "title=CFO"),
                ("Smith", "title=Chief Accountant"),
                Verdict::Merge,
            ),
            (("Smith", "site=1"), ("Smith", "site=2"), Verdict::Merge),
        ] {
            let found = compare(&[("John", a.0, &[mail, a.1]), ("John", b.0, &[mail, b.1])]);
            assert_eq!(found.verdict, verdict, "{a:?} {b:?}: {:?}", words(&found));
        }
    }

    #[test]
    fn another_generation_is_another_person_in_any_language() {
        for suffix in [
            "Sr.", "Jr.", "Snr", "Jnr", "IV", "Neto", "Filho", "d.y.", "ml.",
        ] {
            let last = format!("Hall {suffix}");
            let marked: Row<'_> = ("Tom", &last, &["th@acme.example", CELL]);
            let plain: Row<'_> = ("Tom", "Hall", &["th@acme.example", CELL]);
            let third: Row<'_> = ("Tom", "Hall III", &["th@acme.example", CELL]);
            assert_eq!(
                compare(&[marked, plain]).verdict,
                Verdict::Review,
                "{suffix}"
            );
            assert_eq!(
                compare(&[marked, third]).verdict,
                Verdict::Distinct,
                "{suffix}"
            );
            assert_eq!(
                compare(&[marked, marked]).verdict,
                Verdict::Merge,
                "{suffix}"
            );
        }
    }

    #[test]
    fn a_form_of_address_and_a_partner_tell_two_of_a_household_apart() {
        let mail = "hall.j@acme.example";
        for (a, b) in [
            (("Mr", "zip=1"), ("Mrs", "zip=1")),
            (("Mrs", "zip=1"), ("James", "zip=1")),
            (("John", "significantOther=Jane"), ("Jane", "zip=1")),
        ] {
            let found = compare(&[(a.0, "Hall", &[mail, a.1]), (b.0, "Hall", &[mail, b.1])]);
            assert_eq!(found.verdict, Verdict::Distinct, "{a:?} {b:?}");
        }
    }

    #[test]
    fn whoever_inherits_a_mailbox_is_not_their_predecessor() {
        both_carry(
            ("Ada", "Byron"),
            ("Li", "Wei"),
            &[(&["cfo.desk@acme.example"], Verdict::Distinct)],
        );
    }

    #[test]
    fn two_jobs_are_one_by_name_and_mailbox() {
        let desk: &[&str] = &["reception@acme.example"];
        for (a, b, verdict) in [
            (
                ("Reception", "", desk),
                ("Reception", "", desk),
                Verdict::Merge,
            ),
            (
                ("Reception", "", desk),
                ("Front Reception", "", desk),
                Verdict::Merge,
            ),
            (
                ("Reception", "", desk),
                ("Reception", "", &[][..]),
                Verdict::Review,
            ),
            (
                ("Reception", "", &[]),
                ("Reception", "", &[]),
                Verdict::Review,
            ),
            (
                ("Reception", "", desk),
                ("Reception", "", &["info@acme.example"]),
                Verdict::Distinct,
            ),
            (
                ("Reception", "", desk),
                ("Accounts", "Payable", desk),
                Verdict::Review,
            ),
            (
                ("Reception", "", desk),
                ("Accounts", "Payable", &[]),
                Verdict::Distinct,
            ),
            (
                ("Guard", "1", desk),
                ("Guard", "2", desk),
                Verdict::Distinct,
            ),
            (
                ("Reception", "", desk),
                ("Mary", "Hall", desk),
                Verdict::Distinct,
            ),
        ] {
            assert_eq!(compare(&[a, b]).verdict, verdict, "{a:?} {b:?}");
        }
        let ar: &[&str] = &["accounts.receivable@acme.example"];
        let short = compare(&[("AR", "", ar), ("Accounts", "Receivable", ar)]);
        assert_eq!(short.verdict, Verdict::Merge);
    }

    #[test]
    fn a_conflict_keeps_two_out_of_one_group() {
        for (a, b, conflict) in [
            (("Tom", "Hall", "zip=1"), ("Tom", "Hall", "zip=1"), false),
            (
                ("Tom", "Hall", "birthDay=1950-03-01"),
                ("Tom", "Hall", "birthDay=1980-05-02"),
                true,
            ),
            (
                ("Tom", "Hall Sr", "zip=1"),
                ("Tom", "Hall Jr", "zip=1"),
                true,
            ),
            (("Tom", "Hall", "zip=1"), ("Mary", "Marsh", "zip=1"), true),
            (("Tom", "Hall", "zip=1"), ("T", "Hall", "zip=1"), false),
            (("Tom", "Hall", "zip=1"), ("Reception", "", "zip=1"), true),
        ] {
            let [a, b] = [a, b].map(|(first, last, field)| {
                Profile::of(&contact(
                    if first == "Tom" { 1 } else { 2 },
                    (first, last, &[field]),
                ))
            });
            assert_eq!(
                Company::default().is_conflict(&a, &b),
                conflict,
                "{a:?} {b:?}"
            );
        }
    }

    #[test]
    fn little_is_said_of_strangers_unless_all_is_asked_for() {
        let [ada, li] = [(1, ("Ada", "Byron")), (2, ("Li", "Wei"))]
            .map(|(id, (first, last))| Profile::of(&contact(id, (first, last, &[OFFICE]))));
        let company = Company::default();
        assert!(company.judge(&ada, &li, Detail::IfNear).evidence.is_empty());
        assert_eq!(company.judge(&ada, &li, Detail::Full).evidence.len(), 2);
    }

    #[test]
    fn a_verdict_is_said_in_a_word() {
        let said = [Verdict::Distinct, Verdict::Review, Verdict::Merge].map(|it| it.to_string());
        assert_eq!(said, ["distinct", "review", "merge"]);
    }
}
