//! What a stack has for its mirrors. A mirror that is off has nothing.

use aws_sdk_sqs::Client as SqsClient;
use model::mirror::System;
use queue::{DeadLetters, SqsQueue};

use super::{Stack, output};
use crate::problems::Problems;
use crate::secrets::Secret;
use crate::{growcrm as crm, itglue as glue};

impl Stack {
    /// A reader of IT Glue, with the key of its mirror; nothing where that mirror is off.
    ///
    /// # Errors
    /// All that is missing, refused or malformed.
    pub async fn itglue(&self) -> Result<Option<itglue::Reader>, Problems> {
        self.vendor(output::ITGLUE_SECRET, glue::reader).await
    }

    /// A reader of Grow CRM, with the key of its mirror; nothing where that mirror is off.
    ///
    /// # Errors
    /// All that is missing, refused or malformed.
    pub async fn growcrm(&self) -> Result<Option<growcrm::Reader>, Problems> {
        self.vendor(output::GROWCRM_SECRET, crm::reader).await
    }

    /// The queue that a mirror's workers read; nothing where that mirror is off.
    #[must_use]
    pub fn mirror_queue(&self, system: System) -> Option<SqsQueue> {
        let url = self.optional(match system {
            System::ItGlue => output::ITGLUE_QUEUE,
            System::GrowCrm => output::GROWCRM_QUEUE,
        });
        url.map(|url| SqsQueue::new(SqsClient::new(&self.aws), url))
    }

    /// What a mirror's workers gave up; nothing where that mirror is off.
    #[must_use]
    pub fn mirror_dead_letters(&self, system: System) -> Option<DeadLetters> {
        let url = self.optional(match system {
            System::ItGlue => output::ITGLUE_DEAD_LETTERS,
            System::GrowCrm => output::GROWCRM_DEAD_LETTERS,
        });
        url.map(|url| DeadLetters::new(SqsClient::new(&self.aws), url))
    }

    async fn vendor<R>(
        &self,
        secret: &'static str,
        reader: fn(Secret, &mut Problems) -> Option<R>,
    ) -> Result<Option<R>, Problems> {
        if self.optional(secret).is_none() {
            return Ok(None);
        }
        let mut problems = Problems::default();
        let secret = self.secret(secret, &mut problems).await;
        let reader = secret.and_then(|secret| reader(secret, &mut problems));
        problems.unless_any(reader).map(Some)
    }
}
