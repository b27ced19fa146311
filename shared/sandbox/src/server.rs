//! A vendor as a server on a local port.

mod hook;
mod wire;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    body::{self, Body},
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use http::{HeaderValue, StatusCode, header};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    exchange::{Answer, Incoming},
    fault::{self, Effect},
    handle::Handle,
    request_log::{RequestKind, RequestLog},
    vendor::Vendor,
    world::World,
};
use wire::{Cut, Wires};

pub use hook::{Arrival, Held, Hook};

/// A free port of this machine.
const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The largest body that is read.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// A running vendor, the PSA unless said otherwise. It stops when it is dropped; [`Sandbox::stop`] waits for
/// that.
pub struct Sandbox<V = World> {
    address: SocketAddr,
    world: Handle<V>,
    requests: RequestLog,
    stopping: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl<V: Vendor> Sandbox<V> {
    /// Starts on a free port of this machine, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start(world: V) -> io::Result<Sandbox<V>> {
        Sandbox::start_on(LOCAL, world).await
    }

    /// Starts on a free port of this machine, on a vendor that others may serve as well, with somebody who
    /// listens in.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start_with(world: Handle<V>, hook: Arc<dyn Hook>) -> io::Result<Sandbox<V>> {
        Sandbox::serve(LOCAL, world, Some(hook)).await
    }

    /// Starts on an address.
    ///
    /// # Errors
    ///
    /// When the address cannot be had.
    pub async fn start_on(address: SocketAddr, world: V) -> io::Result<Sandbox<V>> {
        Sandbox::serve(address, Handle::new(world), None).await
    }

    async fn serve(
        address: SocketAddr,
        world: Handle<V>,
        hook: Option<Arc<dyn Hook>>,
    ) -> io::Result<Sandbox<V>> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (stopping, stopped) = watch::channel(false);
        let requests = RequestLog::default();
        let served = Served {
            origin: format!("http://{address}"),
            world: world.clone(),
            requests: requests.clone(),
            hook,
            stopped: stopped.clone(),
        };
        let router = Router::new()
            .fallback(answer::<V>)
            .with_state(Arc::new(served));
        let service = router.into_make_service_with_connect_info::<Cut>();
        let server =
            axum::serve(Wires(listener), service).with_graceful_shutdown(until_stopped(stopped));
        let server = tokio::spawn(async move {
            // Serving never fails: what goes wrong with a connection concerns that connection alone.
            let _ = server.await;
        });
        Ok(Sandbox {
            address,
            world,
            requests,
            stopping,
            server,
        })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The vendor's state behind it, to be read and edited between requests.
    pub fn world(&self) -> Handle<V> {
        self.world.clone()
    }

    /// The requests it saw.
    pub fn requests(&self) -> RequestLog {
        self.requests.clone()
    }

    /// Stops it; requests that stall are given up.
    pub async fn stop(self) {
        // Nobody is there to be told when the server has ended already.
        let _ = self.stopping.send(true);
        let _ = self.server.await;
    }
}

struct Served<V> {
    origin: String,
    world: Handle<V>,
    requests: RequestLog,
    hook: Option<Arc<dyn Hook>>,
    stopped: watch::Receiver<bool>,
}

async fn until_stopped(mut stopped: watch::Receiver<bool>) {
    // An error means that the sandbox was dropped, which stops it as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn answer<V: Vendor>(
    State(served): State<Arc<Served<V>>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let incoming = read(&served.origin, request).await;
    let kind = V::kind_of(&incoming.path);
    let serial = served
        .requests
        .open(kind, &incoming.method, &incoming.path, &incoming.query);
    let hook = served.hook.as_deref().filter(|_| kind == RequestKind::Api);
    let struck = match hook {
        Some(hook) => hook.arrived(incoming.arrival()).await,
        None => None,
    };
    let (outcome, carried_out) = outcome(&served.world, &incoming, struck);
    if let Some(hook) = hook {
        hook.answered(incoming.arrival(), carried_out);
    }
    match outcome {
        Outcome::Answer(answer, whole) => {
            if whole {
                served.requests.close(serial, answer.status);
            } else {
                cut.in_body(answer.body.len() / 2);
            }
            respond(V::stamp(answer, serial))
        }
        Outcome::Silence { stalls } => {
            if stalls {
                until_stopped(served.stopped.clone()).await;
            }
            cut.at_once();
            Response::new(Body::empty())
        }
    }
}

/// What the client gets to see.
enum Outcome {
    /// An answer: the whole of it, or half of its body.
    Answer(Answer, bool),
    /// No answer: at once, or never.
    Silence { stalls: bool },
}

/// What becomes of a request: what the client gets to see, and the status with which it was carried out, if it was.
fn outcome<V: Vendor>(
    world: &Handle<V>,
    incoming: &Incoming,
    struck: Option<Effect>,
) -> (Outcome, Option<u16>) {
    let mut locked = world.lock();
    let effect =
        struck.or_else(|| fault::strike(locked.faults_mut(), &incoming.method, &incoming.path));
    let mut status = None;
    let mut carried_out = || {
        let answer = locked.answer(incoming);
        status = Some(answer.status);
        answer
    };
    let outcome = match effect {
        None => Outcome::Answer(carried_out(), true),
        Some(Effect::TooManyRequests { retry_after }) => {
            Outcome::Answer(V::too_many_requests(retry_after), true)
        }
        Some(Effect::Answer {
            status,
            content_type,
            body,
        }) => {
            let answer = Answer::text(status, "", &body);
            Outcome::Answer(answer.header("Content-Type", content_type), true)
        }
        Some(Effect::Drop) => Outcome::Silence { stalls: false },
        Some(Effect::LostAnswer) => {
            carried_out();
            Outcome::Silence { stalls: false }
        }
        Some(Effect::CutBody) => match carried_out() {
            // There is nothing to cut: the answer is lost.
            answer if answer.body.is_empty() => Outcome::Silence { stalls: false },
            answer => Outcome::Answer(answer, false),
        },
        Some(Effect::Stall { applied }) => {
            if applied {
                carried_out();
            }
            Outcome::Silence { stalls: true }
        }
    };
    let told = locked.has_news();
    drop(locked);
    if told {
        world.wake();
    }
    (outcome, status)
}

async fn read(origin: &str, request: Request) -> Incoming {
    let (parts, body) = request.into_parts();
    // Links lead back the way that the client came, which may be through something in front of the server.
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let origin = host.map_or_else(|| origin.to_owned(), |host| format!("http://{host}"));
    Incoming {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        // A body that breaks off or is too large is answered like any that cannot be read.
        body: body::to_bytes(body, LARGEST_BODY)
            .await
            .map(Vec::from)
            .unwrap_or_default(),
        origin,
    }
}

fn respond(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if !answer.content_type.is_empty() {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(answer.content_type),
        );
    }
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), value.parse()) {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests;
