//! Policy 1: one person, one contact, within one company.

mod steps;

use std::collections::{BTreeMap, BTreeSet};

use matching::Group;
use model::{
    Action, Change, Contact, ContactId, Email, Evidence, FindingKind, Mode, Pair, Purpose, Rule,
    Snapshot,
};

use crate::decided::Heirs;
use crate::draft::Draft;
use crate::needs::Need;
use crate::portal_invite::held;
use crate::survivor;

const RULE: Rule = Rule::MergeDuplicates;

/// Records of one person, with the survivor.
struct Union {
    survivor: ContactId,
    why: String,
    losers: Vec<(ContactId, Vec<Evidence>)>,
}

pub(crate) fn plan(draft: &mut Draft<'_>) {
    let matches = matching::find(living(&draft.now), &draft.decided.apart);
    let scope = draft.now.scope.clone();
    let united = draft.decided.united.clone();

    for likely in &matches.reviews {
        let (low, high) = (likely.pair.low(), likely.pair.high());
        if (scope.covers(low) || scope.covers(high)) && !united.contains(&likely.pair) {
            draft.find(
                RULE,
                FindingKind::PossibleDuplicate,
                vec![low, high],
                "these may be one person, but it is not certain; a person should compare them and \
                 merge or reject the pair",
                likely.evidence.clone(),
            );
        }
    }

    let mut unions = Vec::new();
    for group in matches.groups {
        if group.members.iter().any(|id| scope.covers(*id)) {
            unions.extend(union(draft, &united, group));
        }
    }
    let over_limit = over_limit(draft, &unions);
    let mut proposed = BTreeSet::new();
    for union in unions {
        for (loser, evidence) in union.losers {
            let pair = Pair::new(loser, union.survivor);
            if united.contains(&pair) {
                propose_as_said(draft, union.survivor, &union.why, loser, evidence);
            } else {
                let most = if over_limit.contains(&pair) {
                    Mode::Review
                } else {
                    Mode::Enforce
                };
                let mode = draft.mode(RULE).min(most);
                propose(draft, mode, union.survivor, &union.why, loser, evidence);
            }
            proposed.insert(pair);
        }
    }
    for said in united.difference(&proposed) {
        // One of them may have become one with a third record by now.
        let Some(pair) = Heirs::of(&draft.plan.changes).pair(*said) else {
            continue;
        };
        let evidence = matches.reviews.iter().find(|likely| likely.pair == *said);
        let evidence = evidence.map(|likely| likely.evidence.clone());
        unite(draft, pair, evidence.unwrap_or_default());
    }
}

/// The merges that wait for a person, since they are, or were found with, more than a visit may make unasked.
/// When some of them were decided upon, the others do not become few enough by that.
fn over_limit(draft: &mut Draft<'_>, unions: &[Union]) -> BTreeSet<Pair> {
    let unasked = |union: &Union| -> Vec<Pair> {
        let pairs = union.pairs().into_iter();
        pairs
            .filter(|pair| !draft.decided.united.contains(pair))
            .collect()
    };
    let limit = draft.rules.limits.merges_per_visit;
    let all: BTreeSet<Pair> = unions.iter().flat_map(unasked).collect();
    let (over, words) = if all.len() > limit as usize {
        let words = format!(
            "{} merges in one visit are more than the {limit} that the rules allow \
             (limits.merges-per-visit); none is made until a person has looked",
            all.len()
        );
        (all, words)
    } else {
        let waits = |union: &&Union| union.has_any(&draft.now.memory.over_limit);
        let waiting: BTreeSet<Pair> = unions.iter().filter(waits).flat_map(unasked).collect();
        let words = format!(
            "{} of the merges that were more than a visit may make (limits.merges-per-visit) still \
             wait; none is made until a person has looked",
            waiting.len()
        );
        (waiting, words)
    };
    if !over.is_empty() {
        draft.find(
            RULE,
            FindingKind::BlastRadius,
            Vec::new(),
            words,
            Vec::new(),
        );
    }
    over
}

impl Union {
    /// Each of the merges.
    fn pairs(&self) -> Vec<Pair> {
        let losers = self.losers.iter();
        losers
            .map(|(loser, _)| Pair::new(*loser, self.survivor))
            .collect()
    }

    /// Whether any of these is of two of its records, whichever survives.
    fn has_any(&self, pairs: &BTreeSet<Pair>) -> bool {
        let is_member =
            |id| id == self.survivor || self.losers.iter().any(|(loser, _)| *loser == id);
        pairs
            .iter()
            .any(|pair| is_member(pair.low()) && is_member(pair.high()))
    }
}

/// The union of a group of certain duplicates, if no person is needed for it.
fn union(draft: &mut Draft<'_>, united: &BTreeSet<Pair>, group: Group) -> Option<Union> {
    let Group { members, evidence } = group;
    let (survivor, why) = survivor::choose(&draft.now, &members, &draft.rules.merge.survivor)?;
    let is_united = |id: &ContactId| *id == survivor || united.contains(&Pair::new(*id, survivor));
    let doubt = impossible(&draft.now, &members, survivor).or_else(|| {
        let settled = members.iter().all(is_united);
        (!settled).then(|| doubtful(&draft.now, &members, survivor))?
    });
    if let Some(words) = doubt {
        let contacts = members.into_iter().collect();
        let evidence = evidence.into_values().flatten().collect();
        draft.find(
            RULE,
            FindingKind::PossibleDuplicate,
            contacts,
            words,
            evidence,
        );
        return None;
    }
    // A large company was read around the visit's own contacts. That brought whoever is like them,
    // but not whoever is like those: a group may hang together through two of the others, and a lone
    // last name may be anybody's.
    let unread: Vec<Need> = members
        .iter()
        .filter(|id| !draft.now.is_read_around(**id))
        .map(|id| Need::Surroundings(*id))
        .collect();
    if !unread.is_empty() {
        draft.needs.extend(unread);
        draft.find(
            RULE,
            FindingKind::PossibleDuplicate,
            members.into_iter().collect(),
            "these look like one person, but more contacts of this company may be the same than \
             could be read, so it is not certain; a person should compare them and merge or \
             reject the pair",
            evidence.into_values().flatten().collect(),
        );
        return None;
    }
    let losers = members
        .iter()
        .filter(|id| **id != survivor)
        .map(|id| (*id, evidence_for(&evidence, *id)))
        .collect();
    Some(Union {
        survivor,
        why,
        losers,
    })
}

/// Merges two records of which a person said that they are one, unless that has been done with the groups.
fn unite(draft: &mut Draft<'_>, pair: Pair, evidence: Vec<Evidence>) {
    let members = BTreeSet::from([pair.low(), pair.high()]);
    let here = |id: &ContactId| living(&draft.now).any(|contact| contact.id == *id);
    if !members.iter().all(here) || draft.decided.apart.contains(&pair) {
        return;
    }
    let chosen = survivor::choose(&draft.now, &members, &draft.rules.merge.survivor);
    let Some((survivor, why)) = chosen else {
        return;
    };
    if let Some(words) = impossible(&draft.now, &members, survivor) {
        let contacts = members.into_iter().collect();
        return draft.find(
            RULE,
            FindingKind::PossibleDuplicate,
            contacts,
            words,
            evidence,
        );
    }
    let loser = if survivor == pair.low() {
        pair.high()
    } else {
        pair.low()
    };
    propose_as_said(draft, survivor, &why, loser, evidence);
}

/// Merges two records of which a person said that they are one.
fn propose_as_said(
    draft: &mut Draft<'_>,
    survivor: ContactId,
    why: &str,
    loser: ContactId,
    evidence: Vec<Evidence>,
) {
    // The person's word is the approval; but where the policy only observes, nothing is written.
    let mode = match draft.mode(RULE) {
        Mode::Observe => Mode::Observe,
        Mode::Review | Mode::Enforce => Mode::Enforce,
    };
    let why = format!("{why}; a person said that these are one");
    propose(draft, mode, survivor, &why, loser, evidence);
}

fn propose(
    draft: &mut Draft<'_>,
    mode: Mode,
    survivor: ContactId,
    why: &str,
    loser: ContactId,
    evidence: Vec<Evidence>,
) {
    if let Some(hidden) = [loser, survivor]
        .iter()
        .find(|id| draft.now.unreadable.contains(id))
    {
        let words = format!(
            "these are one person, but the API member's role may not read what hangs on contact \
             {hidden}, so nothing is merged; widen the role, or merge them by hand"
        );
        let contacts = vec![survivor, loser];
        return draft.find(
            RULE,
            FindingKind::PossibleDuplicate,
            contacts,
            words,
            evidence,
        );
    }
    let missing: Vec<Need> = [
        (loser, Need::Details(loser)),
        (survivor, Need::Belongings(survivor)),
    ]
    .into_iter()
    .filter(|(id, _)| !draft.now.details.contains_key(id))
    .map(|(_, need)| need)
    .collect();
    if !missing.is_empty() {
        draft.needs.extend(missing);
        return;
    }
    let steps = steps::steps(
        &draft.now,
        &draft.plan.changes,
        draft.rules.merge.method,
        survivor,
        why,
        loser,
        evidence,
    );
    draft.propose_in(mode, RULE, &Purpose::Merge { loser, survivor }, steps);
}

/// Why a certain match is still for a person to decide.
fn doubtful(now: &Snapshot, members: &BTreeSet<ContactId>, survivor: ContactId) -> Option<String> {
    let contacts = contacts_of(now, members);
    // A login that we hold is still somebody's login.
    let has_login = |contact: &Contact| contact.is_invited() || held(now, contact).is_some();
    let logins: BTreeSet<BTreeSet<Email>> = contacts
        .iter()
        .filter(|contact| has_login(contact))
        .map(|contact| {
            contact
                .emails()
                .into_iter()
                .map(|(email, _)| email.mailbox())
                .collect()
        })
        .collect();
    if logins.len() > 1 {
        return Some(
            "these are one person, but have portal logins with different addresses; a person \
             should decide which login stays"
                .to_owned(),
        );
    }
    let kept = now.contacts.get(&survivor)?;
    let other = contacts.iter().find(|contact| has_login(contact))?;
    (!has_login(kept)).then(|| {
        format!(
            "these are one person, but {survivor} would survive without the portal login that {} \
             has; a person should decide",
            other.id
        )
    })
}

/// Why records cannot be merged, whoever asks for it.
fn impossible(
    now: &Snapshot,
    members: &BTreeSet<ContactId>,
    survivor: ContactId,
) -> Option<String> {
    let contacts = contacts_of(now, members);
    if !now.contacts.get(&survivor)?.active {
        return Some(
            "these are one person, but all are inactive, and the PSA merges only into an active \
             contact; a person should reactivate one or leave them"
                .to_owned(),
        );
    }
    contacts
        .iter()
        .any(|contact| contact.company != Some(now.company.id))
        .then(|| {
            "these are one person, but the company of one of them cannot be seen; check the API \
             member's rights"
                .to_owned()
        })
}

fn contacts_of<'s>(now: &'s Snapshot, members: &BTreeSet<ContactId>) -> Vec<&'s Contact> {
    members
        .iter()
        .filter_map(|id| now.contacts.get(id))
        .collect()
}

fn evidence_for(pairs: &BTreeMap<Pair, Vec<Evidence>>, id: ContactId) -> Vec<Evidence> {
    pairs
        .iter()
        .filter(|(pair, _)| pair.low() == id || pair.high() == id)
        .flat_map(|(_, evidence)| evidence.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// The contacts that may be each other's duplicate: all but those that we retired, which stay as they are.
pub(crate) fn living(now: &Snapshot) -> impl Iterator<Item = &Contact> {
    let retired = now.memory.retired();
    let contacts = now.contacts.values();
    contacts.filter(move |contact| contact.active || !retired.contains_key(&contact.id))
}

/// What somebody else did to contacts that we retired: made them active again. That is theirs from then on.
pub(crate) fn taken_over(now: &Snapshot) -> Vec<Change> {
    let retired = now.memory.retired().into_iter();
    let is_active = |id: &ContactId| now.contacts.get(id).is_some_and(|contact| contact.active);
    retired
        .filter(|(contact, _)| is_active(contact))
        .map(|(contact, ours)| Change {
            unit: 0,
            rule: RULE,
            purpose: Purpose::Policy,
            action: Action::Reactivate { contact },
            reason: format!("somebody made active again what change {} retired", ours.id),
            evidence: Vec::new(),
        })
        .collect()
}
