//! What the PSA's merge left behind.

use connectwise::Writer;
use journal::Store;
use model::{Action, Change, Image, Outcome, Rule};

use crate::apply::failed;
use crate::error::Error;
use crate::record::Record;
use crate::visit::Reconciler;

impl<J: Store> Reconciler<J> {
    /// After a merge: points whatever still points at the loser at the survivor, each with an entry
    /// of its own. Which kinds of record the PSA's merge moves is not documented, so the references
    /// that were listed before it are looked at again. Any other action leaves nothing behind.
    pub(crate) async fn mend(
        &self,
        writer: &Writer,
        record: &mut Record<'_, J>,
        action: &Action,
    ) -> Result<(), Error> {
        let Action::Merge {
            loser,
            survivor,
            references,
        } = action
        else {
            return Ok(());
        };
        for reference in self.reader.still_at(references, *loser).await? {
            let change = Change {
                unit: 0,
                rule: Rule::MergeDuplicates,
                reason: format!("the PSA's merge of contact {loser} left it behind"),
                action: Action::Repoint {
                    reference: reference.clone(),
                    before: *loser,
                    after: *survivor,
                },
                evidence: Vec::new(),
            };
            let id = record.intend(&change, Image::default()).await?;
            match writer.repoint(&reference, *survivor).await {
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
