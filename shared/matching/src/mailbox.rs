//! Mailboxes: which addresses reach the same one, which belong to a job, and whose name one spells.

use model::{Contact, Email};

use crate::name::Name;
use crate::spelling::skeleton;
use crate::text::fold;
use crate::words::{FREE_MAIL, MAIL_ALIASES, NICKNAMES, PLACEHOLDERS, ROLES, TESTS};

/// A mailbox with what can be said of it without knowing who uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mailbox {
    /// The address that all spellings of it come down to.
    pub(crate) key: String,
    /// Whether the address was written with a tag (`+psa`).
    pub(crate) tagged: bool,
    /// The words before the @, folded, without a number at the end.
    pub(crate) words: Vec<String>,
    /// The number at the end of what stands before the @.
    pub(crate) number: Option<u32>,
    /// What stands after the @.
    pub(crate) domain: String,
    /// Whether private people have their mailboxes there.
    pub(crate) is_private: bool,
    /// Whether it belongs to a job, a team or a household.
    pub(crate) is_shared: bool,
}

/// How an address spells a name, the fullest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spells {
    /// First and last name.
    Whole,
    /// An initial and a name, or names cut short.
    Initial,
    /// The first name or the last name.
    Half,
    /// The initials.
    Initials,
}

impl Mailbox {
    pub(crate) fn of(email: &Email) -> Self {
        let plain = email.mailbox();
        let written = email.domain();
        let domain = MAIL_ALIASES.heads(written).next().unwrap_or(written);
        // Gmail delivers whatever the dots; elsewhere two spellings may be two mailboxes.
        let local = if domain == "gmail.com" {
            plain.local().replace('.', "")
        } else {
            plain.local().to_owned()
        };
        let mut words = fold(plain.local());
        let number = take_number(&mut words);
        Self {
            key: format!("{local}@{domain}"),
            tagged: plain != *email,
            is_shared: is_shared_mailbox(email),
            is_private: FREE_MAIL.has(domain),
            words,
            number,
            domain: domain.to_owned(),
        }
    }

    /// What stands before the @ as one word, without its number.
    pub(crate) fn squash(&self) -> String {
        self.words.concat()
    }

    /// The name of the organization in the domain: `acme` of `mail.acme.co.uk`.
    pub(crate) fn organization(&self) -> &str {
        let suffix = psl::domain_str(&self.domain).unwrap_or(&self.domain);
        suffix.split('.').next().unwrap_or(suffix)
    }
}

fn take_number(words: &mut Vec<String>) -> Option<u32> {
    let last = words.last_mut()?;
    let bare = last.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let number = last
        .get(bare..)
        .filter(|digits| digits.len() <= 4)?
        .parse()
        .ok();
    last.truncate(bare);
    if last.is_empty() && words.len() > 1 {
        words.pop();
    }
    number
}

/// Whether an address belongs to a job, a team or a household and not to one person
/// (`info@`, `accounts-payable@`, `hallfamily@`).
#[must_use]
pub fn is_shared_mailbox(email: &Email) -> bool {
    const HOUSEHOLDS: [&str; 9] = [
        "family",
        "familie",
        "famille",
        "familia",
        "famiglia",
        "familj",
        "household",
        "haushalt",
        "rodzina",
    ];
    const JOINTS: [&str; 5] = ["and", "und", "et", "och", "og"];
    let words = fold(email.mailbox().local());
    let named: Vec<&str> = words
        .iter()
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .collect();
    let is_role = |word: &&str| ROLES.has(word) || is_compound_role(word);
    let nobodys = PLACEHOLDERS.has(&named.concat())
        || named
            .iter()
            .all(|word| PLACEHOLDERS.has(word) || TESTS.mark(word) == Some("marks"))
        || named.concat().len() < 2
        || email.domain().split('.').next() == Some(named.concat().as_str());
    let joined = named.len() > 2
        && named[1..named.len() - 1]
            .iter()
            .any(|word| JOINTS.contains(word));
    let household = named
        .iter()
        .any(|word| *word == "fam" || word.len() > 5 && word.ends_with("fam"))
        || named.iter().any(|word| {
            HOUSEHOLDS
                .iter()
                .any(|home| word.ends_with(home) || word.starts_with(home))
        });
    !named.is_empty() && (nobodys || named.iter().all(is_role) || joined || household)
}

/// Role words written as one: `accountspayable`, `frontdesk`.
fn is_compound_role(word: &str) -> bool {
    word.len() >= 6
        && (3..=word.len() - 3).any(|at| {
            word.is_char_boundary(at)
                && ROLES.has(&word[..at])
                && (ROLES.has(&word[at..]) || is_compound_role(&word[at..]))
        })
}

/// Whether an address spells the name of a contact: `j.smith@`, `john@`, `smithj@` for John Smith.
#[must_use]
pub fn spells_name(email: &Email, contact: &Contact) -> bool {
    spelling(&Mailbox::of(email).squash(), &Name::of(contact))
        .is_some_and(|spells| spells < Spells::Initials)
}

/// How what stands before the @ (as one word, without a number) spells a name.
pub(crate) fn spelling(local: &str, name: &Name) -> Option<Spells> {
    if local.len() < 2 {
        return None;
    }
    let (givens, families) = (givens(name), families(name));
    let exact = spelling_of(local, &givens, &families);
    if exact.is_some_and(|spells| spells <= Spells::Initial) {
        return exact;
    }
    // "bjoerkman" and "Björkman".
    let sounds = |words: &[String]| words.iter().map(|word| skeleton(word)).collect::<Vec<_>>();
    let alike = spelling_of(&skeleton(local), &sounds(&givens), &sounds(&families));
    let initials: String = name
        .given
        .iter()
        .chain(&name.family)
        .filter_map(|word| word.chars().next())
        .collect();
    let by_initials = (initials.len() > 1 && initials.ends_with(local)).then_some(Spells::Initials);
    [exact, alike, by_initials].into_iter().flatten().min()
}

fn spelling_of(local: &str, givens: &[String], families: &[String]) -> Option<Spells> {
    let mut found: Option<Spells> = None;
    let mut note = |spells: Spells| found = Some(found.map_or(spells, |best| best.min(spells)));
    let is_both = |one: &str, other: &str| {
        local.len() == one.len() + other.len() && local.starts_with(one) && local.ends_with(other)
    };
    for given in givens {
        if given.len() > 1 && given == local {
            note(Spells::Half);
        }
        for family in families {
            if is_both(given, family) || is_both(family, given) || has_middle(local, given, family)
            {
                note(if given.len() > 1 && family.len() > 1 {
                    Spells::Whole
                } else {
                    Spells::Initial
                });
            } else if given != local
                && family != local
                && (is_cut(local, given, family) || is_cut(local, family, given))
            {
                note(Spells::Initial);
            }
        }
    }
    if families
        .iter()
        .any(|family| family.len() > 1 && family == local)
    {
        note(Spells::Half);
    }
    found
}

/// The first names an address may spell: as typed, together, what the person is called, the long form.
fn givens(name: &Name) -> Vec<String> {
    let mut givens: Vec<String> = name.given.iter().chain(&name.called).cloned().collect();
    if name.given.len() > 1 {
        givens.push(name.given.concat());
        let initials: String = name
            .given
            .iter()
            .filter_map(|word| word.chars().next())
            .collect();
        givens.push(initials);
    }
    if let Some(first) = name.given.first() {
        givens.extend(NICKNAMES.heads(first).map(str::to_owned));
    }
    givens
}

fn families(name: &Name) -> Vec<String> {
    let mut families = vec![name.family_joined.clone(), name.family.concat()];
    families.extend(name.family.iter().cloned());
    families.extend(name.former.iter().cloned());
    families.retain(|family| !family.is_empty());
    families.sort_unstable();
    families.dedup();
    families
}

/// `john.r.smith` for John Smith.
fn has_middle(local: &str, given: &str, family: &str) -> bool {
    given.len() > 2
        && family.len() > 2
        && local.len() <= given.len() + family.len() + 1
        && local.starts_with(given)
        && local.ends_with(family)
        && local.len() > given.len() + family.len()
}

/// The beginning of one name and the other whole (`jsmith`, `johns`), or the beginnings of both
/// (`smitj`), as directories make short names.
fn is_cut(local: &str, first: &str, second: &str) -> bool {
    if local.is_empty() {
        return false;
    }
    let shared = local
        .bytes()
        .zip(first.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    (1..=shared.min(local.len() - 1)).any(|at| {
        let rest = &local[at..];
        rest == second
            || (local.len() >= 5 && second.starts_with(rest) && (rest.len() >= 4 || at >= 4))
    })
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, ContactId};

    use super::*;

    fn email(text: &str) -> Email {
        text.parse().unwrap()
    }

    fn mailbox(text: &str) -> Mailbox {
        Mailbox::of(&email(text))
    }

    #[test]
    fn nothing_before_the_at_spells_no_name_and_nobody_is_spelled() {
        assert_eq!(spelling("", &Name::read("John", "Smith", "")), None);
        assert_eq!(spelling("john", &Name::default()), None);
    }

    #[test]
    fn spellings_of_one_mailbox_have_one_key() {
        for (one, other) in [
            ("John.Smith@Acme.example", "john.smith@acme.example"),
            ("john.smith+psa@acme.example", "john.smith@acme.example"),
            ("john.smith@gmail.com", "johnsmith@gmail.com"),
            ("j.ohnsmith+x@googlemail.com", "johnsmith@gmail.com"),
            ("ada@me.com", "ada@icloud.com"),
            ("ada@pm.me", "ada@proton.me"),
        ] {
            assert_eq!(mailbox(one).key, mailbox(other).key, "{one} {other}");
        }
        for (one, other) in [
            ("john.smith@acme.example", "johnsmith@acme.example"),
            ("john.smith@acme.example", "john.smith2@acme.example"),
            ("john.smith@acme.example", "john.smith@other.example"),
            ("ada@outlook.com", "ada@hotmail.com"),
        ] {
            assert_ne!(mailbox(one).key, mailbox(other).key, "{one} {other}");
        }
    }

    #[test]
    fn a_mailbox_says_how_it_was_written_and_where_it_is() {
        let work = mailbox("john.smith@acme.example");
        assert!(!work.tagged && !work.is_private && !work.is_shared);
        assert!(mailbox("john.smith+psa@acme.example").tagged);
        for private in ["john@gmail.com", "john@googlemail.com", "john@web.de"] {
            assert!(mailbox(private).is_private, "{private}");
        }
    }

    #[test]
    fn a_number_at_the_end_is_no_part_of_the_words() {
        for (address, squashed, number) in [
            ("john.smith@acme.example", "johnsmith", None),
            ("john.smith2@acme.example", "johnsmith", Some(2)),
            ("john.smith.2@acme.example", "johnsmith", Some(2)),
            ("john1984@acme.example", "john", Some(1984)),
            ("4711@acme.example", "", Some(4711)),
            // Too long to count namesakes.
            ("john3125550142@acme.example", "john3125550142", None),
        ] {
            let mailbox = mailbox(address);
            assert_eq!(mailbox.squash(), squashed, "{address}");
            assert_eq!(mailbox.number, number, "{address}");
        }
    }

    #[test]
    fn the_organization_is_the_name_in_the_domain() {
        for (domain, organization) in [
            ("acme.com", "acme"),
            ("mail.acme.co.uk", "acme"),
            ("acme.com.au", "acme"),
            ("eu.sales.acme-tools.de", "acme-tools"),
            ("acme.example", "acme"),
        ] {
            let mailbox = mailbox(&format!("john@{domain}"));
            assert_eq!(mailbox.organization(), organization, "{domain}");
        }
    }

    #[test]
    fn a_mailbox_of_a_job_a_household_or_nobody_is_shared() {
        for local in [
            "info",
            "sales2",
            "accounts-payable",
            "accountspayable",
            "frontdesk",
            "front.desk.3",
            "hallfamily",
            "familie.weber",
            "fam.weber",
            "weberfam",
            "john.and.mary",
            "anna-und-ben",
            "test",
            "unknown",
        ] {
            assert!(
                is_shared_mailbox(&email(&format!("{local}@acme.example"))),
                "{local}"
            );
        }
        for local in [
            "john.smith",
            "jsmith",
            "john.sales",
            "salesman.john",
            "anderson",
            "fama",
            "4711",
            "sandor",
        ] {
            assert!(
                !is_shared_mailbox(&email(&format!("{local}@acme.example"))),
                "{local}"
            );
        }
    }

    #[test]
    fn an_address_spells_a_name_whole_by_initial_by_half_or_by_initials() {
        let john = Name::read("John Robert", "Smith", "Jack");
        for (local, spells) in [
            ("johnsmith", Some(Spells::Whole)),
            ("smithjohn", Some(Spells::Whole)),
            ("johnrobertsmith", Some(Spells::Whole)),
            ("johnrsmith", Some(Spells::Whole)),
            ("jacksmith", Some(Spells::Whole)),
            ("robertsmith", Some(Spells::Whole)),
            ("jsmith", Some(Spells::Initial)),
            ("smithj", Some(Spells::Initial)),
            ("johns", Some(Spells::Initial)),
            ("josmith", Some(Spells::Initial)),
            ("jrsmith", Some(Spells::Whole)),
            ("smitj", Some(Spells::Initial)),
            ("john", Some(Spells::Half)),
            ("jack", Some(Spells::Half)),
            ("smith", Some(Spells::Half)),
            ("jrs", Some(Spells::Initials)),
            ("rs", Some(Spells::Initials)),
            ("j", None),
            ("psmith", None),
            ("mary", None),
            ("johnhall", None),
        ] {
            assert_eq!(spelling(local, &john), spells, "{local}");
        }
    }

    #[test]
    fn an_address_spells_particles_short_forms_former_names_and_umlauts() {
        for (first, last, local, spells) in [
            ("Ludwig", "van der Berg", "ludwigvanderberg", Spells::Whole),
            ("Ludwig", "van der Berg", "lberg", Spells::Initial),
            ("Bob", "Marsh", "robertmarsh", Spells::Whole),
            ("Ann (née Hall)", "Lee", "annhall", Spells::Whole),
            ("Jörg", "Björkman", "joergbjoerkman", Spells::Whole),
            ("Jörg", "Björkman", "bjoerkman", Spells::Half),
            ("Maria", "Garcia Lopez", "mlopez", Spells::Initial),
            ("Сергей", "Иванов", "sivanov", Spells::Initial),
        ] {
            let name = Name::read(first, last, "");
            assert_eq!(
                spelling(local, &name),
                Some(spells),
                "{first} {last} {local}"
            );
        }
    }

    #[test]
    fn initials_alone_do_not_spell_a_contacts_name() {
        let john = Contact::new(ContactId::new(1), CompanyId::new(1), "John", "Smith");
        for (address, spells) in [
            ("j.smith2@acme.example", true),
            ("john+psa@acme.example", true),
            ("smithj@gmail.com", true),
            ("js@acme.example", false),
            ("info@acme.example", false),
        ] {
            assert_eq!(spells_name(&email(address), &john), spells, "{address}");
        }
    }
}
