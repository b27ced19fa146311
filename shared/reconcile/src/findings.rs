//! What a person is told about what was planned and what was written.

use model::{Entry, Finding, FindingKind, Outcome, Plan};

use crate::visit::Visit;

/// Keeps the findings of a round. Of an earlier round, those stay that no later one speaks about: a
/// hold that was refused is told as refused, and not as a hold, too.
pub(crate) fn keep_findings(visit: &mut Visit, plan: &Plan) {
    let withheld = plan.withheld.iter().map(|withheld| Finding {
        rule: withheld.change.rule,
        kind: FindingKind::Proposed,
        company: Some(visit.company),
        contacts: withheld.change.action.contacts(),
        words: format!(
            "in {} mode, this is not done: {}, because {}",
            withheld.mode, withheld.change.action, withheld.change.reason
        ),
        evidence: withheld.change.evidence.clone(),
    });
    let new = plan.findings.iter().cloned().chain(withheld);
    keep(visit, new.collect());
}

/// Keeps the findings of a round in the same way. A mirror's plan tells by itself what its mode withholds.
pub(crate) fn keep_findings_of_mirror(visit: &mut Visit, plan: &Plan) {
    keep(visit, plan.findings.clone());
}

fn keep(visit: &mut Visit, new: Vec<Finding>) {
    visit.findings.retain(|old| {
        !new.iter()
            .any(|new| new.rule == old.rule && new.contacts == old.contacts)
    });
    visit.findings.extend(new);
}

/// What of this tells a person about contacts that were written to. A later visit finds them as the rules
/// want them, and does not tell it again.
pub(crate) fn about(findings: &[Finding], written: &[Entry]) -> Vec<Finding> {
    let about_it = |finding: &&Finding| {
        written.iter().filter(|entry| happened(entry)).any(|entry| {
            let contacts = entry.action.contacts();
            finding.rule == entry.rule && finding.contacts.iter().any(|id| contacts.contains(id))
        })
    };
    findings.iter().filter(about_it).cloned().collect()
}

/// Whether a write took effect, as far as anybody knows.
pub(crate) fn happened(entry: &Entry) -> bool {
    let outcome = entry.outcome.as_ref();
    outcome.is_some_and(Outcome::may_have_happened)
}
