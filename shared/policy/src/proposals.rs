//! What waits for a person after a plan.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Change, Contact, ContactId, FindingKind, Mode, Pair, Plan, Proposal, ProposalId, Purpose, Rule,
    RunId, Snapshot,
};

use crate::rules::Rules;
use crate::survivor;

/// What a person is to approve or reject: the changes that a plan withholds for review, and the pairs of
/// which it cannot be certain. In the order of their ids.
#[must_use]
pub fn proposals(snapshot: &Snapshot, rules: &Rules, plan: &Plan, run: &RunId) -> Vec<Proposal> {
    let mut units: BTreeMap<u32, Vec<Change>> = BTreeMap::new();
    for withheld in plan.withheld.iter().filter(|w| w.mode == Mode::Review) {
        let change = withheld.change.clone();
        units.entry(change.unit).or_default().push(change);
    }
    let new = |id, rule, pair, words, evidence, changes: Vec<Change>, about| Proposal {
        id,
        company: snapshot.company.id,
        rule,
        pair,
        words,
        evidence,
        changes,
        contacts: standing(snapshot, about),
        run: run.clone(),
        seen_at: snapshot.taken_at,
    };
    let mut all: BTreeMap<ProposalId, Proposal> = BTreeMap::new();
    for changes in units.into_values() {
        let (Some(last), Some(id)) = (changes.last(), ProposalId::of_changes(&changes)) else {
            continue;
        };
        let pair = match last.purpose {
            Purpose::Merge { loser, survivor } => Some(Pair::new(loser, survivor)),
            Purpose::Policy | Purpose::Undo { .. } => None,
        };
        let (rule, words) = (
            last.rule,
            format!("{}, because {}", last.action, last.reason),
        );
        let evidence = last.evidence.clone();
        let about = changes.iter().flat_map(|change| change.action.contacts());
        let about = about.collect();
        all.insert(
            id.clone(),
            new(id, rule, pair, words, evidence, changes, about),
        );
    }
    let doubtful = plan
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::PossibleDuplicate);
    for finding in doubtful {
        let members: BTreeSet<ContactId> = finding.contacts.iter().copied().collect();
        let kept = survivor::choose(snapshot, &members, &rules.merge.survivor);
        let Some((kept, _)) = kept else { continue };
        for other in members.iter().filter(|id| **id != kept) {
            let pair = Pair::new(kept, *other);
            let id = ProposalId::of_pair(pair);
            let (words, evidence) = (finding.words.clone(), finding.evidence.clone());
            let about = BTreeSet::from([kept, *other]);
            let rule = Rule::MergeDuplicates;
            let proposal = new(
                id.clone(),
                rule,
                Some(pair),
                words,
                evidence,
                Vec::new(),
                about,
            );
            all.insert(id, proposal);
        }
    }
    all.into_values().collect()
}

fn standing(snapshot: &Snapshot, about: BTreeSet<ContactId>) -> Vec<Contact> {
    about
        .iter()
        .filter_map(|id| snapshot.contacts.get(id).cloned())
        .collect()
}
