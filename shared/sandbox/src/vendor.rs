//! What the server needs to know of a vendor.

use jiff::Timestamp;

use crate::{
    exchange::{Answer, Incoming},
    fault::Fault,
    request_log::RequestKind,
};

/// A vendor that a [`Sandbox`](crate::Sandbox) can serve: its whole state, and how it answers.
///
/// There are three, and nobody else can make one: [`World`](crate::World) is the PSA, and there are
/// [`itglue::Account`](crate::itglue::Account) and [`growcrm::Account`](crate::growcrm::Account).
pub trait Vendor: Clone + Send + 'static {
    /// What a path is about. Only the API has faults and hooks.
    #[doc(hidden)]
    fn kind_of(path: &str) -> RequestKind;

    /// Carries out a request.
    #[doc(hidden)]
    fn answer(&mut self, incoming: &Incoming) -> Answer;

    /// How this vendor says that there were too many requests.
    #[doc(hidden)]
    fn too_many_requests(retry_after: u32) -> Answer;

    /// Puts on an answer, a fault's too, what every answer of this vendor has.
    #[doc(hidden)]
    fn stamp(answer: Answer, _serial: u64) -> Answer {
        answer
    }

    /// What goes wrong.
    #[doc(hidden)]
    fn faults_mut(&mut self) -> &mut Vec<Fault>;

    /// The vendor's clock.
    #[doc(hidden)]
    fn now_mut(&mut self) -> &mut Timestamp;

    /// Whether something waits to be delivered.
    #[doc(hidden)]
    fn has_news(&self) -> bool {
        false
    }
}
