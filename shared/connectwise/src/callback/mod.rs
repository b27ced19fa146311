//! Callbacks the PSA sends: what they say, and whether they are genuine.
//!
//! A callback is taken in four steps, each on a type that only the step before can make:
//!
//! 1. [`Signature::parse`] reads the header, so that an unsigned request ends here.
//! 2. [`CallbackBody::parse`] reads the body. It keeps ids and stamps, and nothing about a person.
//! 3. [`Tenant::bind`] says whether the body speaks for this tenant, and whether the key it names is this
//!    tenant's key. Only a [`BoundKeyUrl`] can be fetched, by a [`KeySource`].
//! 4. [`Signature::matches`] says whether the body was signed with that key.
//!
//! The body names the address of the key it is to be checked with, so an attacker may name his own; and any customer of
//! the PSA's cloud owns a genuine key on a genuine host. Step 3 is what keeps both out.
//!
//! Nothing here does IO except [`KeyFetcher`]. What a genuine callback leads to is decided elsewhere; it
//! is a hint in any case, because there is no time in the signed body and it can be sent again for ever.

mod key;
mod key_fetcher;
mod key_url;
mod payload;
mod signature;
mod tenant;

pub use key::{KeyError, KeySource, SigningKey};
pub use key_fetcher::KeyFetcher;
pub use key_url::BoundKeyUrl;
pub use payload::{CallbackAction, CallbackBody, PayloadError, RecordType};
pub use signature::{MalformedSignature, Signature};
pub use tenant::{BindingError, Tenant, TenantError};
