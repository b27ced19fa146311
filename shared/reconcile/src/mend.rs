//! What the PSA's own writes leave undone.

use std::collections::BTreeSet;

use connectwise::Writer;
use journal::Store;
use model::{
    Action, Change, CompanyId, ContactId, FieldChange, Image, Outcome, Pair, PrivateValue, Purpose,
};
use serde_json::json;

use crate::apply::failed;
use crate::error::Error;
use crate::record::Record;
use crate::visit::Reconciler;

impl<J: Store> Reconciler<J> {
    /// After a merge: points whatever still points at the loser at the survivor, each with an entry
    /// of its own. Which kinds of record the PSA's merge moves is not documented, and somebody may have
    /// added one since they were listed. Whom people told apart from the loser they told apart
    /// from the survivor.
    ///
    /// After a return: the contact and whom it had been merged into are two people, for ever, and so are the
    /// contact and whoever else was merged into the same one and has come back; and so are those whom people
    /// told apart from it under its old id.
    ///
    /// Any other change leaves nothing undone. Without a writer, only what the journal keeps is seen to.
    pub(crate) async fn complete(
        &self,
        writer: Option<&Writer>,
        record: &mut Record<'_, J>,
        change: &Change,
        outcome: &Outcome,
    ) -> Result<(), Error> {
        let company = record.request.company;
        match (&change.action, outcome) {
            (
                Action::Merge {
                    loser, survivor, ..
                },
                _,
            ) => {
                self.keep_apart_too(company, *loser, *survivor).await?;
                match writer {
                    Some(writer) => self.mend(writer, record, change).await,
                    None => Ok(()),
                }
            }
            (
                Action::Restore {
                    original, survivor, ..
                },
                Outcome::Returned { contact },
            ) => {
                self.keep_apart_too(company, *original, *contact).await?;
                self.unite_no_more(company, *contact, *survivor).await
            }
            // A careful merge is taken back in several steps; whichever is done says that it was wrong.
            _ => match change.purpose.undone() {
                Some(undone) => {
                    match self.journal.entry(undone).await?.map(|entry| entry.purpose) {
                        Some(Purpose::Merge { loser, survivor }) => {
                            self.unite_no_more(company, loser, survivor).await
                        }
                        _ => Ok(()),
                    }
                }
                None => Ok(()),
            },
        }
    }

    /// Keeps a contact apart that was merged and no longer is: from the survivor, and from the others of that
    /// person that were brought back.
    async fn unite_no_more(
        &self,
        company: CompanyId,
        contact: ContactId,
        survivor: ContactId,
    ) -> Result<(), Error> {
        let memory = self.memory(company).await?;
        let newest = memory.returned();
        let id = |contact: &ContactId| newest.get(contact).copied().unwrap_or(*contact);
        let contact = id(&contact);
        let merges = memory.past.iter().filter(|past| {
            let is_merge = matches!(past.action, Action::Merge { .. } | Action::Retire { .. });
            is_merge && past.took_effect()
        });
        let merged = merges.filter_map(|past| match &past.purpose {
            Purpose::Merge { loser, survivor: s } if id(s) == id(&survivor) => Some(id(loser)),
            _ => None,
        });
        let others: BTreeSet<ContactId> = merged.chain([id(&survivor)]).collect();
        for other in others.into_iter().filter(|other| *other != contact) {
            let pair = Pair::new(contact, other);
            if !memory.distinct.contains(&pair) {
                let at = self.clock.now();
                self.journal.keep_apart(pair, company, at, "undo").await?;
            }
        }
        Ok(())
    }

    /// Whoever is not `known` is not `new` either: both are ids of one person.
    async fn keep_apart_too(
        &self,
        company: CompanyId,
        known: ContactId,
        new: ContactId,
    ) -> Result<(), Error> {
        let memory = self.memory(company).await?;
        for pair in &memory.distinct {
            let other = match (pair.low(), pair.high()) {
                (low, high) if low == known => high,
                (low, high) if high == known => low,
                _ => continue,
            };
            let inherited = Pair::new(new, other);
            if other != new && !memory.distinct.contains(&inherited) {
                let at = self.clock.now();
                let by = format!("as contact {known}");
                self.journal.keep_apart(inherited, company, at, &by).await?;
            }
        }
        Ok(())
    }

    async fn mend(
        &self,
        writer: &Writer,
        record: &mut Record<'_, J>,
        merge: &Change,
    ) -> Result<(), Error> {
        let Action::Merge {
            loser, survivor, ..
        } = &merge.action
        else {
            return Ok(());
        };
        for reference in self.reader.references(*loser).await? {
            // Nobody becomes their own manager or assistant.
            let is_own = reference.owner() == Some(*survivor);
            let action = if is_own {
                Action::SetFields {
                    contact: *survivor,
                    fields: vec![FieldChange {
                        field: reference.field.clone(),
                        before: Some(json!({ "id": loser }).into()),
                        after: PrivateValue::default(),
                    }],
                }
            } else {
                Action::Repoint {
                    reference: reference.clone(),
                    before: *loser,
                    after: *survivor,
                }
            };
            let change = Change {
                reason: format!("the PSA's merge of contact {loser} left it behind"),
                action,
                evidence: Vec::new(),
                ..merge.clone()
            };
            let id = record.intend(&change, Image::default()).await?;
            let written = match &change.action {
                Action::SetFields { contact, fields } => {
                    writer.set_fields(*contact, fields).await.map(drop)
                }
                _ => writer.repoint(&reference, *survivor).await,
            };
            match written {
                Ok(()) => record.conclude(&id, Outcome::Done, None).await?,
                Err(error) => {
                    let outcome = failed(record, &change.action, &id, error).await?;
                    record.leave_to_a_person(&change, &outcome).await?;
                    outcome
                }
            };
        }
        Ok(())
    }
}
