//! What is wrong with a mirror, or with how we come to it.

use itglue::{NativeSync, Share};
use model::mirror::System;
use queue::{DeadLetters, SqsQueue};
use startup::{Problems, Stack};

use super::{Rounds, Trouble};
use crate::commands::dlq::Work;

/// What is looked at, by the names that it is told by.
struct Names {
    mirror: &'static str,
    secret: &'static str,
    key: &'static str,
    rights: &'static str,
    queue: &'static str,
    dead_letters: &'static str,
}

const ITGLUE: Names = Names {
    mirror: "IT Glue",
    secret: "IT Glue secret",
    key: "IT Glue key",
    rights: "IT Glue rights",
    queue: "IT Glue queue",
    dead_letters: "IT Glue dead letters",
};

const GROWCRM: Names = Names {
    mirror: "Grow CRM",
    secret: "Grow CRM secret",
    key: "Grow CRM key",
    rights: "Grow CRM rights",
    queue: "Grow CRM queue",
    dead_letters: "Grow CRM dead letters",
};

/// What the names are those of, for whoever cannot look at either.
pub(super) const MIRRORS: [&str; 2] = [ITGLUE.mirror, GROWCRM.mirror];

const NATIVE_SYNC: &str = "IT Glue native sync";

/// What was tried of a vendor, and what came of it.
type Tried<E> = Vec<(&'static str, Result<(), E>)>;

/// The vendors' errors, as far as they matter here.
trait Refused: std::fmt::Display {
    /// Whether the key is not accepted.
    fn is_of_key(&self) -> bool;
    /// The likely cause, and what to do about it.
    fn likely(&self) -> &'static str;
}

impl Rounds<'_> {
    pub(super) async fn mirrors(&mut self, stack: &Stack) -> anyhow::Result<()> {
        self.itglue(stack).await?;
        self.growcrm(stack).await
    }

    async fn itglue(&mut self, stack: &Stack) -> anyhow::Result<()> {
        let reader = stack.itglue().await.map(|reader| {
            let host = |reader: &itglue::Reader| shown(reader.config().api());
            reader.map(|reader| (host(&reader), reader))
        });
        let Some((host, reader)) = self.open(&ITGLUE, &[NATIVE_SYNC], reader)? else {
            return self.queue_of(&ITGLUE, stack, System::ItGlue).await;
        };
        let rights = reader.rights().await;
        let rights = rights.into_iter().map(|right| (right.what, right.result));
        if self.rights(&ITGLUE, &host, rights.collect())? {
            let sync = match reader.native_sync().await {
                Ok(sync) => Ok(((), synced(sync))),
                Err(error) => Err(Trouble::new(error.to_string(), error.likely())),
            };
            self.note(NATIVE_SYNC, sync)?;
        } else {
            self.skip(&[NATIVE_SYNC], "without the key nobody can tell")?;
        }
        self.queue_of(&ITGLUE, stack, System::ItGlue).await
    }

    async fn growcrm(&mut self, stack: &Stack) -> anyhow::Result<()> {
        let reader = stack.growcrm().await.map(|reader| {
            let host = |reader: &growcrm::Reader| shown(reader.config().api());
            reader.map(|reader| (host(&reader), reader))
        });
        if let Some((host, reader)) = self.open(&GROWCRM, &[], reader)? {
            let rights = reader.rights().await;
            let rights = rights.into_iter().map(|right| (right.what, right.result));
            self.rights(&GROWCRM, &host, rights.collect())?;
        }
        self.queue_of(&GROWCRM, stack, System::GrowCrm).await
    }

    /// Notes whether a mirror is on, and whether its secret can be understood. Passes on what reads the vendor.
    fn open<R>(
        &mut self,
        names: &Names,
        more: &[&'static str],
        reader: Result<Option<(String, R)>, Problems>,
    ) -> anyhow::Result<Option<(String, R)>> {
        let found = match reader {
            Ok(None) => {
                self.note(names.mirror, Ok(((), "its mirror is off".to_owned())))?;
                return Ok(None);
            }
            Ok(Some((host, reader))) => {
                let words = format!("it has the key for {host}");
                Ok(((host, reader), words))
            }
            Err(problems) => Err(problems.into()),
        };
        let found = self.note(names.secret, found)?;
        if found.is_none() {
            let behind = [&[names.key, names.rights], more].concat();
            self.skip(&behind, "without the secret nobody can tell")?;
        }
        Ok(found)
    }

    /// Notes whether the key is accepted, and whether everything can be read that a mirror has to read. Tells whether
    /// the key is.
    fn rights<E: Refused>(
        &mut self,
        names: &Names,
        host: &str,
        tried: Tried<E>,
    ) -> anyhow::Result<bool> {
        let all = tried.len();
        let refused: Vec<(&str, E)> = tried
            .into_iter()
            .filter_map(|(what, result)| Some((what, result.err()?)))
            .collect();
        match refused.first() {
            Some((_, first)) if refused.len() == all => {
                let mut errors = refused.iter().map(|(_, error)| error);
                let of_key = errors.find(|error| error.is_of_key());
                let (words, remedy) = match of_key {
                    Some(error) => (error.to_string(), error.likely()),
                    None => (format!("nothing can be read: {first}"), first.likely()),
                };
                self.note::<()>(names.key, Err(Trouble::new(words, remedy)))?;
                self.skip(&[names.rights], "without the key nobody can tell")?;
                Ok(false)
            }
            Some((_, first)) => {
                self.note(names.key, Ok(((), format!("{host} accepts it"))))?;
                let what: Vec<&str> = refused.iter().map(|(what, _)| *what).collect();
                let words = format!("some cannot be read: {} ({first})", what.join(", "));
                self.note::<()>(names.rights, Err(Trouble::new(words, first.likely())))?;
                Ok(true)
            }
            None => {
                self.note(names.key, Ok(((), format!("{host} accepts it"))))?;
                let words = format!("all {all} kinds of record can be read");
                self.note(names.rights, Ok(((), words)))?;
                Ok(true)
            }
        }
    }

    /// Notes what waits for the workers of a mirror, and what they gave up; nothing where it is off.
    async fn queue_of(
        &mut self,
        names: &Names,
        stack: &Stack,
        system: System,
    ) -> anyhow::Result<()> {
        let queue: Option<SqsQueue> = stack.mirror_queue(system);
        if let Some(queue) = queue {
            self.queue(names.queue, &queue).await?;
        }
        let dead: Option<DeadLetters> = stack.mirror_dead_letters(system);
        if let Some(dead) = dead {
            let of = Work::Mirror(system);
            self.dead_letters(names.dead_letters, &dead, of).await?;
        }
        Ok(())
    }
}

/// Where the API answers, without what may be secret in an address.
fn shown(api: &http_client::Url) -> String {
    api.host_str().unwrap_or_default().to_owned()
}

/// Whether the native sync is at work, in words.
fn synced(sync: NativeSync) -> String {
    let NativeSync {
        organizations,
        contacts,
    } = sync;
    let share = |Share { count, of }: Share| format!("{count} of the first {of}");
    if organizations.count + contacts.count == 0 {
        return format!(
            "off, as far as the first {} organizations and {} contacts tell",
            organizations.of, contacts.of
        );
    }
    let consequence = if contacts.count == 0 {
        ""
    } else {
        ": of these, only the VIP mark and the notes are written"
    };
    format!(
        "on: it ties {} organizations to the PSA, and owns {} contacts{consequence}",
        share(organizations),
        share(contacts)
    )
}

impl Refused for itglue::Error {
    fn is_of_key(&self) -> bool {
        *self.kind() == itglue::ErrorKind::Unauthorized
    }

    fn likely(&self) -> &'static str {
        use itglue::ErrorKind as Kind;
        match self.kind() {
            Kind::Unauthorized => {
                "region in the secret is not the account's (us, eu, au), or api_key is wrong or was revoked, as one \
                 is that nobody used for 90 days"
            }
            Kind::Forbidden => "the key has no access to these in IT Glue",
            Kind::EndpointMissing => {
                "region in the secret names no IT Glue, or a gateway that does not know it"
            }
            Kind::RateLimited { .. } => "too many requests are made; look again in five minutes",
            Kind::Unavailable { .. } | Kind::AnswerLost => {
                "IT Glue is down or out of reach from here: look at its status page, and at region in the secret"
            }
            _ => {
                "IT Glue answers as its documentation does not say: is there a proxy in front of it?"
            }
        }
    }
}

impl Refused for growcrm::Error {
    fn is_of_key(&self) -> bool {
        *self.kind() == growcrm::ErrorKind::Unauthorized
    }

    fn likely(&self) -> &'static str {
        use growcrm::ErrorKind as Kind;
        match self.kind() {
            Kind::Unauthorized => {
                "api_key in the secret is wrong or was deleted in the CRM (Settings, API), or base_url is that of \
                 another one"
            }
            Kind::Forbidden => {
                "a firewall or proxy in front of the CRM keeps us out: its keys may do everything"
            }
            Kind::EndpointMissing => {
                "base_url in the secret is that of no Grow CRM, or its API module is not installed"
            }
            Kind::RateLimited { .. } => "too many requests are made; look again in a minute",
            Kind::Unavailable { .. } | Kind::AnswerLost => {
                "the CRM is down or out of reach from here: look at its server, and at base_url in the secret"
            }
            _ => {
                "the CRM answers as its documentation does not say: is there a proxy in front of it?"
            }
        }
    }
}
