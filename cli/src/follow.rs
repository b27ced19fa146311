//! What follows in the mirrors when a command has changed the PSA.

use std::collections::BTreeSet;

use model::mirror::System;
use model::{CompanyId, ContactId};
use queue::{DeduplicationId, Message, Sender};
use reconcile::Visit;
use serde::Serialize;
use serde_json::{Value, json};

use crate::deployed::Deployed;
use crate::desk::{Desk, Keeper, cause};
use crate::local::Local;
use crate::replay::{self, InMirror};

/// What followed in the mirrors.
#[derive(Default)]
pub(crate) struct Followed {
    /// What it came to in each mirror, where this process does that by itself.
    pub(crate) done: Vec<InMirror>,
    /// Whom the workers of each mirror were told to look at, where they do it.
    pub(crate) told: Vec<Told>,
}

/// What the workers of a mirror were told.
#[derive(Serialize)]
pub(crate) struct Told {
    /// Which mirror.
    pub(crate) system: System,
    /// At which company.
    pub(crate) company: CompanyId,
    /// Whom to look at.
    pub(crate) contacts: BTreeSet<ContactId>,
    /// Why they do not know, if the message could not be sent.
    pub(crate) error: Option<String>,
}

impl<J> Desk<'_, J> {
    /// Has the mirrors look at what a visit found to differ from what they have: here, or by their workers.
    pub(crate) async fn follow(&self, visit: &Visit, command: &str) -> anyhow::Result<Followed> {
        match self.keeper {
            Keeper::Sandbox(local) => follow_here(local, visit, command).await,
            Keeper::Workers(deployed) => Ok(hand_over(deployed, visit, command).await),
        }
    }
}

impl Followed {
    /// Whether a mirror does not know what it has to look at.
    pub(crate) fn is_untold(&self) -> bool {
        self.told.iter().any(|told| told.error.is_some())
    }

    /// As data.
    pub(crate) fn data(&self) -> Value {
        let Self { done, told } = self;
        json!({ "done": done, "told": told })
    }
}

async fn follow_here(local: &Local, visit: &Visit, command: &str) -> anyhow::Result<Followed> {
    for (system, contacts) in &visit.mirrors {
        let queue = match system {
            System::ItGlue => &local.itglue.queue,
            System::GrowCrm => &local.growcrm.queue,
        };
        send(queue, visit, contacts, command).await?;
    }
    Ok(Followed {
        done: replay::mirrors(local).await?,
        told: Vec::new(),
    })
}

/// One mirror's trouble is not the other's.
async fn hand_over(deployed: &Deployed, visit: &Visit, command: &str) -> Followed {
    let mut followed = Followed::default();
    for (system, contacts) in &visit.mirrors {
        let Some(queue) = deployed.stack().mirror_queue(*system) else {
            continue;
        };
        let sent = send(&queue, visit, contacts, command).await;
        followed.told.push(Told {
            system: *system,
            company: visit.company,
            contacts: contacts.clone(),
            error: sent.err().map(|error| error.to_string()),
        });
    }
    followed
}

async fn send(
    queue: &impl Sender,
    visit: &Visit,
    contacts: &BTreeSet<ContactId>,
    command: &str,
) -> Result<(), queue::Error> {
    let message = Message::MirrorContactsV1 {
        company: visit.company,
        contacts: contacts.clone(),
        cause: cause(command),
    };
    let deduplication = DeduplicationId::of_mirrored(&visit.run);
    queue.send(&message, &deduplication).await.map(|_| ())
}
