//! A name as it is typed into two fields, read as the name of a person, a job or nobody.

use std::borrow::Cow;

use model::Contact;

use crate::profile::Gender;
use crate::spelling::skeleton;
use crate::text::{Script, clean, fold, script};
use crate::words::{GIVEN_NAMES, HONORIFICS, PARTICLES, PLACEHOLDERS, ROLES, TESTS};

/// What a contact's name says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    /// Given names and initials, in order.
    pub(crate) given: Vec<String>,
    /// Family names without particles, in order.
    pub(crate) family: Vec<String>,
    /// The family name with its particles, as one word: `van der Berg` and `VanderBerg` meet here.
    pub(crate) family_joined: String,
    /// How that sounds.
    pub(crate) family_sound: String,
    /// What the person is called besides: nickname field, quotes, parentheses.
    pub(crate) called: Vec<String>,
    /// A family name the person had before: "(née Hall)".
    pub(crate) former: Vec<String>,
    /// Jr, Sr, II and the like.
    pub(crate) generation: Option<&'static str>,
    /// Whom the form of address before the name is for.
    pub(crate) sex: Option<Gender>,
    /// What stands in parentheses to tell this record from another: "(Sales)".
    pub(crate) qualifier: Vec<String>,
    /// What the name stands for.
    pub(crate) kind: Kind,
    /// What stands before the @ of an address, where it was put in place of a name.
    pub(crate) local: Option<String>,
    /// The script it is written in.
    pub(crate) script: Script,
    /// Whether first and last name came in one field, so that nobody said which is which.
    pub(crate) unsplit: bool,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nobody: blank, or a placeholder.
    #[default]
    Nobody,
    /// One person.
    Person,
    /// A job, a team, a place, a device.
    Role,
    /// Several people, or a job beside a person.
    Several,
    /// A record somebody made to try something out.
    Test,
}

impl Name {
    /// Reads the name of a contact.
    pub(crate) fn of(contact: &Contact) -> Self {
        let nick = contact
            .fields
            .get("nickName")
            .and_then(|nick| nick.reveal().as_str());
        let mut name = Self::read(
            contact.first_name.reveal(),
            contact.last_name.reveal(),
            nick.unwrap_or_default(),
        );
        let locals = contact
            .communications
            .iter()
            .filter_map(|item| item.value.reveal().split_once('@'));
        name.note_local(contact.first_name.reveal(), locals.map(|(local, _)| local));
        name
    }

    /// Reads a first name, a last name and a nickname, seeing through what imports and connectors do
    /// to them: "Smith, John" in one field, the comma left in a first name, a whole name in both.
    pub(crate) fn read(first: &str, last: &str, nick: &str) -> Self {
        let mut name = Self::default();
        let (first, last) = in_hangul(readable(first), readable(last));
        let (first, last) = (name.take_generation(&first), name.take_generation(&last));
        name.script = script(first).max(script(last));
        let first = name.take_asides(first);
        let last = name.take_asides(last);
        let last = name.take_department(&last, !first.is_empty());
        let several = is_joined(&first, true) || is_joined(&last, false);
        let last = if last.contains('@') && !first.is_empty() {
            String::new()
        } else {
            last
        };
        let (first, last) = (placeheld(&first), placeheld(&last));
        let (given, mut family) = in_order(first, last);
        // "Dehmel, Shift Lead": behind a comma that is no order of names.
        if let Some((before, behind)) = family.split_once(',') {
            // "Meer, van der".
            if !fold(behind).iter().all(|word| PARTICLES.has(word)) {
                name.note_aside(behind);
            }
            family = before;
        }

        let mut given = name.words(given.split('@').next().unwrap_or_default(), Field::First);
        let mut family = name.words(family.split('@').next().unwrap_or_default(), Field::Last);
        untangle(&mut given, &mut family);
        // "Mr" and a last name is no first name; "Mr" and "John Smith" is.
        let is_given = family.first().is_some_and(|word| GIVEN_NAMES.has(word));
        if given.is_empty() && family.len() > 1 && (name.sex.is_none() || is_given) {
            std::mem::swap(&mut given, &mut family);
        }
        if family.is_empty() && given.len() > 1 {
            name.unsplit = true;
            let start = family_start(&given);
            family = given.split_off(start);
        }
        name.called.extend(fold(&clean(nick)));
        let somebody_elses = name
            .qualifier
            .iter()
            .any(|word| RELATIONS.contains(&word.as_str()));
        name.kind = kind(&given, &family, several || somebody_elses);
        if name.script != Script::Latin && [first, last].iter().all(|text| is_native_role(text)) {
            name.kind = Kind::Role;
        }
        name.set(given, family);
        name
    }

    /// Swedish, Danish and German "d.y." and "d. Ä.", which folding would take apart.
    fn take_generation<'a>(&mut self, text: &'a str) -> &'a str {
        if !text.contains(" d") {
            return text;
        }
        if let Some((before, mark)) = text.rsplit_once(" d.").or_else(|| text.rsplit_once(" d ")) {
            let found = match mark.trim_matches(['.', ' ']) {
                "y" | "j" | "J" | "Y" => Some("jr"),
                "ä" | "Ä" | "æ" | "e" | "a" | "o" => Some("sr"),
                _ => None,
            };
            if found.is_some() {
                self.generation = found;
                return before.trim();
            }
        }
        text
    }

    fn set(&mut self, given: Vec<String>, family: Vec<String>) {
        self.family_joined = family.concat();
        self.family_sound = skeleton(&self.family_joined);
        let core: Vec<String> = family
            .iter()
            .filter(|word| !PARTICLES.has(word))
            .cloned()
            .collect();
        self.family = if core.is_empty() { family } else { core };
        self.given = given;
    }

    /// The same name with first and last name exchanged.
    pub(crate) fn swapped(&self) -> Self {
        let mut other = self.clone();
        let (given, family) = (
            std::mem::take(&mut other.family),
            std::mem::take(&mut other.given),
        );
        other.set(given, family);
        other
    }

    /// All ways in which a name that came in one field may be split into first and last.
    pub(crate) fn splits(&self) -> Vec<Self> {
        let words: Vec<String> = self.given.iter().chain(&self.family).cloned().collect();
        (1..words.len())
            .map(|at| {
                let mut other = self.clone();
                other.set(words[..at].to_vec(), words[at..].to_vec());
                other
            })
            .collect()
    }

    /// Whether there is anything in the name that may be a company's.
    pub(crate) fn may_hold_company(&self) -> bool {
        let is_form = |word: &String| LEGAL_FORMS.contains(&word.as_str());
        !self.qualifier.is_empty()
            || self.kind == Kind::Several
            || (self.given.len() > 1 && !self.family.is_empty())
            || self.family.iter().any(is_form)
    }

    /// A company in place of the last name, the whole name in the first: "Ann Lee", "Acme Ltd". Told by
    /// the domain of a mailbox.
    pub(crate) fn drop_company(&mut self, organization: &str) {
        let letters: String = organization
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let is_of = |word: &String| {
            (word.len() > 3 && letters.contains(word.as_str()))
                || LEGAL_FORMS.contains(&word.as_str())
        };
        self.qualifier.retain(|word| !is_of(word));
        if self.kind == Kind::Several
            && self.family.iter().all(is_of)
            && kind(&self.given, &[], false) == Kind::Role
        {
            let given = std::mem::take(&mut self.given);
            self.set(given, Vec::new());
            self.kind = Kind::Role;
        }
        // In a family's firm the last name is the company's as well.
        let is_form = |word: &String| LEGAL_FORMS.contains(&word.as_str());
        let is_company = self.family.iter().any(is_form);
        let holds_family = self.given.last().is_some_and(|word| !GIVEN_NAMES.has(word));
        if self.given.len() == 1
            && is_company
            && !self.unsplit
            && self.family.iter().all(is_of)
            && kind(&self.given, &[], false) == Kind::Person
        {
            let given = std::mem::take(&mut self.given);
            self.set(given, Vec::new());
            self.kind = Kind::Person;
        } else if self.given.len() > 1
            && self.family.first().is_some_and(is_of)
            && (is_company || holds_family)
            && self.kind != Kind::Role
            && !self.unsplit
        {
            self.kind = Kind::Person;
            let mut words = std::mem::take(&mut self.given);
            let start = family_start(&words);
            let family = words.split_off(start);
            self.unsplit = true;
            self.set(words, family);
        }
    }

    /// The words of first and last name, sorted: under them a name meets itself in any order.
    pub(crate) fn bag(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self
            .given
            .iter()
            .chain(&self.family)
            .map(String::as_str)
            .collect();
        words.sort_unstable();
        words
    }

    /// A connector that knows no name puts the local part of the address there. A lone first name
    /// may be that too, so both readings are kept for it.
    fn note_local<'a>(&mut self, first: &str, mut locals: impl Iterator<Item = &'a str>) {
        let lone = self.family.is_empty() || self.unsplit;
        if self.kind != Kind::Person || !lone || self.given.is_empty() {
            return;
        }
        let first = clean(first);
        let text = first.split('@').next().unwrap_or_default();
        let squash = fold(text).concat();
        let is_written_so = !text.contains(char::is_whitespace)
            && (text.contains(['.', '_']) || text.contains(|c: char| c.is_ascii_digit()));
        let is_own = !text.contains(char::is_whitespace)
            && locals.any(|local| fold(untagged(local)).concat() == squash);
        if is_written_so || is_own || first.contains('@') {
            self.local = Some(squash);
            if self.family.is_empty()
                && (!GIVEN_NAMES.has(&self.given[0])
                    || self.given[0].contains(|c: char| c.is_ascii_digit()))
            {
                self.given.clear();
            }
        }
    }

    /// Takes out what stands in parentheses, brackets or quotes.
    fn take_asides(&mut self, text: &str) -> String {
        if !text.contains(|c| closing(c).is_some())
            && ![" - ", " – ", " — "].iter().any(|dash| text.contains(dash))
        {
            return text.to_owned();
        }
        let mut rest = String::with_capacity(text.len());
        let mut aside: Option<(char, String)> = None;
        for c in text.chars() {
            match aside.as_mut() {
                None => match closing(c) {
                    Some(end) if end != '"' || text.matches(c).count() > 1 || c != '"' => {
                        aside = Some((end, String::new()))
                    }
                    _ => rest.push(c),
                },
                Some((end, inside)) if c == *end => {
                    let inside = std::mem::take(inside);
                    aside = None;
                    self.note_aside(&inside);
                    rest.push(' ');
                }
                Some((_, inside)) => inside.push(c),
            }
        }
        if let Some((_, inside)) = aside {
            self.note_aside(&inside);
        }
        // A name that is in quotes as a whole is the name.
        if rest.trim().is_empty() {
            return text
                .chars()
                .filter(|c| closing(*c).is_none() && !matches!(c, ')' | ']' | '}' | '»' | '）'))
                .collect();
        }
        // "Morse - Operations": behind a dash that stands by itself is no name.
        let dash = [" - ", " – ", " — "]
            .into_iter()
            .find_map(|dash| rest.split_once(dash));
        if let Some((before, behind)) = dash
            && !before.trim().is_empty()
        {
            self.note_aside(behind);
            return before.to_owned();
        }
        rest
    }

    /// "Morse / Operations", "Morse | Acme", "Morse @ Acme": behind a sign that stands by itself is no
    /// last name.
    fn take_department(&mut self, text: &str, has_first: bool) -> String {
        for sign in [" / ", " | ", " @ "] {
            if has_first && let Some((before, behind)) = text.split_once(sign) {
                self.note_aside(behind);
                return before.to_owned();
            }
        }
        text.to_owned()
    }

    fn note_aside(&mut self, text: &str) {
        if text.contains('@') {
            return;
        }
        let mut words = fold(&undotted(text));
        // A number to call tells nobody apart.
        words.retain(|word| {
            !word.bytes().all(|byte| byte.is_ascii_digit()) && !PHONE_WORDS.contains(&word.as_str())
        });
        words.retain(|word| match generation(word) {
            Some(found) => {
                self.generation = Some(found);
                false
            }
            None => !HONORIFICS.has(word),
        });
        for (mark, found) in [
            ("padre", "sr"),
            ("pere", "sr"),
            ("father", "sr"),
            ("vater", "sr"),
            ("son", "jr"),
            ("sohn", "jr"),
            ("figlio", "jr"),
            ("filius", "jr"),
            ("oglu", "jr"),
            ("syn", "jr"),
            ("ifj", "jr"),
        ] {
            if words.len() == 1 && words[0] == mark {
                self.generation = Some(found);
                return;
            }
        }
        for mark in ["i", "v", "vi"] {
            if words.len() == 1 && words[0] == mark {
                self.generation = Some(mark);
                return;
            }
        }
        if words.first().is_some_and(|word| {
            matches!(
                word.as_str(),
                "nee"
                    | "ne"
                    | "geb"
                    | "geborene"
                    | "born"
                    | "formerly"
                    | "maiden"
                    | "roz"
                    | "dite"
                    | "f"
                    | "fodd"
            )
        }) {
            self.former.extend(words.drain(1..));
        } else if words.len() == 1 && GIVEN_NAMES.has(&words[0]) {
            self.called.append(&mut words);
        } else {
            self.qualifier.append(&mut words);
        }
    }

    /// The words of one field that are part of the name. What else it says is noted.
    fn words(&mut self, text: &str, field: Field) -> Vec<String> {
        let mut words = fold(&undotted(text));
        let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
        // A phone number in the name; a lone digit may count shops or rooms.
        if words
            .iter()
            .filter(|word| is_number(word))
            .map(String::len)
            .sum::<usize>()
            >= 5
        {
            words.retain(|word| !is_number(word) && !PHONE_WORDS.contains(&word.as_str()));
        }
        drop_status(&mut words);
        for word in &mut words {
            undigit(word);
        }
        self.take_address(&mut words, field);
        self.take_mark(&mut words, text, field);
        // Degrees, behind the name.
        while words.len() > 1
            && words
                .last()
                .is_some_and(|word| HONORIFICS.mark(word) == Some("after"))
        {
            words.pop();
        }
        words
    }

    /// Takes the forms of address before a name. Pan and Herr are family names as well, so in the last
    /// field one that stands alone is the name.
    fn take_address(&mut self, words: &mut Vec<String>, field: Field) {
        if words.len() > 1 && words[0] == "sig" && words[1] == "ra" {
            words.splice(..2, ["signora".to_owned()]);
        } else if field == Field::First && words.first().is_some_and(|word| word == "sr") {
            words[0] = "senor".to_owned();
        }
        while let Some(word) = words.first() {
            let sex = sex(word);
            let is_form = sex.is_some() || HONORIFICS.mark(word) == Some("before");
            let is_name = matches!(word.as_str(), "pan" | "pani" | "shri") || ROLES.has(word);
            if !is_form || (words.len() == 1 && (field == Field::Last || is_name)) {
                break;
            }
            self.sex = self.sex.or(sex);
            words.remove(0);
        }
    }

    /// Takes the mark of a generation behind a name.
    fn take_mark(&mut self, words: &mut Vec<String>, text: &str, field: Field) {
        let Some(word) = words.last() else {
            return;
        };
        let found = match word.as_str() {
            "jr" | "jnr" | "sr" | "snr" | "ii" | "iii" | "iv" | "2nd" | "3rd" | "4th" => {
                generation(word)
            }
            _ if words.len() < 2 => None,
            // Months and family names, unless they are abbreviated.
            "jun" | "sen" if !text.trim_end().ends_with('.') => None,
            "ml" | "ifj" => Some("jr"),
            "st" | "id" | "idb" => Some("sr"),
            // Elsewhere these are initials.
            "i" if field == Field::Last || words.len() > 2 => Some("i"),
            "v" if field == Field::Last => Some("v"),
            "vi" if field == Field::Last => Some("vi"),
            word => generation(word),
        };
        if let Some(found) = found
            && (words.len() > 1 || field == Field::Last)
        {
            self.generation = Some(found);
            words.pop();
        }
    }
}

/// Whether a contact is named for a job and not for a person ("Reception", "Accounts Payable").
#[must_use]
pub fn is_role_name(contact: &Contact) -> bool {
    Name::of(contact).kind == Kind::Role
}

/// Whether two contacts spell one name, whatever the order, case, punctuation or diacritics.
#[must_use]
pub fn same_name(a: &Contact, b: &Contact) -> bool {
    let (a, b) = (Name::of(a), Name::of(b));
    a.bag() == b.bag() && a.generation == b.generation
}

/// A Korean name written without a space: the family name is its first syllable.
fn in_hangul<'a>(first: Cow<'a, str>, last: Cow<'a, str>) -> (Cow<'a, str>, Cow<'a, str>) {
    let whole = if last.is_empty() { &first } else { &last };
    let is_hangul = whole
        .chars()
        .all(|c| ('\u{ac00}'..='\u{d7af}').contains(&c));
    if (first.is_empty() != last.is_empty())
        && is_hangul
        && (2..=4).contains(&whole.chars().count())
    {
        let end = whole.chars().next().map_or(0, char::len_utf8);
        let (family, given) = whole.split_at(end);
        return (given.to_owned().into(), family.to_owned().into());
    }
    (first, last)
}

/// Legal forms of companies.
const LEGAL_FORMS: [&str; 16] = [
    "ltd", "inc", "llc", "llp", "plc", "gmbh", "corp", "co", "bv", "nv", "srl", "sarl", "spa",
    "ltda", "oy", "pty",
];

/// What stands beside a number that was typed into a name.
const PHONE_WORDS: [&str; 11] = [
    "ext",
    "x",
    "tel",
    "phone",
    "cell",
    "mobile",
    "mob",
    "fax",
    "durchwahl",
    "direct",
    "office",
];

/// "(Spouse)": the record is about somebody who belongs to whom it names.
const RELATIONS: [&str; 20] = [
    "spouse",
    "wife",
    "husband",
    "partner",
    "mother",
    "father",
    "son",
    "daughter",
    "brother",
    "sister",
    "assistant",
    "secretary",
    "child",
    "ehefrau",
    "ehemann",
    "sohn",
    "tochter",
    "sekretariat",
    "epouse",
    "esposa",
];

/// A field, cleaned. A mail header that was not decoded and a directory's path are no names.
fn readable(text: &str) -> Cow<'_, str> {
    if text.starts_with("=?") || text.starts_with("/O=") || text.starts_with("/o=") {
        return "".into();
    }
    clean(text)
}

fn closing(c: char) -> Option<char> {
    match c {
        '(' => Some(')'),
        '[' => Some(']'),
        '{' => Some('}'),
        '"' => Some('"'),
        '“' | '”' | '„' => Some('”'),
        '«' => Some('»'),
        '（' => Some('）'),
        _ => None,
    }
}

/// A field without the placeholder that stands in it.
fn placeheld(text: &str) -> &str {
    // No placeholder is that long.
    if text.len() > 30 {
        return text;
    }
    let words = fold(text);
    let blank = words.is_empty() && !text.chars().any(char::is_alphabetic);
    if blank
        || PLACEHOLDERS.has(&words.concat())
        || (words.len() > 1 && words.iter().all(|word| PLACEHOLDERS.has(word)))
    {
        ""
    } else {
        text
    }
}

/// "Smith, John" in one field, or the comma left in the first name; a degree after a comma is none of it.
fn in_order<'a>(first: &'a str, last: &'a str) -> (&'a str, &'a str) {
    if !first.contains([',', ';', '，', '、']) && !last.contains([',', ';', '，', '、']) {
        return (first, last);
    }
    let is_name = |part: &str| {
        let words = fold(part);
        !words.is_empty()
            && words
                .iter()
                .any(|word| generation(word).is_none() && !HONORIFICS.has(word))
    };
    let split = |text: &'a str| text.split_once([',', ';', '，', '、']);
    match (split(first), split(last)) {
        (Some((family, given)), None) if given.trim().is_empty() => (last, family),
        (Some((family, given)), _) if is_name(given) && is_name(family) && last.is_empty() => {
            (given, family)
        }
        // "Smith, John" beside the last name "Smith".
        (Some((family, given)), None) if is_name(given) && fold(family) == fold(last) => {
            (given, family)
        }
        (None, Some((family, given)))
            if is_name(given)
                && is_name(family)
                && (first.is_empty() || fold(first) == fold(given)) =>
        {
            (given, family)
        }
        _ => (first, last),
    }
}

/// A whole name in the first field beside the last name, or in both.
fn untangle(given: &mut Vec<String>, family: &mut Vec<String>) {
    if family.is_empty() || given.len() < 2 {
        if given.len() == 1 && family.len() > 1 && family[0] == given[0] {
            family.remove(0);
        }
        return;
    }
    if given == family {
        let start = family_start(given);
        *family = given.split_off(start);
    } else if given.len() > family.len() && given.ends_with(family) {
        given.truncate(given.len() - family.len());
    } else if given.len() > family.len() && given.starts_with(family) {
        given.drain(..family.len());
    }
    if family.len() > given.len() && family.starts_with(given) {
        family.drain(..given.len());
    }
}

/// Where the family name begins in a name typed into one field: at its first particle, else at the
/// last word.
fn family_start(words: &[String]) -> usize {
    let particle = words
        .iter()
        .skip(1)
        .position(|word| PARTICLES.has(word) && word.len() > 1);
    particle
        .map_or(words.len() - 1, |at| at + 1)
        .min(words.len() - 1)
}

/// "John & Mary", "Anna und Ben", "John/Mary".
fn is_joined(text: &str, is_first: bool) -> bool {
    const JOINTS: [&str; 14] = [
        "and", "und", "et", "or", "oder", "och", "og", "en", "ja", "ve", "es", "és", "ile", "và",
    ];
    // In a last name these are part of it: Costa e Silva, Ortega y Gasset.
    const FIRST_ONLY: [&str; 7] = ["e", "y", "i", "a", "и", "та", "και"];
    if !text.contains([' ', '&', '/', '+']) {
        return false;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let signed =
        text.contains(['&', '/', '+']) && fold(text).len() > 1 && !text.eq_ignore_ascii_case("n/a");
    let between = words.len() > 2
        && words[1..words.len() - 1].iter().any(|word| {
            JOINTS.contains(&word.to_lowercase().as_str()) || is_first && FIRST_ONLY.contains(word)
        });
    signed || between
}

fn kind(given: &[String], family: &[String], several: bool) -> Kind {
    let words: Vec<&str> = given.iter().chain(family).map(String::as_str).collect();
    if words.is_empty() {
        return Kind::Nobody;
    }
    let bare = |word: &str| {
        word.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let is_number = |word: &str| bare(word).is_empty();
    let named: Vec<String> = words
        .iter()
        .map(|word| bare(word))
        .filter(|word| !word.is_empty())
        .collect();
    if named.is_empty() {
        return Kind::Role;
    }
    if named.iter().any(|word| TESTS.mark(word) == Some("marks"))
        && named.iter().all(|word| TESTS.has(word))
    {
        return Kind::Test;
    }
    // Emily Post and José Sales bear family names that are words of the office as well.
    let is_surname = |word: &str| {
        ROLES.mark(word) == Some("name")
            && named.len() == 2
            && family.len() == 1
            && family[0] == word
            && GIVEN_NAMES.has(&named[0])
    };
    let roles = named
        .iter()
        .filter(|word| ROLES.has(word) && !is_surname(word))
        .count();
    let letters = named.iter().filter(|word| word.len() == 1).count();
    if roles > 0 && roles + letters == named.len() {
        return Kind::Role;
    }
    let company = words.len() > 1 && words.iter().any(|word| LEGAL_FORMS.contains(word));
    if several || company || roles > 0 {
        return Kind::Several;
    }
    // "Guard 2": a thing that is counted.
    if words.iter().any(|word| is_number(word)) && named.len() == 1 {
        return Kind::Role;
    }
    Kind::Person
}

/// Marks of what became of a record: "ZZ DO NOT USE Helen".
fn drop_status(words: &mut Vec<String>) {
    const MARKS: [&str; 12] = [
        "zz",
        "zzz",
        "xx",
        "xxx",
        "old",
        "dup",
        "duplicate",
        "deleted",
        "inactive",
        "donotuse",
        "copy",
        "obsolete",
    ];
    if words.len() > 1 {
        if let Some(at) = words
            .windows(3)
            .position(|three| three == ["do", "not", "use"])
            && words.len() > 3
        {
            words.drain(at..at + 3);
        }
        if words.iter().any(|word| !MARKS.contains(&word.as_str())) {
            words.retain(|word| !MARKS.contains(&word.as_str()));
        }
    }
}

/// A digit that a scanner or a hurried hand put for a letter: "T0m", "Prest0n".
fn undigit(word: &mut String) {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == 1
        && word.len() > 2
        && !word.ends_with(|c: char| c.is_ascii_digit())
        && !word.starts_with(|c: char| c.is_ascii_digit())
    {
        *word = word
            .replace('0', "o")
            .replace('1', "l")
            .replace('5', "s")
            .replace('3', "e");
    }
}

fn untagged(local: &str) -> &str {
    match local.split_once('+') {
        Some((name, _)) if !name.is_empty() => name,
        _ => local,
    }
}

/// Whether a field is blank, or holds only words of jobs in a script of its own.
fn is_native_role(text: &str) -> bool {
    text.split_whitespace()
        .all(|word| ROLES.has(&word.to_lowercase()))
}

/// Which of the two fields a text is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    First,
    Last,
}

/// "Ph.D." as one word.
fn undotted(text: &str) -> Cow<'_, str> {
    if !text.contains('.') {
        return Cow::Borrowed(text);
    }
    let words = text.split_whitespace().map(|word| {
        let joined = word.replace('.', "");
        let is_degree = HONORIFICS.mark(&joined.to_lowercase()) == Some("after");
        if is_degree {
            Cow::Owned(joined)
        } else {
            Cow::Borrowed(word)
        }
    });
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

/// Forms of address for a man or a woman.
fn sex(word: &str) -> Option<Gender> {
    Some(match word {
        "mr" | "mister" | "herr" | "hr" | "monsieur" | "sig" | "signor" | "senor" | "dhr"
        | "pan" | "shri" => Gender::Male,
        "mrs" | "ms" | "miss" | "frau" | "fru" | "mme" | "madame" | "mlle" | "sigra"
        | "signora" | "sra" | "srta" | "senora" | "mevr" | "mevrouw" | "pani" | "smt" => {
            Gender::Female
        }
        _ => return None,
    })
}

/// What tells a father from a son in several languages.
fn generation(word: &str) -> Option<&'static str> {
    Some(match word {
        "jr" | "jnr" | "junior" | "jun" | "filho" | "hijo" | "fils" | "younger" | "juengere"
        | "jungere" | "mlodszy" | "mladsi" | "yngre" => "jr",
        "sr" | "snr" | "senior" | "sen" | "elder" | "aeltere" | "altere" | "starszy" | "starsi"
        | "aldre" | "aeldre" | "eldre" => "sr",
        "neto" | "nieto" | "sobrinho" => "grandson",
        "ii" | "2nd" => "ii",
        "iii" | "3rd" => "iii",
        "iv" | "4th" => "iv",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, ContactId};

    use super::*;

    fn read(first: &str, last: &str) -> Name {
        Name::read(first, last, "")
    }

    fn contact(first: &str, last: &str, email: &str) -> Contact {
        let contact = Contact::new(ContactId::new(1), CompanyId::new(1), first, last);
        contact.with_email(1, email)
    }

    /// Given names, and family names without particles.
    fn halves(name: &Name) -> (String, String) {
        (name.given.join(" "), name.family.join(" "))
    }

    fn owned(given: &str, family: &str) -> (String, String) {
        (given.to_owned(), family.to_owned())
    }

    #[test]
    fn nothing_typed_is_nobody() {
        for text in ["", "  ", "\u{200b}"] {
            assert_eq!(read(text, text), Name::default());
        }
    }

    #[test]
    fn a_whole_name_is_found_wherever_it_was_put() {
        for (first, last) in [
            ("John", "Smith"),
            ("  JOHN ", "smith"),
            ("Smith, John", ""),
            ("Smith; John", ""),
            ("Smith，John", ""),
            ("", "Smith, John"),
            ("Smith,", "John"),
            ("Smith, John", "Smith"),
            ("John", "Smith, John"),
            ("John Smith", ""),
            ("", "John Smith"),
            ("John Smith", "John Smith"),
            ("John Smith", "Smith"),
            ("Smith John", "Smith"),
            ("John", "John Smith"),
            ("john.smith", ""),
            ("\"John Smith\"", ""),
            ("John", "john.smith@acme.example"),
            ("john.smith@acme.example", "Smith"),
        ] {
            let name = read(first, last);
            // An address in place of the last name says none.
            let family = if last.contains('@') { "" } else { "smith" };
            assert_eq!(halves(&name), owned("john", family), "{first:?} {last:?}");
            assert_eq!(name.kind, Kind::Person, "{first:?} {last:?}");
        }
    }

    #[test]
    fn only_a_name_in_one_field_is_unsplit() {
        for (first, last, unsplit) in [
            ("John Smith", "", true),
            ("John", "Smith", false),
            ("Smith, John", "", false),
            ("John Smith", "Smith", false),
            ("John", "", false),
        ] {
            assert_eq!(read(first, last).unsplit, unsplit, "{first:?} {last:?}");
        }
    }

    #[test]
    fn what_stands_in_parentheses_quotes_or_behind_a_sign_is_kept_aside() {
        #[derive(Debug, PartialEq)]
        enum Aside {
            Called(&'static str),
            Former(&'static str),
            Qualifier(&'static str),
            Generation(&'static str),
            Nothing,
        }
        for (first, last, expected) in [
            ("Robert \"Bob\"", "Marsh", Aside::Called("bob")),
            ("Robert (Bob)", "Marsh", Aside::Called("bob")),
            ("Robert “Bob”", "Marsh", Aside::Called("bob")),
            ("Robert", "[Bob] Marsh", Aside::Called("bob")),
            ("Robert «Bob»", "Marsh", Aside::Called("bob")),
            ("Robert", "Marsh (née Hall)", Aside::Former("hall")),
            ("Robert", "Marsh (geb. Hall)", Aside::Former("hall")),
            ("Robert", "Marsh (Sales)", Aside::Qualifier("sales")),
            (
                "Robert",
                "Marsh - Operations",
                Aside::Qualifier("operations"),
            ),
            (
                "Robert",
                "Marsh / Operations",
                Aside::Qualifier("operations"),
            ),
            ("Robert", "Marsh | Acme", Aside::Qualifier("acme")),
            ("Robert", "Marsh @ Acme", Aside::Qualifier("acme")),
            (
                "Robert",
                "Marsh, Shift Lead",
                Aside::Qualifier("shift lead"),
            ),
            ("Robert", "Marsh (Jr.)", Aside::Generation("jr")),
            ("Robert (padre)", "Marsh", Aside::Generation("sr")),
            ("Robert (PhD)", "Marsh", Aside::Nothing),
            ("Robert", "Marsh (312-555-0142)", Aside::Nothing),
            ("Robert", "Marsh (ext 12)", Aside::Nothing),
            ("Robert", "Marsh (robert@acme.example)", Aside::Nothing),
        ] {
            let name = read(first, last);
            assert_eq!(
                halves(&name),
                owned("robert", "marsh"),
                "{first:?} {last:?}"
            );
            let mut plain = read("Robert", "Marsh");
            match expected {
                Aside::Called(word) => plain.called = vec![word.to_owned()],
                Aside::Former(word) => plain.former = vec![word.to_owned()],
                Aside::Qualifier(words) => {
                    plain.qualifier = words.split(' ').map(str::to_owned).collect();
                }
                Aside::Generation(mark) => plain.generation = Some(mark),
                Aside::Nothing => {}
            }
            // Quotes and dashes are of no script.
            plain.script = name.script;
            assert_eq!(name, plain, "{first:?} {last:?}");
        }
    }

    #[test]
    fn a_generation_is_told_in_several_languages_and_an_initial_is_none() {
        for (first, last, generation) in [
            ("Tom", "Hall", None),
            ("Tom", "Hall Jr.", Some("jr")),
            ("Tom", "Hall, Jr.", Some("jr")),
            ("Tom Jr", "Hall", Some("jr")),
            ("Hall, Tom, Sr.", "", Some("sr")),
            ("Tom", "Hall Snr", Some("sr")),
            ("Tom", "Hall I", Some("i")),
            ("Tom", "Hall II", Some("ii")),
            ("Tom", "Hall 3rd", Some("iii")),
            ("Tom", "Hall IV", Some("iv")),
            ("Tom", "Hall d.y.", Some("jr")),
            ("Tom", "Hall d. Ä.", Some("sr")),
            ("Tom", "Hall ml.", Some("jr")),
            ("Tom", "Hall st.", Some("sr")),
            ("Tom", "Hall Filho", Some("jr")),
            ("Tom", "Hall Neto", Some("grandson")),
        ] {
            let name = read(first, last);
            assert_eq!(name.generation, generation, "{first:?} {last:?}");
            assert_eq!(halves(&name), owned("tom", "hall"), "{first:?} {last:?}");
        }
        let initial = read("I", "Hall");
        assert_eq!(
            (initial.generation, initial.given),
            (None, vec!["i".to_owned()])
        );
    }

    #[test]
    fn a_form_of_address_says_for_whom_and_is_no_name() {
        use Gender::{Female, Male};
        for (first, last, given, sex) in [
            ("Mr", "Weber", "", Some(Male)),
            ("Mrs. Anna", "Weber", "anna", Some(Female)),
            ("Frau Dr. Anna", "Weber", "anna", Some(Female)),
            ("Sig.ra", "Weber", "", Some(Female)),
            ("Sr.", "Weber", "", Some(Male)),
            ("Dr. Anna", "Weber", "anna", None),
            ("Prof. Dr.", "Weber", "", None),
        ] {
            let name = read(first, last);
            assert_eq!(halves(&name), owned(given, "weber"), "{first:?} {last:?}");
            assert_eq!(
                (name.sex, name.generation),
                (sex, None),
                "{first:?} {last:?}"
            );
        }
    }

    #[test]
    fn a_degree_stands_behind_a_name_and_before_one_it_is_a_name() {
        for (first, last, given, family) in [
            ("Anna", "Weber MD", "anna", "weber"),
            ("Anna", "Weber, PhD, MBA", "anna", "weber"),
            ("Anna Weber, MD", "", "anna", "weber"),
            ("Md", "Rahman", "md", "rahman"),
            ("Md. Anwar", "Rahman", "md anwar", "rahman"),
        ] {
            let name = read(first, last);
            assert_eq!(halves(&name), owned(given, family), "{first:?} {last:?}");
            assert!(name.qualifier.is_empty(), "{first:?} {last:?}");
        }
    }

    #[test]
    fn particles_belong_to_the_family_name_and_count_only_joined() {
        for (first, last) in [
            ("Ludwig", "van der Berg"),
            ("Ludwig van der Berg", ""),
            ("van der Berg, Ludwig", ""),
        ] {
            let name = read(first, last);
            assert_eq!(halves(&name), owned("ludwig", "berg"), "{first:?}");
            assert_eq!(name.family_joined, "vanderberg", "{first:?}");
        }
        assert_eq!(halves(&read("Jan", "Meer, van der")), owned("jan", "meer"));
        // Alone it is a name.
        assert_eq!(halves(&read("Nga", "Van")), owned("nga", "van"));
    }

    #[test]
    fn a_korean_name_without_a_space_begins_with_the_family_name() {
        let typed = read("민수", "김");
        assert_eq!(typed.script, Script::Hangul);
        for (first, last) in [("김민수", ""), ("", "김민수")] {
            assert_eq!(read(first, last), typed, "{first:?} {last:?}");
        }
    }

    #[test]
    fn a_name_is_of_a_person_a_job_several_a_test_or_nobody() {
        for (kind, names) in [
            (
                Kind::Nobody,
                &[
                    (".", "-"),
                    ("N/A", ""),
                    ("Unknown", "Unknown"),
                    ("Not Provided", ""),
                    ("=?UTF-8?Q?Ren=C3=A9e?=", ""),
                    ("/O=ACME/OU=FIRST/CN=JSMITH", ""),
                ][..],
            ),
            (
                Kind::Person,
                &[
                    ("Emily", "Post"),
                    ("Jon", "Tester"),
                    ("Ana", "Ortega y Gasset"),
                    ("Paulo", "Costa e Silva"),
                    ("Li", "Wei"),
                    ("J", "Smith"),
                    ("N/A", "Smith"),
                ],
            ),
            (
                Kind::Role,
                &[
                    ("Reception", ""),
                    ("Accounts", "Payable"),
                    ("Front Desk", ""),
                    ("Guard 2", ""),
                    ("Conference Room", "3"),
                    ("4711", ""),
                ],
            ),
            (
                Kind::Several,
                &[
                    ("John & Mary", "Smith"),
                    ("John/Mary", "Smith"),
                    ("Anna und Ben", "Berg"),
                    ("Ana y Luis", "Ruiz"),
                    ("Reception", "Mary"),
                    ("Helen (Spouse)", "Hall"),
                    ("Acme", "Ltd"),
                ],
            ),
            (
                Kind::Test,
                &[("Test", "Test"), ("Test User 2", ""), ("Do Not Use", "")],
            ),
        ] {
            for (first, last) in names {
                assert_eq!(read(first, last).kind, kind, "{first:?} {last:?}");
            }
        }
    }

    #[test]
    fn marks_of_a_retired_record_numbers_and_misread_digits_are_no_part_of_the_name() {
        for (first, last) in [
            ("ZZ DO NOT USE Helen", "Preston"),
            ("zz-Helen", "Preston"),
            ("Helen", "Preston OLD"),
            ("Helen", "Preston (duplicate)"),
            ("He1en", "Prest0n"),
            ("Helen", "Preston 312-555-0142"),
            ("Helen", "Preston cell 3125550142"),
        ] {
            let name = read(first, last);
            assert_eq!(
                halves(&name),
                owned("helen", "preston"),
                "{first:?} {last:?}"
            );
            assert_eq!(name.kind, Kind::Person, "{first:?} {last:?}");
        }
    }

    #[test]
    fn what_stands_before_the_at_is_known_for_what_it_is() {
        for (first, last, email, local, given) in [
            ("jsmith", "", "jsmith@acme.example", Some("jsmith"), ""),
            ("jsmith", "", "jsmith+psa@acme.example", Some("jsmith"), ""),
            ("jsmith7", "", "other@acme.example", Some("jsmith7"), ""),
            (
                "john.smith",
                "",
                "other@acme.example",
                Some("johnsmith"),
                "john",
            ),
            ("john.smith@acme.example", "", "", Some("johnsmith"), "john"),
            // Perhaps the name, and perhaps the address.
            ("John", "", "john@acme.example", Some("john"), "john"),
            ("John", "", "other@acme.example", None, "john"),
            ("John", "Smith", "john@acme.example", None, "john"),
            ("Reception", "", "reception@acme.example", None, "reception"),
        ] {
            let name = Name::of(&contact(first, last, email));
            assert_eq!(name.local.as_deref(), local, "{first:?} {email}");
            assert_eq!(name.given.join(" "), given, "{first:?} {email}");
        }
    }

    #[test]
    fn a_company_in_place_of_a_name_is_dropped_by_its_domain() {
        for (first, last, given, family, kind) in [
            ("Ann Quist", "Acme", "ann", "quist", Kind::Person),
            // In a family's firm, that is the last name.
            ("Ann Maria", "Acme", "ann maria", "acme", Kind::Person),
            ("Ann Lee", "Acme Ltd", "ann", "lee", Kind::Person),
            ("Ann", "Acme Ltd", "ann", "", Kind::Person),
            ("Ann", "Acme", "ann", "acme", Kind::Person),
            ("Reception", "Acme", "reception", "", Kind::Role),
            ("Ann (Acme)", "Lee", "ann", "lee", Kind::Person),
            ("Ann", "Lee", "ann", "lee", Kind::Person),
        ] {
            let mut name = read(first, last);
            name.drop_company("acme");
            assert_eq!(halves(&name), owned(given, family), "{first:?} {last:?}");
            assert_eq!(name.kind, kind, "{first:?} {last:?}");
            assert!(name.qualifier.is_empty(), "{first:?} {last:?}");
        }
        let mut elsewhere = read("Ann Lee", "Acme");
        elsewhere.drop_company("other");
        assert_eq!(elsewhere, read("Ann Lee", "Acme"));
    }

    #[test]
    fn a_name_can_be_turned_around_and_split_anew() {
        let name = read("Ana Maria Ruiz", "");
        let splits: Vec<_> = name.splits().iter().map(halves).collect();
        assert_eq!(
            splits,
            [owned("ana", "maria ruiz"), owned("ana maria", "ruiz")]
        );
        assert_eq!(halves(&name.swapped()), owned("ruiz", "ana maria"));
        assert_eq!(name.swapped().bag(), name.bag());
    }

    #[test]
    fn one_name_is_the_same_in_any_order_and_case_but_not_in_another_generation() {
        let name = |first, last| contact(first, last, "");
        let ann = name("Renée", "Hall");
        for (first, last) in [("HALL", "renee"), ("Hall, Renee", ""), ("Renée Hall", "")] {
            assert!(same_name(&ann, &name(first, last)), "{first:?} {last:?}");
        }
        for (first, last) in [("Renée", "Hall Jr"), ("Rene", "Hall"), ("Renée", "")] {
            assert!(!same_name(&ann, &name(first, last)), "{first:?} {last:?}");
        }
        assert!(is_role_name(&name("Reception", "")) && !is_role_name(&ann));
    }
}
