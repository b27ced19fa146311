//! What goes wrong: faults between client and vendor, and writes that the PSA refuses for good.

use serde::{Deserialize, Serialize};

use crate::world::World;

/// Something that goes wrong with the requests it matches.
///
/// Faults are looked through in order; the first that matches and is due strikes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The method, in capitals; any when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// A part of the path as the client sent it; any when absent.
    #[serde(default)]
    pub path: Option<String>,
    /// How many matching requests go well before it strikes.
    #[serde(default)]
    pub skip: u32,
    /// How often it strikes; for ever when `None`. Left out of JSON it is once.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What happens.
    pub effect: Effect,
}

fn once() -> Option<u32> {
    Some(1)
}

/// What a fault does.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// 429, with `Retry-After` and whatever else the vendor says then.
    TooManyRequests {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// An answer that isn't the vendor's own, such as a proxy's. Nothing is carried out.
    Answer {
        /// Its status.
        status: u16,
        /// Its content type.
        content_type: String,
        /// Its body.
        body: String,
    },
    /// The connection closes before anything was done.
    Drop,
    /// The request is carried out, then the connection closes without an answer.
    LostAnswer,
    /// The request is carried out, then the connection closes in the middle of the answer's body.
    CutBody,
    /// No answer ever comes, until the client gives up.
    Stall {
        /// Whether the request is carried out.
        applied: bool,
    },
}

impl Fault {
    /// A fault that strikes the next request, whatever it is.
    pub fn new(effect: Effect) -> Fault {
        Fault {
            method: None,
            path: None,
            skip: 0,
            times: Some(1),
            effect,
        }
    }

    /// 429 with `Retry-After`.
    pub fn too_many_requests(retry_after: u32) -> Fault {
        Fault::new(Effect::TooManyRequests { retry_after })
    }

    /// A 500 with a page of HTML.
    pub fn html_error() -> Fault {
        Fault::answer(
            500,
            "text/html",
            "<html><head><title>Runtime Error</title></head><body>Sorry.</body></html>",
        )
    }

    /// A 500 with an error of the PSA.
    pub fn json_error() -> Fault {
        let body = r#"{"code":"InternalServerError","message":"The operation has reached its timeout.","errors":null}"#;
        Fault::answer(500, "application/json", body)
    }

    /// A 502 without a body.
    pub fn bad_gateway() -> Fault {
        Fault::answer(502, "text/plain", "")
    }

    /// A 502 with a page of HTML, as a reverse proxy answers.
    pub fn html_bad_gateway() -> Fault {
        Fault::answer(
            502,
            "text/html",
            "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
        )
    }

    /// A 504 with a page of HTML, as a load balancer answers.
    pub fn gateway_timeout() -> Fault {
        Fault::answer(
            504,
            "text/html",
            "<html><head><title>504 Gateway Time-out</title></head></html>",
        )
    }

    /// The connection closes before anything was done.
    pub fn dropped() -> Fault {
        Fault::new(Effect::Drop)
    }

    /// The request is carried out, but the answer is lost.
    pub fn lost_answer() -> Fault {
        Fault::new(Effect::LostAnswer)
    }

    /// The request is carried out, but the answer ends in the middle of its body.
    pub fn cut_body() -> Fault {
        Fault::new(Effect::CutBody)
    }

    /// The request isn't carried out, and no answer comes until the client gives up.
    pub fn stall() -> Fault {
        Fault::new(Effect::Stall { applied: false })
    }

    /// The request is carried out, and no answer comes until the client gives up.
    pub fn stall_after_write() -> Fault {
        Fault::new(Effect::Stall { applied: true })
    }

    /// Any other answer.
    pub fn answer(status: u16, content_type: &str, body: &str) -> Fault {
        Fault::new(Effect::Answer {
            status,
            content_type: content_type.to_owned(),
            body: body.to_owned(),
        })
    }

    /// The same fault for requests of that method whose path contains `path`.
    pub fn on(self, method: &str, path: &str) -> Fault {
        Fault {
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
            ..self
        }
    }

    /// The same fault for the `n`th matching request, counted from 1.
    pub fn nth(self, n: u32) -> Fault {
        Fault {
            skip: n.saturating_sub(1),
            ..self
        }
    }

    /// The same fault, striking `times` times.
    pub fn times(self, times: u32) -> Fault {
        Fault {
            times: Some(times),
            ..self
        }
    }

    /// The same fault, striking for ever.
    pub fn forever(self) -> Fault {
        Fault {
            times: None,
            ..self
        }
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.path.as_deref().is_none_or(|part| path.contains(part))
    }
}

/// The effect that strikes this request, if any; it is used up by that.
pub(crate) fn strike(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<Effect> {
    let mut struck = None;
    for fault in faults.iter_mut() {
        if !fault.matches(method, path) || fault.times == Some(0) {
            continue;
        }
        if fault.skip > 0 {
            fault.skip -= 1;
            continue;
        }
        fault.times = fault.times.map(|times| times - 1);
        struck = Some(fault.effect.clone());
        break;
    }
    faults.retain(|fault| fault.times != Some(0));
    struck
}

impl World {
    pub(crate) fn refusal(&self, method: &str, path: &str) -> Option<&Refusal> {
        self.refusals
            .iter()
            .find(|refusal| refusal.method == method && refusal.path == path)
    }
}

/// A write that the PSA refuses however often it is tried.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The method, in capitals.
    pub method: String,
    /// The path below `apis/3.0`, without query: `/company/contacts/4711`.
    pub path: String,
    /// The status: 400 for a broken rule of the instance, 403 for missing rights.
    pub status: u16,
    /// The field the answer blames.
    #[serde(default)]
    pub field: Option<String>,
    /// The answer's words.
    pub message: String,
}

impl Refusal {
    /// Refuses with 400 `InvalidObject`.
    pub fn new(method: &str, path: &str, field: &str, message: &str) -> Refusal {
        Refusal {
            method: method.to_owned(),
            path: path.to_owned(),
            status: 400,
            field: Some(field.to_owned()),
            message: message.to_owned(),
        }
    }

    /// Refuses with 403, as for a member with too few rights.
    pub fn forbidden(method: &str, path: &str) -> Refusal {
        Refusal {
            method: method.to_owned(),
            path: path.to_owned(),
            status: 403,
            field: None,
            message: "You do not have security permission to perform this action.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(world: &mut World, method: &str, path: &str) -> bool {
        strike(&mut world.faults, method, path).is_some()
    }

    #[test]
    fn without_faults_nothing_strikes() {
        assert!(!struck(&mut World::empty(), "GET", "/x"));
    }

    #[test]
    fn a_fault_strikes_once_and_is_gone() {
        let mut world = World::empty();
        world.faults.push(Fault::html_error());
        assert!(struck(&mut world, "GET", "/x"));
        assert!(!struck(&mut world, "GET", "/x"));
        assert!(world.faults.is_empty());
    }

    #[test]
    fn a_fault_waits_for_its_method_path_and_turn() {
        let mut world = World::empty();
        world
            .faults
            .push(Fault::lost_answer().on("PATCH", "/contacts/7").nth(2));
        assert!(!struck(&mut world, "GET", "/contacts/7"));
        assert!(!struck(&mut world, "PATCH", "/contacts/8"));
        assert!(!struck(&mut world, "PATCH", "/contacts/7"));
        assert!(struck(&mut world, "PATCH", "/contacts/7"));
        assert!(!struck(&mut world, "PATCH", "/contacts/7"));
    }

    #[test]
    fn a_fault_for_ever_stays() {
        let mut world = World::empty();
        world.faults.push(Fault::bad_gateway().forever());
        assert!((0..10).all(|_| struck(&mut world, "GET", "/x")));
    }

    #[test]
    fn faults_are_plain_data() {
        let text = r#"{"method":"GET","effect":{"kind":"too_many_requests","retry_after":9}}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        let expected = Fault {
            method: Some("GET".to_owned()),
            ..Fault::too_many_requests(9)
        };
        assert!(fault == expected);
        let text = r#"{"times":null,"effect":{"kind":"lost_answer"}}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert!(fault == Fault::lost_answer().forever());
    }
}
