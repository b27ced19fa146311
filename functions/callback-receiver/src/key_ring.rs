//! Verifying signatures with keys that are fetched when they are needed, and not more often.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connectwise::callback::{BoundKeyUrl, KeyError, KeySource, Signature, SigningKey};
use jiff::Timestamp;
use tokio::time::timeout;

use crate::Refusal;
use crate::key_cache::{KeyCache, Known, NotNow};

/// The keys of one tenant, and where they come from.
pub(crate) struct KeyRing<K> {
    source: K,
    cache: Mutex<KeyCache>,
    patience: Duration,
}

impl<K: KeySource> KeyRing<K> {
    pub(crate) fn new(source: K, fetches_per_minute: usize, patience: Duration) -> Self {
        Self {
            source,
            cache: Mutex::new(KeyCache::new(fetches_per_minute)),
            patience,
        }
    }

    /// Whether the body was signed with the key at this address.
    ///
    /// Keys change without notice under the same address, so a known key that does not fit is fetched once more.
    pub(crate) async fn verify(
        &self,
        signature: &Signature,
        raw_body: &[u8],
        url: &BoundKeyUrl,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let known = self.cache().look(url, now);
        let leave = match known {
            Known::Refused => return Err(Refusal::Key),
            Known::Key(key) if signature.matches(raw_body, &key) => return Ok(()),
            Known::Key(_) => self.cache().claim_renewal(url, now),
            Known::Nothing => self.cache().claim_fetch(now),
        };
        leave.map_err(|reason| match reason {
            NotNow::RenewedJustNow => Refusal::Signature,
            NotNow::TooMany => Refusal::KeyLimit,
        })?;
        let key = self.fetch(url, now).await?;
        if signature.matches(raw_body, &key) {
            Ok(())
        } else {
            Err(Refusal::Signature)
        }
    }

    async fn fetch(&self, url: &BoundKeyUrl, now: Timestamp) -> Result<SigningKey, Refusal> {
        let fetched = timeout(self.patience, self.source.fetch(url)).await;
        match fetched {
            Ok(Ok(key)) => {
                self.cache().keep_key(url, key.clone(), now);
                Ok(key)
            }
            Ok(Err(KeyError::Refused { .. })) => {
                self.cache().keep_refusal(url, now);
                Err(Refusal::Key)
            }
            Ok(Err(KeyError::Unavailable { .. })) | Err(_) => Err(Refusal::KeyServer),
        }
    }

    /// Never held while waiting.
    fn cache(&self) -> MutexGuard<'_, KeyCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
