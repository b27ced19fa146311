//! What waits for a person after a plan.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Change, Contact, ContactId, FindingKind, Mode, Pair, Plan, Proposal, ProposalId, Rule, RunId,
    Snapshot,
};

use crate::rules::Rules;
use crate::survivor;

/// What a person is to approve or reject: the changes that a plan withholds for review, and the pairs of
/// which it cannot be certain. In the order of their ids.
#[must_use]
pub fn proposals(snapshot: &Snapshot, rules: &Rules, plan: &Plan, run: &RunId) -> Vec<Proposal> {
    let mut units: BTreeMap<u32, Vec<Change>> = BTreeMap::new();
    let company = snapshot.company.id;
    for withheld in plan.withheld.iter().filter(|w| w.mode == Mode::Review) {
        let change = withheld.change.clone();
        units.entry(change.unit).or_default().push(change);
    }
    let new = |id, rule, pair, words, evidence, changes: Vec<Change>, about| Proposal {
        id,
        company,
        rule,
        pair,
        words,
        evidence,
        // The rules themselves would have let it be made.
        over_limit: !changes.is_empty() && rules.mode(rule, company) == Mode::Enforce,
        changes,
        contacts: standing(snapshot, about),
        run: run.clone(),
        seen_at: snapshot.taken_at,
    };
    let mut all: BTreeMap<ProposalId, Proposal> = BTreeMap::new();
    for changes in units.into_values() {
        let Some(change) = Change::decisive(&changes) else {
            continue;
        };
        let (rule, evidence) = (change.rule, change.evidence.clone());
        let id = ProposalId::of(&change.action, &change.purpose);
        let merge = change.action.merges(&change.purpose);
        let pair = merge.map(|(loser, survivor)| Pair::new(loser, survivor));
        let words = format!("{}, because {}", change.action, change.reason);
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
