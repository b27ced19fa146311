//! What is kept of a change for ever, and what is forgotten with time.

use model::mirror::{Call, GrowCrmCall, ItGlueCall};
use model::{Action, Email};

use super::Intent;

/// Stands for an address that was forgotten. It is under a domain that nobody can have.
const NOBODY: &str = "forgotten@nobody.invalid";

impl Intent {
    /// What stays of it once its time has come: the same without any name or address, since it binds
    /// what may be done for ever. Nothing of one whose action is a person's text and no more.
    pub(crate) fn retained(mut self) -> Option<Self> {
        for evidence in &mut self.evidence {
            evidence.named = None;
        }
        match &mut self.action {
            Action::SetFields { .. }
            | Action::AddCommunication { .. }
            | Action::RemoveCommunication { .. }
            | Action::AddNote { .. }
            | Action::RemoveNote { .. }
            | Action::Mirror {
                call:
                    Call::ItGlue(ItGlueCall::Create { .. } | ItGlueCall::Update { .. })
                    | Call::GrowCrm(
                        GrowCrmCall::Create { .. }
                        | GrowCrmCall::Update { .. }
                        | GrowCrmCall::CreateClient { .. },
                    ),
                ..
            } => return None,
            Action::Restore {
                first_name,
                last_name,
                ..
            } => {
                *first_name = "".into();
                *last_name = "".into();
            }
            Action::JoinGroup { membership, .. } | Action::LeaveGroup { membership, .. } => {
                membership.description = None;
            }
            Action::RequestPassword { email, .. } => *email = nobody(),
            Action::SetDefaultContact { .. }
            | Action::SetBillingContact { .. }
            | Action::SetDefaultCommunication { .. }
            | Action::AddType { .. }
            | Action::RemoveType { .. }
            | Action::SetPortal { .. }
            | Action::Retire { .. }
            | Action::Reactivate { .. }
            | Action::Merge { .. }
            | Action::Repoint { .. }
            | Action::Mirror {
                call:
                    Call::ItGlue(ItGlueCall::Remove { .. } | ItGlueCall::CreateType { .. })
                    | Call::GrowCrm(
                        GrowCrmCall::Remove { .. }
                        | GrowCrmCall::MakeOwner { .. }
                        | GrowCrmCall::SetTags { .. },
                    ),
                ..
            } => {}
        }
        Some(self)
    }
}

#[expect(
    clippy::expect_used,
    reason = "the text is ours, and a test reads it as an address"
)]
fn nobody() -> Email {
    NOBODY.parse().expect("it is an address")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::samples;
    use crate::stored::encode;

    #[test]
    fn nothing_stays_that_is_a_persons() {
        let intents = samples::intents();
        let kept: Vec<String> = intents
            .iter()
            .filter_map(|entry| Intent::of(entry).unwrap().retained())
            .map(|intent| encode(&intent).unwrap())
            .collect();
        assert_eq!(kept.len(), intents.len() - samples::TEXTS);
        for text in kept {
            for private in samples::PRIVATE {
                assert!(!text.contains(private), "{private} in {text}");
            }
        }
    }

    #[test]
    fn what_stays_without_names_is_what_it_was() {
        let mut entry = samples::intent("r", 1, 19, 41, 0);
        entry.evidence.clear();
        let intent = || Intent::of(&entry).unwrap();
        assert_eq!(intent().retained(), Some(intent()));
    }

    #[test]
    fn what_stays_can_be_forgotten_again() {
        for entry in samples::intents() {
            if let Some(kept) = Intent::of(&entry).unwrap().retained() {
                let text = encode(&kept).unwrap();
                let again = crate::stored::decode::<Intent>(&text, || entry.id.to_string());
                assert_eq!(encode(&again.unwrap().retained().unwrap()).unwrap(), text);
            }
        }
    }
}
