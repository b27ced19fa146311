//! In-memory servers speaking the vendors' APIs.
//!
//! For tests, samples and laptops: a whole ConnectWise PSA whose state is plain data ([`World`]), which
//! answers over real HTTP ([`Sandbox`]), sends signed callbacks ([`Deliverer`]) and misbehaves on demand
//! ([`Fault`], [`Switches`], [`DeliveryModes`]). Whoever wants something to happen between two calls listens in
//! ([`Hook`]). In the same way an account at IT Glue ([`itglue::Account`]) and one at Grow CRM
//! ([`growcrm::Account`]) are plain data, and are served by a [`Sandbox`] of their own.
//!
//! It deliberately shares no type with the product, has no clock of its own (the embedder moves
//! [`World::now`]) and no randomness, and is never deployed.
//!
//! ```
//! use sandbox::{PERSON, World};
//! use serde_json::json;
//!
//! let mut world = World::empty();
//! let company = world.add_company(json!({ "identifier": "Acme", "name": "Acme" }));
//! let ada = world.add_contact(json!({ "firstName": "Ada", "company": { "id": company }, "defaultFlag": true }));
//!
//! let path = format!("/company/contacts/{ada}");
//! let patch = json!([{ "op": "replace", "path": "title", "value": "Engineer" }]);
//! assert_eq!(world.request(PERSON, "PATCH", &path, Some(&patch)).status, 200);
//! assert_eq!(world.contact(ada).unwrap_or_default()["title"], "Engineer");
//! ```

mod clock;
mod connectwise;
mod deliver;
mod error;
mod exchange;
mod fault;
pub mod growcrm;
mod handle;
pub mod itglue;
mod kind;
mod record;
mod request_log;
mod saved;
mod scene;
mod schema;
pub mod seed;
mod server;
mod switches;
mod tenant;
#[cfg(test)]
mod testing;
mod vendor;
mod world;

pub use connectwise::{Action, Delivery, Event, Mail, SigningKeys, sign};
pub use deliver::{Delivered, Deliverer, DeliveryModes, Timer};
pub use error::Error;
pub use exchange::Reply;
pub use fault::{Effect, Fault, Refusal};
pub use handle::{Handle, WorldHandle};
pub use kind::Kind;
pub use request_log::{LoggedRequest, RequestKind, RequestLog};
pub use scene::{Scene, Step};
pub use server::{Arrival, Held, Hook, Sandbox};
pub use switches::{LastPageLink, Switches};
pub use tenant::{API_MEMBER, Credentials, Member, PERSON, Tenant};
pub use vendor::Vendor;
pub use world::World;
