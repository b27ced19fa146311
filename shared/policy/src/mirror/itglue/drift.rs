//! Where IT Glue is not as the PSA has it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use model::itglue::{
    self, Change, Contact as Record, ContactType, ContactTypeId, Email, Link as Sync, Phone,
};
use model::mirror::{Call, ItGlueCall, System};
use model::{Action, ContactId, Finding, FindingKind, Private};

use super::draft::{Access, Draft, of_itglue};
use super::fields::Carried;
use super::items::{Item, of};
use super::notes::Notes;
use super::{Need, Snapshot};
use crate::mirror::drift::{
    Difference, Fate, Field, LEADS, TAKEN_BACK, Winner, alone, enforced, in_order, unmapped,
};
use crate::mirror::{Line, Plan};
use crate::rules::Rules;

const SYSTEM: System = System::ItGlue;

/// A record that is a contact's, as it is and as it is to be.
pub(crate) struct Seen<'s> {
    pub(crate) contact: ContactId,
    pub(crate) record: &'s Record,
    pub(crate) after: Record,
    pub(crate) access: Access,
    /// What of that cannot be written.
    pub(crate) left_out: Change,
}

/// What must be read before [`drift`] is complete, beside everybody in the organization.
#[must_use]
pub fn drift_needs(snapshot: &Snapshot, rules: &Rules) -> BTreeSet<Need> {
    let rules = enforced(rules, SYSTEM, snapshot.company.id);
    let (now, _) = supposed(snapshot, &rules);
    super::draft(&now, &rules).needs
}

/// Everything in which IT Glue is not as the PSA has it, whatever the mode. Records that nobody in the PSA is are told
/// as far as they were read.
#[must_use]
pub fn drift(snapshot: &Snapshot, rules: &Rules) -> Vec<Difference> {
    let rules = enforced(rules, SYSTEM, snapshot.company.id);
    let (now, first) = supposed(snapshot, &rules);
    let draft = super::draft(&now, &rules);
    let mut told = Told {
        draft: &draft,
        differences: Vec::new(),
    };
    let created = first.plan.changes.iter();
    let created = created.filter(|change| created_type(&change.action).is_some());
    for change in created.chain(&draft.plan.plan.changes) {
        told.written(change);
    }
    for seen in &draft.seen {
        told.left_out(seen);
        told.kept(seen);
    }
    for finding in &draft.plan.plan.findings {
        told.found(finding);
    }
    told.unmapped();
    told.strangers();
    in_order(told.differences)
}

/// What is there once the type that the plan creates is, so that those who are to get it are told, too; and the plan
/// that creates it.
fn supposed<'s>(snapshot: &'s Snapshot, rules: &Rules) -> (Cow<'s, Snapshot>, Plan) {
    let plan = super::plan(snapshot, rules);
    let mut changes = plan.plan.changes.iter();
    let Some(name) = changes.find_map(|change| created_type(&change.action)) else {
        return (Cow::Borrowed(snapshot), plan);
    };
    let mut now = snapshot.clone();
    // No account has so many that this is one of them.
    let id = ContactTypeId::new(u64::MAX);
    let name = name.to_owned();
    let types = now.types.get_or_insert_default();
    types.push(ContactType { id, name });
    (Cow::Owned(now), plan)
}

fn created_type(action: &Action) -> Option<&str> {
    match action {
        Action::Mirror {
            call: Call::ItGlue(ItGlueCall::CreateType { name }),
            ..
        } => Some(name),
        _ => None,
    }
}

/// The differences so far.
struct Told<'d, 's> {
    draft: &'d Draft<'s>,
    differences: Vec<Difference>,
}

/// What one field is to be and what it is.
struct Side {
    field: Field,
    wanted: Option<Private>,
    has: Option<Private>,
}

impl Told<'_, '_> {
    fn tell(
        &mut self,
        contact: Option<ContactId>,
        record: Option<itglue::ContactId>,
        side: Side,
        (winner, fate, why): (Winner, Fate, String),
    ) {
        let Side { field, wanted, has } = side;
        self.differences.push(Difference {
            contact,
            record: record.map(itglue::ContactId::get),
            field,
            psa: wanted,
            mirror: has,
            winner,
            fate,
            why,
        });
    }

    /// What the plan writes.
    fn written(&mut self, change: &model::Change) {
        let Action::Mirror {
            contact,
            call: Call::ItGlue(call),
        } = &change.action
        else {
            return;
        };
        let contact = Some(*contact);
        let verdict = (Winner::Psa, Fate::Written, change.reason.clone());
        match call {
            ItGlueCall::Create { draft, .. } => {
                let wanted = name(&draft.first_name, &draft.last_name);
                self.tell(contact, None, Side::record(wanted, None), verdict);
            }
            ItGlueCall::Remove { record } => {
                let found = self.draft.index.record(*record);
                let has = found.and_then(|found| name(&found.first_name, &found.last_name));
                self.tell(contact, Some(*record), Side::record(None, has), verdict);
            }
            ItGlueCall::CreateType { name } => {
                let side = Side {
                    field: Field::Type,
                    wanted: Some(name.as_str().into()),
                    has: None,
                };
                self.tell(contact, None, side, verdict);
            }
            ItGlueCall::Update { record, change } => {
                let Some(before) = self.draft.index.record(*record) else {
                    return;
                };
                for side in sides(self.draft, before, change) {
                    let (winner, fate, reason) = verdict.clone();
                    let why = match (&side.wanted, side.field) {
                        (_, Field::PsaLink) => {
                            "our line in the notes tells whose record it is".to_owned()
                        }
                        (None, Field::Title | Field::Email | Field::Phone) => TAKEN_BACK.to_owned(),
                        _ if reason.starts_with(LEADS) => LEADS.to_owned(),
                        _ => reason,
                    };
                    self.tell(contact, Some(*record), side, (winner, fate, why));
                }
            }
        }
    }

    /// What IT Glue keeps from us.
    fn left_out(&mut self, seen: &Seen<'_>) {
        let (winner, why) = match seen.access {
            Access::AllButEmails => (
                Winner::Nobody,
                "something else owns the addresses of this record; set it where it comes from",
            ),
            Access::Ours | Access::Whole => (
                Winner::NativeSync,
                "the native sync owns this record; see why it does not carry it over",
            ),
        };
        for side in sides(self.draft, seen.record, &seen.left_out) {
            let verdict = (winner, Fate::Person, why.to_owned());
            self.tell(Some(seen.contact), Some(seen.record.id), side, verdict);
        }
    }

    /// What still differs once all is written.
    fn kept(&mut self, seen: &Seen<'_>) {
        let now = self.draft.now;
        let Some(contact) = now.contacts.get(&seen.contact) else {
            return;
        };
        let carried = Carried::of(contact, self.draft.rules);
        let Seen { record, after, .. } = seen;
        let mut kept = Vec::new();
        for (field, wanted, has) in [
            (
                Field::FirstName,
                &carried.first_name,
                Some(&after.first_name),
            ),
            (Field::LastName, &carried.last_name, Some(&after.last_name)),
        ] {
            if wanted.is_blank() {
                kept.push(Side::alone(field, has));
            }
        }
        if carried.title.is_none() {
            kept.push(Side::alone(Field::Title, after.title.as_ref()));
        }
        let items = items(
            Field::Email,
            &record.emails,
            &after.emails,
            &carried.emails,
            email,
        );
        kept.extend(items.map(Some));
        let items = self::items(
            Field::Phone,
            &record.phones,
            &after.phones,
            &carried.phones,
            phone,
        );
        kept.extend(items.map(Some));
        if contact.active && !carried.is_vip && after.important == Some(true) {
            kept.push(Some(Side {
                field: Field::Important,
                wanted: Some(yes(false)),
                has: Some(yes(true)),
            }));
        }
        let whose = (Some(seen.contact), Some(record.id));
        for side in kept.into_iter().flatten() {
            let why = match (&side.wanted, side.field) {
                (_, Field::Important) => {
                    "somebody marked it in IT Glue, and we never did".to_owned()
                }
                (Some(_), _) => "a label that somebody set in IT Glue stays".to_owned(),
                (None, _) => alone(SYSTEM),
            };
            self.tell(whose.0, whose.1, side, (Winner::Mirror, Fate::Kept, why));
        }
        self.unnamed(seen, &carried, contact.active);
    }

    /// Types and locations that IT Glue would have to have first.
    fn unnamed(&mut self, seen: &Seen<'_>, carried: &Carried, is_active: bool) {
        let now = self.draft.now;
        let kind = carried.kind.as_deref().filter(|_| is_active);
        let has_kind = kind_name(now, seen.after.contact_type);
        let lacks_kind = kind.filter(|kind| {
            let types = now.types.as_deref().unwrap_or_default();
            super::draft::type_named(types, kind).is_none()
        });
        if let Some(kind) = lacks_kind {
            let side = Side {
                field: Field::Type,
                wanted: Some(kind.into()),
                has: has_kind,
            };
            let why =
                "IT Glue has no type of this name; create it there, or name another one (types)";
            self.person(seen, side, why);
        }
        let site = carried.site.as_ref();
        let has_site = location_name(now, seen.after.location);
        let is_site = |site: &&Private| {
            let has = has_site.as_ref().map_or("", Private::reveal);
            has.trim() == site.reveal()
        };
        if let Some(site) = site.filter(|site| !is_site(site)) {
            let side = Side {
                field: Field::Location,
                wanted: Some(site.clone()),
                has: has_site.clone(),
            };
            let left_out = !seen.left_out.location.is_keep();
            if !left_out {
                let why =
                    "the organization has no location of this name, or several; make it one there";
                self.person(seen, side, why);
            }
        }
    }

    fn person(&mut self, seen: &Seen<'_>, side: Side, why: &str) {
        let verdict = (Winner::Nobody, Fate::Person, why.to_owned());
        self.tell(Some(seen.contact), Some(seen.record.id), side, verdict);
    }

    /// What the plan leaves to a person.
    fn found(&mut self, finding: &Finding) {
        let contact = finding.contacts.first().copied();
        let is_told = |seen: &Seen<'_>| Some(seen.contact) == contact && !seen.left_out.is_empty();
        if finding.kind == FindingKind::NativeSync && self.draft.seen.iter().any(is_told) {
            return;
        }
        let is_of_all = finding.kind == FindingKind::NoMirror || self.draft.now.company.deleted;
        let (contact, field) = if is_of_all {
            (None, Field::Organization)
        } else {
            (contact, Field::Record)
        };
        let missing = contact.filter(|_| finding.kind == FindingKind::NotMirrored);
        let missing = missing.and_then(|id| self.draft.now.of_company(id));
        let side = Side {
            field,
            wanted: missing.and_then(|contact| name(&contact.first_name, &contact.last_name)),
            has: None,
        };
        let verdict = (Winner::Nobody, Fate::Person, finding.words.clone());
        self.tell(contact, None, side, verdict);
    }

    /// Lines of the map that the plan takes off without writing anything.
    fn unmapped(&mut self) {
        let at_once = self.draft.plan.map.iter();
        let at_once = at_once.filter(|change| change.after.is_none() && change.line == Line::Gone);
        for change in at_once {
            let link = self.draft.link(change.contact);
            let record = link.and_then(of_itglue).map(|(record, _)| record.get());
            self.differences.push(unmapped(change.contact, record));
        }
    }

    /// Records of the organization that nobody in the PSA is.
    fn strangers(&mut self) {
        let now = self.draft.now;
        let place = now.organization();
        let everybody = now.everybody.iter().flatten();
        let strangers = everybody.filter(|record| {
            let is_told = [&self.draft.taken, &self.draft.contested]
                .iter()
                .any(|told| told.contains(&record.id));
            Some(record.organization) == place && !is_told
        });
        for record in strangers {
            let notes = Notes::read(record.notes.as_ref());
            let person = |why: &str| (Winner::Nobody, Fate::Person, why.to_owned());
            let mut claimants = self.draft.index.claimants(record.id).into_iter();
            let moved = claimants.find_map(|id| now.contacts.get(&id)?.company);
            let moved = moved.filter(|company| *company != now.company.id);
            let verdict = if let Some(company) = moved {
                let why = format!(
                    "its contact is one of company {company} now, whose next visit takes it along"
                );
                (Winner::Psa, Fate::Kept, why)
            } else if notes.state.is_some() {
                person(
                    "its contact is no more, and it is kept as an inactive one; look at it and remove it there",
                )
            } else if !notes.mirrored.is_empty() {
                person(
                    "our line in its notes names a contact that is not one of the company; look at it there",
                )
            } else if matches!(record.link, Sync::Synced | Sync::Orphaned) {
                person(
                    "the native sync ties it to a contact that is not one of the company; see to it there",
                )
            } else {
                let why = "nobody in the PSA is known to be this one: it is IT Glue's own";
                (Winner::Mirror, Fate::Kept, why.to_owned())
            };
            let has = name(&record.first_name, &record.last_name);
            self.tell(None, Some(record.id), Side::record(None, has), verdict);
        }
    }
}

impl Side {
    fn record(wanted: Option<Private>, has: Option<Private>) -> Self {
        Self {
            field: Field::Record,
            wanted,
            has,
        }
    }

    /// What IT Glue alone has, if it has anything.
    fn alone(field: Field, has: Option<&Private>) -> Option<Self> {
        let has = has.filter(|text| !text.is_blank()).cloned();
        has.map(|has| Self {
            field,
            wanted: None,
            has: Some(has),
        })
    }
}

/// What a change is to one record, field by field and item by item.
fn sides(draft: &Draft<'_>, before: &Record, change: &Change) -> Vec<Side> {
    let now = draft.now;
    let after = change.applied_to(before);
    let mut sides = Vec::new();
    let mut add = |field, is_asked: bool, wanted, has| {
        if is_asked {
            sides.push(Side { field, wanted, has });
        }
    };
    let id = |id: itglue::OrganizationId| Some(Private::from(id.to_string()));
    add(
        Field::Organization,
        change.organization.is_some(),
        id(after.organization),
        id(before.organization),
    );
    let text = |text: &Private| Some(text.clone()).filter(|text| !text.is_blank());
    add(
        Field::FirstName,
        !change.first_name.is_keep(),
        text(&after.first_name),
        text(&before.first_name),
    );
    add(
        Field::LastName,
        !change.last_name.is_keep(),
        text(&after.last_name),
        text(&before.last_name),
    );
    add(
        Field::Title,
        !change.title.is_keep(),
        after.title.as_ref().and_then(text),
        before.title.as_ref().and_then(text),
    );
    add(
        Field::Type,
        !change.contact_type.is_keep(),
        kind_name(now, after.contact_type),
        kind_name(now, before.contact_type),
    );
    add(
        Field::Location,
        !change.location.is_keep(),
        location_name(now, after.location),
        location_name(now, before.location),
    );
    add(
        Field::Important,
        !change.important.is_keep(),
        after.important.map(yes),
        before.important.map(yes),
    );
    if !change.notes.is_keep() {
        sides.extend(notes(before, &after));
    }
    if change.emails.is_some() {
        sides.extend(list(Field::Email, &before.emails, &after.emails, email));
    }
    if change.phones.is_some() {
        sides.extend(list(Field::Phone, &before.phones, &after.phones, phone));
    }
    sides
}

/// What a change makes of the notes.
fn notes(before: &Record, after: &Record) -> Vec<Side> {
    let (was, is) = (
        Notes::read(before.notes.as_ref()),
        Notes::read(after.notes.as_ref()),
    );
    let shown = |notes: &Notes| {
        let lines = notes.lines().join("; ");
        Some(Private::from(lines)).filter(|lines| !lines.is_blank())
    };
    let side = |field, was: &Notes, is: &Notes| Side {
        field,
        wanted: shown(is),
        has: shown(was),
    };
    let only_links = |notes: &Notes| {
        let mut links = Notes::default();
        links.mirrored.clone_from(&notes.mirrored);
        links
    };
    let without_links = |notes: &Notes| {
        let mut rest = notes.clone();
        rest.mirrored.clear();
        rest
    };
    let mut sides = Vec::new();
    if was.mirrored != is.mirrored {
        sides.push(side(Field::PsaLink, &only_links(&was), &only_links(&is)));
    }
    // Also where nothing but the place of our lines is another one.
    if sides.is_empty() || without_links(&was).lines() != without_links(&is).lines() {
        let (was, is) = (without_links(&was), without_links(&is));
        sides.push(side(Field::Notes, &was, &is));
    }
    sides
}

/// What is added to a list, taken off it or told otherwise there.
fn list<I: Item>(field: Field, before: &[I], after: &[I], shown: fn(&I) -> Private) -> Vec<Side> {
    let of_after = after.iter().filter_map(|item| {
        let had = of(before, item);
        let is_same = had.is_some_and(|had| shown(had) == shown(item));
        (!is_same).then(|| Side {
            field,
            wanted: Some(shown(item)),
            has: had.map(shown),
        })
    });
    let gone = before.iter().filter(|item| of(after, item).is_none());
    let gone = gone.map(|item| Side {
        field,
        wanted: None,
        has: Some(shown(item)),
    });
    let sides: Vec<Side> = of_after.chain(gone).collect();
    if !sides.is_empty() {
        return sides;
    }
    let all = |items: &[I]| {
        let items: Vec<String> = items.iter().map(|i| shown(i).reveal().to_owned()).collect();
        Some(Private::from(items.join(", ")))
    };
    vec![Side {
        field,
        wanted: all(after),
        has: all(before),
    }]
}

/// What a list has and keeps though the PSA does not have it, or has another label for it.
fn items<'i, I: Item>(
    field: Field,
    before: &'i [I],
    after: &'i [I],
    carried: &'i [I],
    shown: fn(&I) -> Private,
) -> impl Iterator<Item = Side> + use<'i, I> {
    let stays = after.iter().filter(|item| of(before, item).is_some());
    stays.filter_map(move |item| {
        let known = of(carried, item);
        let agrees = known.is_some_and(|known| known.label().trim() == item.label().trim());
        (!agrees).then(|| Side {
            field,
            wanted: known.map(shown),
            has: Some(shown(item)),
        })
    })
}

fn email(email: &Email) -> Private {
    labeled(email.value.reveal(), &email.label, email.primary)
}

fn phone(phone: &Phone) -> Private {
    let extension = phone.reveal_extension_digits();
    let mut number = phone.value.reveal().to_owned();
    if !extension.is_empty() {
        number.push_str(&format!(" x{extension}"));
    }
    labeled(&number, &phone.label, phone.primary)
}

fn labeled(value: &str, label: &str, is_primary: bool) -> Private {
    let star = if is_primary { " *" } else { "" };
    format!("{value} ({label}){star}").into()
}

fn yes(flag: bool) -> Private {
    if flag { "yes" } else { "no" }.into()
}

fn name(first: &Private, last: &Private) -> Option<Private> {
    let name = format!("{} {}", first.reveal(), last.reveal());
    Some(Private::from(name.trim())).filter(|name| !name.is_blank())
}

fn kind_name(now: &Snapshot, kind: Option<ContactTypeId>) -> Option<Private> {
    let id = kind?;
    let mut types = now.types.iter().flatten();
    let found = types.find(|each| each.id == id);
    Some(found.map_or_else(|| id.to_string().into(), |each| each.name.trim().into()))
}

fn location_name(now: &Snapshot, location: Option<itglue::LocationId>) -> Option<Private> {
    let id = location?;
    let mut locations = now.locations.iter().flatten();
    let found = locations.find(|each| each.id == id);
    Some(found.map_or_else(|| id.to_string().into(), |each| each.name.clone()))
}
