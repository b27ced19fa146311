//! Connections that can be cut: at once, or in the middle of an answer.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

const END_OF_HEADERS: &[u8] = b"\r\n\r\n";

/// A connection.
pub(super) struct Wire {
    stream: TcpStream,
    cut: Cut,
}

/// The handle that cuts a connection.
#[derive(Clone, Default)]
pub(super) struct Cut(Arc<Mutex<State>>);

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// Everything goes through.
    #[default]
    Whole,
    /// So many bytes go through, counted from the end of the headers.
    OfBody(usize),
    /// So many bytes go through.
    Rest(usize),
}

impl Cut {
    /// Nothing goes out any more: the client sees the connection close.
    pub(super) fn at_once(&self) {
        *self.state() = State::Rest(0);
    }

    /// The connection closes after so many bytes of the next answer's body.
    pub(super) fn in_body(&self, bytes: usize) {
        *self.state() = State::OfBody(bytes);
    }

    /// How many of the bytes may go out.
    fn allowed(&self, bytes: &[u8]) -> usize {
        let mut state = self.state();
        let rest = match *state {
            State::Whole => return bytes.len(),
            State::Rest(rest) => rest,
            State::OfBody(body) => {
                let end = bytes
                    .windows(END_OF_HEADERS.len())
                    .position(|window| window == END_OF_HEADERS);
                match end {
                    Some(end) => end + END_OF_HEADERS.len() + body,
                    None => return bytes.len(),
                }
            }
        };
        *state = State::Rest(rest);
        rest.min(bytes.len())
    }

    /// Takes note of what went out.
    fn sent(&self, bytes: usize) {
        let mut state = self.state();
        if let State::Rest(rest) = *state {
            *state = State::Rest(rest.saturating_sub(bytes));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A listener whose connections can be cut.
pub(super) struct Wires(pub(super) TcpListener);

impl Listener for Wires {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        (
            Wire {
                stream,
                cut: Cut::default(),
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Wires>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Wires>) -> Cut {
        stream.io().cut.clone()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = self.cut.allowed(bytes);
        if allowed == 0 && !bytes.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let written = Pin::new(&mut self.stream).poll_write(context, &bytes[..allowed]);
        if let Poll::Ready(Ok(count)) = &written {
            self.cut.sent(*count);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
