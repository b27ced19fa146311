//! Callbacks on their way from the PSA to the receiver.

use lambda_http::http::Request as HttpRequest;
use sandbox::Kind;

use super::run::Play;

/// The PSA tries a callback so often.
const DELIVERIES: usize = 3;

impl Play<'_> {
    /// Takes what happened in the PSA since; some callbacks are lost, and some come twice.
    pub(super) fn collect_post(&mut self, storms: bool) {
        for event in self.lab.world.lock().take_outbox() {
            if !matches!(event.kind, Kind::Contact | Kind::Company) {
                continue;
            }
            let copies = match self.dice.below(100) {
                percent if storms && percent < 10 => 0,
                percent if storms && percent < 25 => 2,
                _ => 1,
            };
            self.post.extend(std::iter::repeat_n((event, 0), copies));
        }
    }

    /// Delivers one of the callbacks on their way.
    pub(super) async fn deliver(&mut self, storms: bool) {
        let at = if storms {
            self.dice.below(self.post.len())
        } else {
            0
        };
        let (event, tries) = self.post.remove(at);
        let word = if event.kind == Kind::Company {
            "company"
        } else {
            "contact"
        };
        let delivery = self.lab.world.lock().delivery(&event, self.callbacks[word]);
        let delivery = delivery.expect("the entry is there");
        let mut request = HttpRequest::post(&delivery.url);
        for (name, value) in &delivery.headers {
            request = request.header(name, value);
        }
        let busy = storms && self.dice.chance(3);
        if busy {
            let full = || queue::Error::Busy {
                operation: "send a message",
            };
            self.lab.queue().memory().refuse_sends(Some(full));
        }
        let request = request.body(delivery.body.into()).unwrap();
        let status = callback_receiver::handle(request, &self.lab.receiver)
            .await
            .status();
        self.lab.queue().memory().refuse_sends(None);
        self.story.tell(format!(
            "callback: {word} {} {} -> {status}",
            event.id,
            event.action.word()
        ));
        if !status.is_success() && tries + 1 < DELIVERIES {
            self.post.push((event, tries + 1));
        }
    }
}
