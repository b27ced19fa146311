//! Reading the rules file: every mistake with its place, all at once, unknown keys refused.

use std::collections::BTreeMap;
use std::fmt;

use model::{CompanyId, Mode, Rule};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{
    Deactivated, GrowCrmRules, ItGlueRules, MergeMethod, Moved, OnMerge, Pairing, Preference, Rules,
};

type Item<'i> = Spanned<DeValue<'i>>;

/// A rules file that cannot be used, with everything that is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct RulesError {
    /// Each mistake, in the order of the file.
    pub problems: Vec<Problem>,
}

/// One mistake in a rules file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong and what to write instead.
    pub words: String,
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("read the rules")?;
        for Problem {
            line,
            column,
            words,
        } in &self.problems
        {
            write!(f, "\n  line {line}, column {column}: {words}")?;
        }
        Ok(())
    }
}

impl Rules {
    /// Reads a rules file. What it does not mention keeps its default.
    ///
    /// # Errors
    /// All mistakes of the file, each with its place.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let mut reader = Reader {
            text,
            problems: Vec::new(),
        };
        let mut rules = Self::default();
        match DeTable::parse(text) {
            Ok(table) => reader.rules(table.get_ref(), &mut rules),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                reader.problem(at, error.message().to_owned());
            }
        }
        reader.problems.sort();
        if reader.problems.is_empty() {
            Ok(rules)
        } else {
            Err(RulesError {
                problems: reader.problems,
            })
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn rules(&mut self, file: &DeTable<'_>, rules: &mut Rules) {
        for (key, item) in file {
            match key.get_ref().as_ref() {
                "modes" => self.modes(item, &mut rules.modes),
                "companies" => self.companies(item, &mut rules.companies),
                "merge" => self.section(item, &["survivor", "method"], |r, key, item| match key {
                    "survivor" => r.preferences(item, &mut rules.merge.survivor),
                    _ => r.one_of(
                        item,
                        &[
                            ("merge", MergeMethod::Merge),
                            ("retire", MergeMethod::Retire),
                        ],
                        &mut rules.merge.method,
                    ),
                }),
                "primary" => self.section(item, &["label"], |r, _, item| {
                    r.text(item, &mut rules.primary.label);
                }),
                "portal" => self.section(
                    item,
                    &["send-invites", "note-on-hold", "shared-mailboxes"],
                    |r, key, item| match key {
                        "send-invites" => r.flag(item, &mut rules.portal.send_invites),
                        "note-on-hold" => r.flag(item, &mut rules.portal.note_on_hold),
                        _ => {
                            let names = r.names(item).into_iter();
                            let names = names.map(|name| name.to_lowercase());
                            rules.portal.shared_mailboxes = names.collect();
                        }
                    },
                ),
                "itglue" => self.itglue(item, &mut rules.itglue),
                "growcrm" => self.growcrm(item, &mut rules.growcrm),
                "limits" => self.section(
                    item,
                    &[
                        "writes-per-contact-and-hour",
                        "same-change-per-week",
                        "merges-per-visit",
                        "removals-per-visit",
                        "contacts-read-whole",
                    ],
                    |r, key, item| {
                        let limits = &mut rules.limits;
                        match key {
                            "writes-per-contact-and-hour" => {
                                r.count(item, 1, 1000, &mut limits.writes_per_contact_and_hour);
                            }
                            "same-change-per-week" => {
                                r.count(item, 1, 1000, &mut limits.same_change_per_week);
                            }
                            "merges-per-visit" => {
                                r.count(item, 0, 1000, &mut limits.merges_per_visit);
                            }
                            "removals-per-visit" => {
                                r.count(item, 0, 1000, &mut limits.removals_per_visit);
                            }
                            _ => r.count(item, 1, 1000, &mut limits.contacts_read_whole),
                        }
                    },
                ),
                other => self.unknown(
                    key.span().start,
                    other,
                    &[
                        "modes",
                        "companies",
                        "merge",
                        "primary",
                        "portal",
                        "itglue",
                        "growcrm",
                        "limits",
                    ],
                ),
            }
        }
    }

    fn itglue(&mut self, item: &Item<'_>, rules: &mut ItGlueRules) {
        let known = [
            "types",
            "vip-labels",
            "inactive-type",
            "create-types",
            "locations",
            "email-label",
            "phone-labels",
            "on-merge",
        ];
        let on_merge = [("remove", OnMerge::Remove), ("retire", OnMerge::Retire)];
        self.section(item, &known, |r, key, item| match key {
            "types" => rules.types = r.pairings(item),
            "vip-labels" => rules.vip_labels = r.names(item).into_iter().collect(),
            "inactive-type" => {
                r.text(item, &mut rules.inactive_type);
                rules.inactive_type = rules.inactive_type.trim().to_owned();
            }
            "create-types" => r.flag(item, &mut rules.create_types),
            "locations" => r.flag(item, &mut rules.locations),
            "email-label" => {
                r.text(item, &mut rules.email_label);
                rules.email_label = rules.email_label.trim().to_owned();
                if rules.email_label.is_empty() {
                    r.expected(item, "the name of a label, which IT Glue insists on");
                }
            }
            "phone-labels" => rules.phone_labels = r.pairings(item),
            _ => r.one_of(item, &on_merge, &mut rules.on_merge),
        });
    }

    fn growcrm(&mut self, item: &Item<'_>, rules: &mut GrowCrmRules) {
        let known = [
            "create-clients",
            "welcome-mails",
            "deactivated",
            "moved",
            "last-name",
        ];
        let deactivated = [
            ("remove", Deactivated::Remove),
            ("report", Deactivated::Report),
        ];
        let moved = [("report", Moved::Report), ("recreate", Moved::Recreate)];
        self.section(item, &known, |r, key, item| match key {
            "create-clients" => r.flag(item, &mut rules.create_clients),
            "welcome-mails" => r.flag(item, &mut rules.welcome_mails),
            "deactivated" => r.one_of(item, &deactivated, &mut rules.deactivated),
            "moved" => r.one_of(item, &moved, &mut rules.moved),
            _ => {
                r.text(item, &mut rules.last_name);
                rules.last_name = rules.last_name.trim().to_owned();
            }
        });
    }

    fn modes(&mut self, item: &Item<'_>, modes: &mut BTreeMap<Rule, Mode>) {
        let names = Rule::ALL.map(|rule| rule.to_string());
        let known = names.each_ref().map(String::as_str);
        self.section(item, &known, |r, key, item| {
            for rule in Rule::ALL {
                if rule.to_string() == key {
                    let mut mode = Mode::Observe;
                    let mut choices = vec![("observe", Mode::Observe), ("enforce", Mode::Enforce)];
                    // A mirror follows what was reviewed in the PSA; there is nothing more to approve.
                    if rule.is_policy() {
                        choices.insert(1, ("review", Mode::Review));
                    }
                    r.one_of(item, &choices, &mut mode);
                    modes.insert(rule, mode);
                }
            }
        });
    }

    fn companies(
        &mut self,
        item: &Item<'_>,
        companies: &mut BTreeMap<CompanyId, BTreeMap<Rule, Mode>>,
    ) {
        let DeValue::Table(table) = item.get_ref() else {
            return self.expected(item, "a table of company ids");
        };
        for (key, item) in table {
            match key.get_ref().parse::<CompanyId>() {
                Ok(company) => self.modes(item, companies.entry(company).or_default()),
                Err(_) => self.problem(
                    key.span().start,
                    format!(
                        "\"{}\" is no company id: write [companies.812]",
                        key.get_ref()
                    ),
                ),
            }
        }
    }

    fn section(
        &mut self,
        item: &Item<'_>,
        known: &[&str],
        mut read: impl FnMut(&mut Self, &str, &Item<'_>),
    ) {
        let DeValue::Table(table) = item.get_ref() else {
            return self.expected(item, "a table");
        };
        for (key, item) in table {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                read(self, name, item);
            } else {
                self.unknown(key.span().start, name, known);
            }
        }
    }

    fn preferences(&mut self, item: &Item<'_>, preferences: &mut Vec<Preference>) {
        let choices = [
            ("default", Preference::Default),
            ("active", Preference::Active),
            ("portal", Preference::Portal),
            ("complete", Preference::Complete),
            ("oldest", Preference::Oldest),
        ];
        let mut read = Vec::new();
        self.list(item, |r, item| {
            let mut preference = Preference::Oldest;
            r.one_of(item, &choices, &mut preference);
            if read.contains(&preference) {
                r.problem(
                    item.span().start,
                    "a preference counts only once".to_owned(),
                );
            }
            read.push(preference);
        });
        *preferences = read;
    }

    fn names(&mut self, item: &Item<'_>) -> Vec<String> {
        let mut names = Vec::new();
        self.list(item, |r, item| {
            let mut name = String::new();
            r.text(item, &mut name);
            names.push(name.trim().to_owned());
        });
        names
    }

    fn pairings(&mut self, item: &Item<'_>) -> Vec<Pairing> {
        let mut pairings = Vec::new();
        self.list(item, |r, item| {
            match item.get_ref().as_str().and_then(Pairing::read) {
                Some(pairing) => pairings.push(pairing),
                None => r.expected(item, "text such as \"PSA's name = mirror's name\""),
            }
        });
        pairings
    }

    fn list(&mut self, item: &Item<'_>, mut read: impl FnMut(&mut Self, &Item<'_>)) {
        match item.get_ref() {
            DeValue::Array(items) => {
                for item in items {
                    read(self, item);
                }
            }
            _ => self.expected(item, "a list"),
        }
    }

    fn one_of<T: Copy>(&mut self, item: &Item<'_>, choices: &[(&str, T)], target: &mut T) {
        let chosen = item
            .get_ref()
            .as_str()
            .and_then(|text| choices.iter().find(|(name, _)| *name == text));
        match chosen {
            Some((_, value)) => *target = *value,
            None => {
                let names: Vec<String> = choices
                    .iter()
                    .map(|(name, _)| format!("\"{name}\""))
                    .collect();
                self.expected(item, &format!("one of {}", names.join(", ")));
            }
        }
    }

    fn text(&mut self, item: &Item<'_>, target: &mut String) {
        match item.get_ref().as_str() {
            Some(text) => text.clone_into(target),
            None => self.expected(item, "text in quotes"),
        }
    }

    fn flag(&mut self, item: &Item<'_>, target: &mut bool) {
        match item.get_ref().as_bool() {
            Some(flag) => *target = flag,
            None => self.expected(item, "true or false"),
        }
    }

    fn count<T: TryFrom<u32>>(&mut self, item: &Item<'_>, least: u32, most: u32, target: &mut T) {
        let number = item
            .get_ref()
            .as_integer()
            .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| (least..=most).contains(number))
            .and_then(|number| T::try_from(number).ok());
        match number {
            Some(number) => *target = number,
            None => self.expected(item, &format!("a whole number from {least} to {most}")),
        }
    }

    fn expected(&mut self, item: &Item<'_>, what: &str) {
        let found = item.get_ref().type_str();
        self.problem(item.span().start, format!("expected {what}, found {found}"));
    }

    fn unknown(&mut self, at: usize, name: &str, known: &[&str]) {
        self.problem(
            at,
            format!(
                "unknown key \"{name}\": known here are {}",
                known.join(", ")
            ),
        );
    }

    fn problem(&mut self, at: usize, words: String) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.problems.push(Problem {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            words,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_observes_everything_and_writes_nothing() {
        let rules = Rules::parse("").unwrap();
        assert_eq!(rules, Rules::default());
        assert!(!rules.may_write());
    }

    #[test]
    fn the_printed_rules_are_a_rules_file() {
        let rules = Rules::parse(
            r#"
            [modes]
            merge-duplicates = "enforce"
            [companies.812]
            merge-duplicates = "review"
            portal-invite = "enforce"
            [merge]
            survivor = ["active", "oldest"]
            method = "retire"
            [primary]
            label = "Main"
            [portal]
            send-invites = true
            note-on-hold = true
            shared-mailboxes = ["Praxis", "team7"]
            [itglue]
            types = ["Decision Maker = Manager", " Approver=Approver "]
            vip-labels = ["VIP", "Board"]
            inactive-type = ""
            create-types = false
            locations = true
            email-label = " Email"
            phone-labels = ["Pager = Work"]
            on-merge = "retire"
            [growcrm]
            create-clients = true
            welcome-mails = true
            deactivated = "report"
            moved = "recreate"
            last-name = "-"
            [limits]
            writes-per-contact-and-hour = 9
            same-change-per-week = 4
            merges-per-visit = 0
            removals-per-visit = 7
            contacts-read-whole = 500
            "#,
        )
        .unwrap();
        assert_eq!(Rules::parse(&rules.to_string()).unwrap(), rules);
        let (merge, portal) = (Rule::MergeDuplicates, Rule::PortalInvite);
        let (here, there) = (CompanyId::new(812), CompanyId::new(813));
        assert_eq!(rules.mode(merge, here), Mode::Review);
        assert_eq!(rules.mode(merge, there), Mode::Enforce);
        assert_eq!(rules.mode(portal, here), Mode::Enforce);
        assert_eq!(rules.mode(portal, there), Mode::Observe);
        assert!(rules.portal.shared_mailboxes.contains("praxis"));
        let approver = Pairing::new("Approver", "Approver");
        assert_eq!(rules.itglue.types[1], approver);
        assert_eq!(rules.itglue.email_label, "Email");
        assert_eq!(rules.itglue.on_merge, OnMerge::Retire);
        assert_eq!(rules.growcrm.moved, Moved::Recreate);
        assert_eq!(rules.growcrm.last_name, "-");
        assert_eq!(rules.limits.removals_per_visit, 7);
        assert_eq!(
            Rules::parse(&Rules::default().to_string()),
            Ok(Rules::default())
        );
    }

    #[test]
    fn all_mistakes_are_told_at_once_each_with_its_place() {
        let error = Rules::parse(
            "[modes]\nmerge-duplicates = \"on\"\nmerge = \"enforce\"\n\n[companies.Harbor]\n\n\
             [merge]\nsurvivor = [\"oldest\", \"oldest\"]\n\n[limits]\nmerges-per-visit = -1\n\
             contacts-read-whole = 5000\n\n[portal]\nsend-invites = \"yes\"\n[extra]\n\
             [itglue]\ntypes = [\"Approver\"]\nemail-label = \"\"\n[growcrm]\nmoved = \"move\"\nmail = true\n",
        )
        .unwrap_err();
        insta::assert_snapshot!(error, @r#"
        read the rules
          line 2, column 20: expected one of "observe", "review", "enforce", found string
          line 3, column 1: unknown key "merge": known here are merge-duplicates, primary-contact, portal-invite, mirror-itglue, mirror-growcrm
          line 5, column 12: "Harbor" is no company id: write [companies.812]
          line 8, column 23: a preference counts only once
          line 11, column 20: expected a whole number from 0 to 1000, found integer
          line 12, column 23: expected a whole number from 1 to 1000, found integer
          line 15, column 16: expected true or false, found string
          line 16, column 2: unknown key "extra": known here are modes, companies, merge, primary, portal, itglue, growcrm, limits
          line 18, column 10: expected text such as "PSA's name = mirror's name", found string
          line 19, column 15: expected the name of a label, which IT Glue insists on, found string
          line 21, column 9: expected one of "report", "recreate", found string
          line 22, column 1: unknown key "mail": known here are create-clients, welcome-mails, deactivated, moved, last-name
        "#);
    }

    #[test]
    fn a_file_that_is_no_toml_names_the_place() {
        let error = Rules::parse("[modes\n").unwrap_err();
        assert_eq!((error.problems[0].line, error.problems.len()), (1, 1));
    }
}
