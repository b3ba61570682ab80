//! The sandbox behind HTTP.
//!
//! The sandbox itself is locked only while it thinks; delays are waited out beside the lock, so
//! calls overlap as they do at the real CA. A dropped connection is really dropped, without a byte
//! of an answer.

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, State, connect_info::Connected},
    response::Response,
    serve::{IncomingStream, Listener},
};
use futures_util::stream;
use http::StatusCode;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

use crate::{MOST_BODY, PREFIX, Request, Sandbox};

/// A sandbox that several calls share.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Sandbox>>);

impl Shared {
    /// Shares a sandbox.
    #[must_use]
    pub fn new(sandbox: Sandbox) -> Self {
        Self(Arc::new(Mutex::new(sandbox)))
    }

    /// The sandbox, for as long as the guard lives. Never hold it while waiting.
    pub fn lock(&self) -> MutexGuard<'_, Sandbox> {
        // The sandbox does not panic; if it did, its books would still be whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Unix seconds of the machine's clock.
#[must_use]
pub fn clock() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Serves until `stop` completes.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    sandbox: Shared,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = Router::new().fallback(answer).with_state(sandbox);
    let service = router.into_make_service_with_connect_info::<Scissors>();
    tokio::select! {
        served = axum::serve(Severable(listener), service) => served,
        () = stop => Ok(()),
    }
}

async fn answer(
    State(sandbox): State<Shared>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: axum::extract::Request,
) -> Response {
    let is_operation = request.uri().path().starts_with(PREFIX);
    let visit = is_operation.then(|| sandbox.lock().in_flight().enter());
    let request = match read(request).await {
        Ok(request) => request,
        Err(status) => return empty(status),
    };
    let reply = sandbox.lock().handle(&request, clock());
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    let Some(response) = reply.response else {
        scissors.cut();
        return empty(StatusCode::OK);
    };
    let (parts, body) = response.into_parts();
    let body = match reply.trickle {
        // The visit ends with the last byte.
        Some(over) => trickle(body, over, visit),
        None => Body::from(body),
    };
    Response::from_parts(parts, body)
}

/// Reads a request with its body, of which one byte more than allowed is enough to refuse it.
async fn read(request: axum::extract::Request) -> Result<Request, StatusCode> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MOST_BODY)
        .await
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    Ok(Request::from_parts(parts, body.to_vec()))
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The body in twenty pieces, spread over `over`.
fn trickle(body: Vec<u8>, over: Duration, visit: Option<crate::Visit>) -> Body {
    const PIECES: usize = 20;
    let size = body.len().div_ceil(PIECES).max(1);
    let pause = over / u32::try_from(PIECES).unwrap_or(1);
    let pieces: std::collections::VecDeque<Bytes> =
        body.chunks(size).map(Bytes::copy_from_slice).collect();
    Body::from_stream(stream::unfold(
        (pieces, visit),
        move |(mut pieces, visit)| async move {
            let piece = pieces.pop_front()?;
            tokio::time::sleep(pause).await;
            Some((Ok::<_, Infallible>(piece), (pieces, visit)))
        },
    ))
}

/// Accepts connections that can be cut.
struct Severable(TcpListener);

impl Listener for Severable {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Small answers should not wait for more of the same.
        let _ = stream.set_nodelay(true);
        (
            Connection {
                stream,
                scissors: Scissors::default(),
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Cuts the connection that it belongs to: nothing more is written to it.
#[derive(Clone, Default)]
struct Scissors(Arc<AtomicBool>);

impl Scissors {
    fn cut(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::Relaxed) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

impl Connected<IncomingStream<'_, Severable>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, Severable>) -> Self {
        stream.io().scissors.clone()
    }
}

struct Connection {
    stream: TcpStream,
    scissors: Scissors,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Err(error) = self.scissors.check() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
