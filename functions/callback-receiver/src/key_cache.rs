//! What is remembered about keys, and how often they may be asked for. Pure: the time is an argument.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use connectwise::callback::{BoundKeyUrl, SigningKey};
use jiff::Timestamp;

const CAPACITY: usize = 16;
const KEY_LIFETIME: Duration = Duration::from_secs(60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

/// Keys and refusals by the whole address, both bounded.
///
/// They are kept apart, so that whoever names addresses that lead nowhere cannot push out a key that is in use.
#[derive(Debug)]
pub(crate) struct KeyCache {
    keys: Expiring<SigningKey>,
    refused: Expiring<()>,
    renewed: Expiring<()>,
    fetches: VecDeque<Timestamp>,
    fetches_per_minute: usize,
}

/// What is remembered about one address.
#[derive(Debug)]
pub(crate) enum Known {
    /// Nothing.
    Nothing,
    /// A key, which may have been replaced since.
    Key(SigningKey),
    /// The key server said less than a minute ago that there is no key.
    Refused,
}

/// Why a key may not be fetched now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotNow {
    /// This key was renewed less than a minute ago.
    RenewedJustNow,
    /// There were too many fetches in the last minute, whatever their address.
    TooMany,
}

impl KeyCache {
    pub(crate) fn new(fetches_per_minute: usize) -> Self {
        Self {
            keys: Expiring::new(KEY_LIFETIME),
            refused: Expiring::new(MINUTE),
            renewed: Expiring::new(MINUTE),
            fetches: VecDeque::new(),
            fetches_per_minute,
        }
    }

    pub(crate) fn look(&mut self, url: &BoundKeyUrl, now: Timestamp) -> Known {
        if let Some(key) = self.keys.get(url, now) {
            Known::Key(key.clone())
        } else if self.refused.get(url, now).is_some() {
            Known::Refused
        } else {
            Known::Nothing
        }
    }

    /// Asks leave to fetch any key.
    pub(crate) fn claim_fetch(&mut self, now: Timestamp) -> Result<(), NotNow> {
        while self
            .fetches
            .front()
            .is_some_and(|at| is_over(*at, MINUTE, now))
        {
            self.fetches.pop_front();
        }
        if self.fetches.len() >= self.fetches_per_minute {
            return Err(NotNow::TooMany);
        }
        self.fetches.push_back(now);
        Ok(())
    }

    /// Asks leave to fetch a known key again, because it may have been replaced.
    pub(crate) fn claim_renewal(
        &mut self,
        url: &BoundKeyUrl,
        now: Timestamp,
    ) -> Result<(), NotNow> {
        if self.renewed.get(url, now).is_some() {
            return Err(NotNow::RenewedJustNow);
        }
        self.claim_fetch(now)?;
        self.renewed.put(url, (), now);
        Ok(())
    }

    pub(crate) fn keep_key(&mut self, url: &BoundKeyUrl, key: SigningKey, now: Timestamp) {
        self.keys.put(url, key, now);
    }

    /// Remembers that there is no such key. A key that was good before stays: it ends by its age.
    pub(crate) fn keep_refusal(&mut self, url: &BoundKeyUrl, now: Timestamp) {
        self.refused.put(url, (), now);
    }
}

/// A bounded map whose entries end by their age.
#[derive(Debug)]
struct Expiring<V> {
    lifetime: Duration,
    entries: BTreeMap<BoundKeyUrl, (Timestamp, V)>,
}

impl<V> Expiring<V> {
    fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            entries: BTreeMap::new(),
        }
    }

    fn get(&mut self, url: &BoundKeyUrl, now: Timestamp) -> Option<&V> {
        let lifetime = self.lifetime;
        self.entries
            .retain(|_, (at, _)| !is_over(*at, lifetime, now));
        self.entries.get(url).map(|(_, value)| value)
    }

    /// The oldest entry makes room.
    fn put(&mut self, url: &BoundKeyUrl, value: V, now: Timestamp) {
        self.entries.insert(url.clone(), (now, value));
        if self.entries.len() > CAPACITY {
            let oldest = self.entries.iter().min_by_key(|(_, (at, _))| *at);
            if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                self.entries.remove(&oldest);
            }
        }
    }
}

/// A clock that was set back ends nothing early.
fn is_over(since: Timestamp, lifetime: Duration, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(since)).is_ok_and(|age| age >= lifetime)
}

#[cfg(test)]
mod tests {
    use connectwise::callback::{CallbackBody, Tenant};
    use serde_json::json;

    use super::*;

    fn url(id: u32) -> BoundKeyUrl {
        let key_url = format!(
            "https://na.myconnectwise.net/system/callbackkey/index.rails?companyName=northwindmsp&id={id}"
        );
        let body = json!({
            "CompanyId": "northwindmsp", "Type": "contact", "Action": "updated", "ID": 1,
            "Metadata": {"key_url": key_url},
        });
        let body = CallbackBody::parse(body.to_string().as_bytes()).unwrap();
        let tenant = Tenant::new("northwindmsp", "na.myconnectwise.net").unwrap();
        tenant.bind(&body).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_772_637_611 + second).unwrap()
    }

    fn is_key(known: &Known) -> bool {
        matches!(known, Known::Key(_))
    }

    #[test]
    fn an_empty_cache_knows_nothing() {
        let mut cache = KeyCache::new(30);
        assert!(matches!(cache.look(&url(1), at(0)), Known::Nothing));
    }

    #[test]
    fn a_key_is_known_for_an_hour_under_its_own_address() {
        let mut cache = KeyCache::new(30);
        cache.keep_key(&url(1), SigningKey::new("k"), at(0));
        assert!(is_key(&cache.look(&url(1), at(3599))));
        assert!(matches!(cache.look(&url(2), at(3599)), Known::Nothing));
        assert!(matches!(cache.look(&url(1), at(3600)), Known::Nothing));
    }

    #[test]
    fn a_refusal_is_known_for_a_minute_and_does_not_end_a_key() {
        let mut cache = KeyCache::new(30);
        cache.keep_refusal(&url(1), at(0));
        assert!(matches!(cache.look(&url(1), at(59)), Known::Refused));
        assert!(matches!(cache.look(&url(1), at(60)), Known::Nothing));
        cache.keep_key(&url(1), SigningKey::new("k"), at(60));
        cache.keep_refusal(&url(1), at(61));
        assert!(is_key(&cache.look(&url(1), at(62))));
    }

    #[test]
    fn the_oldest_of_seventeen_makes_room() {
        let mut cache = KeyCache::new(30);
        for id in 0..17 {
            cache.keep_key(&url(id), SigningKey::new("k"), at(i64::from(id)));
        }
        assert!(matches!(cache.look(&url(0), at(17)), Known::Nothing));
        assert!((1..17).all(|id| is_key(&cache.look(&url(id), at(17)))));
    }

    #[test]
    fn refusals_do_not_push_out_keys() {
        let mut cache = KeyCache::new(30);
        cache.keep_key(&url(0), SigningKey::new("k"), at(0));
        for id in 1..100 {
            cache.keep_refusal(&url(id), at(1));
        }
        assert!(is_key(&cache.look(&url(0), at(2))));
        let known = (1..100).map(|id| cache.look(&url(id), at(2)));
        let refused = known.filter(|known| matches!(known, Known::Refused));
        assert_eq!(refused.count(), CAPACITY);
    }

    #[test]
    fn a_key_is_renewed_once_a_minute() {
        let mut cache = KeyCache::new(30);
        assert_eq!(cache.claim_renewal(&url(1), at(0)), Ok(()));
        assert_eq!(
            cache.claim_renewal(&url(1), at(59)),
            Err(NotNow::RenewedJustNow)
        );
        assert_eq!(cache.claim_renewal(&url(2), at(59)), Ok(()));
        assert_eq!(cache.claim_renewal(&url(1), at(60)), Ok(()));
    }

    #[test]
    fn all_fetches_together_are_limited_and_a_denied_one_does_not_count() {
        let mut cache = KeyCache::new(2);
        assert_eq!(cache.claim_fetch(at(0)), Ok(()));
        assert_eq!(cache.claim_renewal(&url(1), at(30)), Ok(()));
        assert_eq!(cache.claim_fetch(at(59)), Err(NotNow::TooMany));
        assert_eq!(cache.claim_renewal(&url(2), at(59)), Err(NotNow::TooMany));
        assert_eq!(cache.claim_renewal(&url(2), at(60)), Ok(()));
        assert_eq!(cache.claim_fetch(at(60)), Err(NotNow::TooMany));
    }
}
