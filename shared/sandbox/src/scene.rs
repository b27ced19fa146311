//! What happens in the PSA just before a sample event.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::Error,
    fault::{Fault, Refusal},
    world::World,
};

/// A few things that happen, in order. A world plays a scene of a name once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// Its name.
    pub name: String,
    /// What happens.
    pub steps: Vec<Step>,
}

/// One thing that happens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Step {
    /// Somebody does something, as over the API but without faults and outside the request log.
    Request {
        /// Who: a member's identifier.
        #[serde(rename = "as")]
        member: String,
        /// The method.
        method: String,
        /// The path below `apis/3.0`, with its query.
        path: String,
        /// The body, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
    },
    /// Something will go wrong.
    Fault {
        /// What, and when.
        fault: Fault,
    },
    /// A write will be refused for good.
    Refuse {
        /// Which, and why.
        refusal: Refusal,
    },
    /// Callbacks are signed with a new key.
    RotateKey,
    /// Time goes by.
    Advance {
        /// How much of it.
        seconds: u32,
    },
}

impl World {
    /// Plays a scene unless it was played before, and answers whether it was played now.
    ///
    /// # Errors
    ///
    /// When a request is answered with an error. What was done before it stays done, and the scene counts as
    /// not played.
    pub fn play(&mut self, scene: &Scene) -> Result<bool, Error> {
        if self.scenes_played.contains(&scene.name) {
            return Ok(false);
        }
        for (at, step) in scene.steps.iter().enumerate() {
            self.step(step).map_err(|reason| Error::Scene {
                scene: scene.name.clone(),
                step: at + 1,
                reason,
            })?;
        }
        self.scenes_played.insert(scene.name.clone());
        Ok(true)
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Request {
                member,
                method,
                path,
                body,
            } => {
                let reply = self.request(member, method, path, body.as_ref());
                if reply.status >= 400 {
                    let code = reply.body["code"].as_str().unwrap_or("no code");
                    return Err(format!(
                        "the request was answered with {} {code}",
                        reply.status
                    ));
                }
            }
            Step::Fault { fault } => self.faults.push(fault.clone()),
            Step::Refuse { refusal } => self.refusals.push(refusal.clone()),
            Step::RotateKey => self.rotate_key(),
            Step::Advance { seconds } => self.advance(*seconds),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tenant::PERSON;

    fn scene(steps: Value) -> Scene {
        serde_json::from_value(json!({ "name": "renamed", "steps": steps })).unwrap()
    }

    #[test]
    fn a_scene_without_steps_changes_nothing_but_that_it_was_played() {
        let mut world = World::empty();
        let before = world.to_json().unwrap();
        assert!(world.play(&scene(json!([]))).unwrap());
        world.scenes_played.clear();
        assert_eq!(world.to_json().unwrap(), before);
    }

    #[test]
    fn a_scene_is_played_once_and_by_the_one_it_names() {
        let mut world = World::empty();
        let id = world.add_contact(json!({ "firstName": "Ada" }));
        let renamed = scene(json!([
            { "kind": "advance", "seconds": 60 },
            { "kind": "request", "as": "jharper", "method": "PATCH", "path": format!("/company/contacts/{id}"),
              "body": [{ "op": "replace", "path": "firstName", "value": "Bo" }] },
            { "kind": "rotate_key" },
            { "kind": "fault", "fault": { "effect": { "kind": "lost_answer" } } },
            { "kind": "refuse", "refusal": { "method": "PATCH", "path": "/x", "status": 403, "message": "no" } },
        ]));
        let key = world.signing.current().to_owned();
        assert!(world.play(&renamed).unwrap());
        assert!(!world.play(&renamed).unwrap());
        let contact = world.contact(id).unwrap();
        assert_eq!(contact["firstName"], "Bo");
        assert_eq!(contact["_info"]["updatedBy"], PERSON);
        assert_eq!(contact["_info"]["lastUpdated"], "2026-03-04T15:21:11Z");
        assert_ne!(world.signing.current(), key);
        assert_eq!(
            (world.faults.len(), world.refusals.len(), world.outbox.len()),
            (1, 1, 1)
        );
    }

    #[test]
    fn a_step_that_fails_is_named_and_the_scene_counts_as_not_played() {
        let mut world = World::empty();
        let broken = scene(json!([
            { "kind": "rotate_key" },
            { "kind": "request", "as": "jharper", "method": "DELETE", "path": "/company/contacts/99" },
        ]));
        let error = world.play(&broken).err().unwrap();
        let words = "play step 2 of scene renamed: the request was answered with 404 NotFound";
        assert_eq!(error.to_string(), words);
        assert!(world.play(&broken).is_err());
    }

    #[test]
    fn nobody_acts_in_a_scene_who_isnt_a_member() {
        let step = json!({ "kind": "request", "as": "nobody", "method": "GET", "path": "/company/contacts" });
        assert!(World::empty().play(&scene(json!([step]))).is_err());
    }
}
