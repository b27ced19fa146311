//! What `approve` and `reject` have in common: finding what is meant, and recording what was said.

use std::collections::BTreeSet;

use journal::{Query, Store as _};
use model::{
    CompanyId, ContactId, Decision, FindingEntry, FindingKind, Pair, Proposal, ProposalId, Rule,
    Verdict,
};

use crate::local::Local;
use crate::print::{self, Out};

/// What a person may decide about.
pub(crate) struct Subject {
    pub(crate) id: ProposalId,
    pub(crate) company: CompanyId,
    pub(crate) rule: Rule,
    pub(crate) pair: Option<Pair>,
    pub(crate) contacts: BTreeSet<ContactId>,
}

/// Finds what the ids mean. `None`, and it is told why, when one of them means nothing: then nothing at
/// all is decided.
pub(super) async fn find(
    local: &Local,
    out: &mut Out,
    ids: &[ProposalId],
) -> anyhow::Result<Option<Vec<Subject>>> {
    let mut subjects = Vec::new();
    let ids: BTreeSet<&ProposalId> = ids.iter().collect();
    for id in &ids {
        let subject = match local.journal().proposal(id).await? {
            Some(proposal) => Some(Subject::from(proposal)),
            None => rejected(local, id).await?,
        };
        if subject.is_none() {
            print::review::unknown(out, id)?;
        }
        subjects.extend(subject);
    }
    Ok((subjects.len() == ids.len()).then_some(subjects))
}

/// What was rejected before and may be approved after all: all but pairs, which were told apart for ever. It
/// waits no longer, but each visit tells that it is not done.
async fn rejected(local: &Local, id: &ProposalId) -> anyhow::Result<Option<Subject>> {
    let query = Query {
        limit: usize::MAX,
        ..Query::default()
    };
    let findings = local.journal().findings(&query).await?;
    let named = format!("({id})");
    let told = |noted: &&FindingEntry| {
        noted.finding.kind == FindingKind::Rejected && noted.finding.words.contains(&named)
    };
    let Some(finding) = findings.iter().rev().find(told).map(|noted| &noted.finding) else {
        return Ok(None);
    };
    let Some(company) = finding.company else {
        return Ok(None);
    };
    let memory = local.journal().memory(company).await?;
    let said = memory.decision(id).filter(|said| said.pair.is_none());
    Ok(said.map(|_| Subject {
        id: id.clone(),
        company,
        rule: finding.rule,
        pair: None,
        contacts: finding.contacts.iter().copied().collect(),
    }))
}

/// Records what was said.
pub(super) async fn record(
    local: &Local,
    subject: &Subject,
    verdict: Verdict,
    by: &str,
) -> anyhow::Result<()> {
    let decision = Decision {
        proposal: subject.id.clone(),
        company: subject.company,
        verdict,
        pair: subject.pair,
        at: local.now(),
        by: by.into(),
    };
    Ok(local.journal().decide(&decision).await?)
}

impl From<Proposal> for Subject {
    fn from(proposal: Proposal) -> Self {
        let Proposal {
            id,
            company,
            rule,
            pair,
            contacts,
            ..
        } = proposal;
        Self {
            id,
            company,
            rule,
            pair,
            contacts: contacts.iter().map(|contact| contact.id).collect(),
        }
    }
}
