//! What the map says of everybody once the plan has been carried out.

use model::mirror::{Digest, Link, Mirrored};
use model::{Contact, ContactId};

use super::draft::Draft;
use super::people::{Goal, Person, State};
use super::write::{Stage, Unit};
use super::{digest, target};
use crate::mirror::{Given, Line, MapChange};
use crate::rules::Deactivated;

/// A line of the map, and whose unit it waits for.
struct Later {
    contact: ContactId,
    line: Line,
    whose: ContactId,
}

impl Draft<'_> {
    /// What the map says of everybody once the units have been made.
    pub(super) fn lines(&self, units: &[Unit]) -> Vec<MapChange> {
        let mut lines = Vec::new();
        for person in self.people.values() {
            let Some(later) = self.line(person) else {
                continue;
            };
            let numbered = (1..).zip(units);
            let concerned = numbered.filter(|(_, unit)| unit.concerns.contains(&later.whose));
            let (mut after, mut settled) = (None, None);
            for (number, unit) in concerned {
                after = Some(number);
                if unit.rank.0 <= Stage::Settle {
                    settled = after;
                }
            }
            lines.extend(
                self.newly(person, &later.line, settled)
                    .filter(|_| after != settled),
            );
            lines.push(MapChange {
                after,
                contact: later.contact,
                line: later.line,
            });
        }
        // Whoever takes a record over is written down before the other one is taken off.
        lines.sort_by_key(|change| (change.after, change.line == Line::Gone));
        lines
    }

    /// A record that is the contact's only from now on is written down as soon as it is in line, though it is yet
    /// to become the account owner.
    fn newly(&self, person: &Person<'_>, line: &Line, settled: Option<u32>) -> Option<MapChange> {
        let Line::Is(link) = line else { return None };
        let before = person.line.and_then(|(_, link)| target(link));
        let is_new = target(link).map(|(id, _)| id) != before.map(|(id, _)| id);
        is_new.then(|| MapChange {
            after: settled,
            contact: person.id,
            line: Line::Is(Link {
                digest: unsettled(),
                ..link.clone()
            }),
        })
    }

    fn line(&self, person: &Person<'_>) -> Option<Later> {
        let id = person.id;
        let later = |line| Later {
            contact: id,
            line,
            whose: id,
        };
        let gone = later(Line::Gone);
        match (person.goal, person.state) {
            (Goal::Create, State::Here(contact)) => {
                let wanted = person
                    .wanted
                    .as_ref()
                    .filter(|_| person.blocked.is_none())?;
                let given = self.at_first(wanted)?;
                let is_all = Some(&given) == wanted.complete().as_ref();
                let line = Line::IsCreated {
                    given: Given::GrowCrm(given),
                    digest: if is_all {
                        digest(self.company(), contact, self.rules)
                    } else {
                        unsettled()
                    },
                };
                Some(later(line))
            }
            (Goal::Settle, State::Here(contact)) => {
                let link = self.link(person, contact)?;
                let is_known = person.line == Some((self.company().id, &link));
                (!is_known).then(|| later(Line::Is(link)))
            }
            (Goal::Remove, _) => Some(gone),
            (Goal::Rest, State::Left | State::Gone) => self.line_of_inactive(person, gone),
            _ => None,
        }
    }

    fn link(&self, person: &Person<'_>, contact: &Contact) -> Option<Link> {
        let held = person.held?;
        let update = self.update(person, person.wanted.as_ref()?, held);
        let given = update
            .map(|update| update.given)
            .or_else(|| held.given.cloned());
        let digest = match person.blocked {
            None => digest(self.company(), contact, self.rules),
            Some(_) => unsettled(),
        };
        Some(Link {
            contact: person.id,
            record: Mirrored::GrowCrm {
                id: held.record.id,
                given,
            },
            ours: held.ours,
            digest,
        })
    }

    /// The line of a contact that has left and whose record is not removed.
    fn line_of_inactive(&self, person: &Person<'_>, gone: Later) -> Option<Later> {
        let (_, link) = person.line?;
        let (record, _) = target(link)?;
        let is_told = self.rules.growcrm.deactivated == Deactivated::Report;
        match (person.held, person.state) {
            // Somebody else has it now.
            (None, _) if person.former.is_none() => {
                let whose = self.holder(record)?.id;
                Some(Later { whose, ..gone })
            }
            // Without a contact, nothing more can come.
            (Some(_), State::Gone) if is_told => Some(gone),
            (Some(_), State::Left) if is_told => {
                let contact = self.snapshot.contacts.get(&person.id)?;
                let link = Link {
                    digest: digest(self.company(), contact, self.rules),
                    ..link.clone()
                };
                let is_known = person.line == Some((self.company().id, &link));
                (!is_known).then_some(Later {
                    line: Line::Is(link),
                    ..gone
                })
            }
            _ => None,
        }
    }
}

/// The digest of what is not in line yet: it is looked at again whenever the company is.
pub(super) fn unsettled() -> Digest {
    Digest::unsettled()
}
