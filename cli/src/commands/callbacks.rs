//! `rollcall callbacks`: the PSA's entries that send to the stack.

use connectwise::{CallbackEntry, Reader, Registry, Standing, Writer};
use serde_json::{Value, json};
use startup::{CallbackTarget, Stack, both};

use crate::args::{Callbacks, Profile};
use crate::exit::Exit;
use crate::print::{self, Out, agreed};

pub(crate) async fn run(profile: &Profile, command: &Callbacks) -> anyhow::Result<Exit> {
    let office = Office::open(&profile.deployed_stack().await?).await?;
    let mut out = Out::new();
    match command {
        Callbacks::Check { json } => {
            let registry = office.registry().await?;
            tell(&mut out, &office, &registry, *json)
        }
        Callbacks::Register { json } => {
            let mut done = Vec::new();
            let result = Box::pin(office.register(&mut done)).await;
            if !json {
                print::callbacks::done(&mut out, &done)?;
                out.flush()?;
            }
            result?;
            let registry = office.registry().await?;
            tell(&mut out, &office, &registry, *json)
        }
        Callbacks::Remove { yes, json } => {
            let registry = office.registry().await?;
            if !json {
                print::callbacks::entries(&mut out, &office, &registry)?;
            }
            let nothing = registry.entries.is_empty();
            if !nothing && !yes {
                if *json {
                    out.json(&data(&office, &registry))?;
                    return Ok(Exit::Found);
                }
                let question = "Delete these entries? The stack is told of nothing then.";
                if !agreed(&mut out, question, "Nothing was changed.")? {
                    return Ok(Exit::Found);
                }
            }
            let mut done = Vec::new();
            let result = office.remove(&registry, &mut done).await;
            if *json {
                out.json(&done.iter().map(Done::data).collect::<Vec<_>>())?;
            } else {
                print::callbacks::done(&mut out, &done)?;
            }
            out.flush()?;
            result?;
            Ok(Exit::Done)
        }
    }
}

/// The PSA's registry, and what is ours in it.
pub(crate) struct Office {
    reader: Reader,
    pub(crate) target: CallbackTarget,
}

/// What was done to an entry.
pub(crate) struct Done {
    /// What, such as `created`.
    pub(crate) what: &'static str,
    /// The entry, as it is now, or was.
    pub(crate) entry: CallbackEntry,
}

impl Office {
    async fn open(stack: &Stack) -> anyhow::Result<Self> {
        let (reader, target) = tokio::join!(stack.psa(), stack.callbacks());
        let (reader, target) = both(reader, target)?;
        Ok(Self { reader, target })
    }

    /// One whose parts were read already.
    pub(crate) fn of(reader: Reader, target: CallbackTarget) -> Self {
        Self { reader, target }
    }

    /// The entries that are ours.
    pub(crate) async fn registry(&self) -> anyhow::Result<Registry> {
        Ok(self.reader.registry(&self.target.address).await?)
    }

    /// Whether the receiver refuses what an entry sends, as the tenant's secret names others.
    pub(crate) fn is_locked_out(&self, entry: &CallbackEntry) -> bool {
        let pinned = &self.target.pinned;
        !pinned.is_empty() && !pinned.contains(&entry.id.to_string())
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_right(&self, registry: &Registry) -> bool {
        let mut entries = registry.entries.iter();
        registry.is_right() && !entries.any(|(entry, _)| self.is_locked_out(entry))
    }

    /// Sets right what is flawed, makes what is missing, and deletes what strays, once all others stand.
    async fn register(&self, done: &mut Vec<Done>) -> anyhow::Result<()> {
        let writer = Writer::new(self.reader.clone());
        let Registry { entries, missing } = self.registry().await?;
        for (entry, standing) in &entries {
            if let Standing::Flawed(_) = standing {
                let entry = writer.repair_callback(entry).await?;
                let what = "repaired";
                done.push(Done { what, entry });
            }
        }
        for wanted in missing {
            let address = &self.target.address;
            let entry = writer.register_callback(address, wanted).await?;
            let what = "created";
            done.push(Done { what, entry });
        }
        let is_stray = |(_, standing): &(_, Standing)| matches!(standing, Standing::Stray(_));
        for (entry, _) in entries.into_iter().filter(is_stray) {
            delete(&writer, entry, done).await?;
        }
        Ok(())
    }

    async fn remove(&self, registry: &Registry, done: &mut Vec<Done>) -> anyhow::Result<()> {
        let writer = Writer::new(self.reader.clone());
        for (entry, _) in &registry.entries {
            delete(&writer, entry.clone(), done).await?;
        }
        Ok(())
    }
}

async fn delete(writer: &Writer, entry: CallbackEntry, done: &mut Vec<Done>) -> anyhow::Result<()> {
    writer.delete_callback(entry.id).await?;
    let what = "deleted";
    done.push(Done { what, entry });
    Ok(())
}

fn tell(out: &mut Out, office: &Office, registry: &Registry, json: bool) -> anyhow::Result<Exit> {
    if json {
        out.json(&data(office, registry))?;
    } else {
        print::callbacks::check(out, office, registry)?;
    }
    Ok(if office.is_right(registry) {
        Exit::Done
    } else {
        Exit::Found
    })
}

impl Done {
    fn data(&self) -> Value {
        json!({ "entry": self.entry.id, "done": self.what })
    }
}

fn data(office: &Office, registry: &Registry) -> Value {
    let one = |(entry, standing): &(CallbackEntry, Standing)| {
        json!({
            "id": entry.id,
            "type": entry.callback_type.to_string(),
            "url": office.target.address.shown(&entry.url),
            "active": entry.active,
            "level": entry.level,
            "wrong": print::callbacks::wrong(office, entry, standing),
        })
    };
    let missing = registry.missing.iter().map(ToString::to_string);
    json!({
        "entries": registry.entries.iter().map(one).collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
    })
}
