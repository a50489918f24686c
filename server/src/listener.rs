//! Connections: how many wait, how long each may take, and how they end.

use crate::idle_timeout::IdleTimeout;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// The address of this server that a connection was made to.
#[derive(Clone, Copy, Debug)]
pub struct LocalAddr(pub SocketAddr);

/// The longest time that a peer may take to read any of its answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// The pause after a connection could not be accepted, as without free descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stopping`, and then until the requests in flight are answered. An idle connection is kept
/// for `idle`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    idle: Duration,
    mut stopping: watch::Receiver<bool>,
) {
    raise_descriptor_limit();
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // An error means that the sender is gone, which also means to stop.
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => answer(stream, peer, idle, router.clone(), &connections),
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}

fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    idle: Duration,
    router: Router,
    connections: &GracefulShutdown,
) {
    // Answers are written whole, so there is nothing to gather; fails if the peer is gone already.
    let _ = stream.set_nodelay(true);
    let local = stream.local_addr().ok();
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    let (stream, stage) = IdleTimeout::new(Box::pin(stream), idle);
    let service = service_fn(move |request: Request<Incoming>| {
        let serving = stage.serving();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        if let Some(local) = local {
            request.extensions_mut().insert(LocalAddr(local));
        }
        let answered = router.clone().oneshot(request);
        async move { answered.await.map(|response| response.map(|body| serving.until_sent(body))) }
    });
    // `IdleTimeout` limits how long a head may take: the limit of hyper runs between two requests, too.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // The peer went away, took too long, or did not speak HTTP.
        if let Err(error) = connection.await {
            tracing::debug!("a connection ended early: {error}");
        }
    });
}

/// Raises the limit of descriptors: each connection takes one, 1,024 is a common limit, and a thousand idle
/// connections would keep everybody out.
fn raise_descriptor_limit() {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, hard, hard)
    {
        tracing::warn!("the limit of open files could not be raised: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        time::Instant,
    };

    /// A proxy keeps connections for a minute, and may send a request at the moment at which an earlier end closes one.
    #[tokio::test(start_paused = true)]
    async fn connection_stays_open_between_requests_for_as_long_as_set() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (_stop, stopping) = watch::channel(false);
        let router = Router::new().route("/", get(|| async { "answer" }));
        tokio::spawn(serve(listener, router, Duration::from_secs(75), stopping));
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("GET / HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let mut answer = Vec::new();
        for _ in 0..2 {
            stream.write_all(head.as_bytes()).await.unwrap();
            answer.clear();
            while !answer.ends_with(b"answer") {
                assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
            }
        }
        let answered = Instant::now();
        let end = tokio::time::timeout(Duration::from_mins(5), stream.read_buf(&mut answer)).await;
        assert_eq!(end.unwrap().unwrap(), 0, "the server closes it");
        let kept = answered.elapsed();
        assert!((74..=76).contains(&kept.as_secs()), "{kept:?}");
    }
}
