//! The limits of silence on a connection: short while the head of a request arrives, long between two
//! requests, as proxies keep connections, and none while a request is answered.

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// The longest time that a fresh connection may take to send the head of its first request, and any
/// connection from the first byte of a head to the last.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);

/// The event that a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    /// The rest of a head, or the first one.
    Head,
    /// The portal itself.
    Answer,
    /// Another request.
    Request,
}

/// The current stage of a connection.
#[derive(Clone, Debug)]
pub struct Stage(Arc<Mutex<Current>>);

#[derive(Debug)]
struct Current {
    waiting: Waiting,
    /// Changes with each change.
    number: u64,
    /// Whoever began to read while the portal answered, and does not read again by itself.
    reader: Option<Waker>,
}

impl Stage {
    fn current(&self) -> MutexGuard<'_, Current> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, waiting: Waiting) {
        let mut current = self.current();
        current.waiting = waiting;
        current.number = current.number.wrapping_add(1);
        let reader = current.reader.take_if(|_| waiting == Waiting::Request);
        drop(current);
        // The time between two requests begins.
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Notes that a request is in flight until the returned value is dropped.
    pub fn serving(&self) -> Serving {
        self.set(Waiting::Answer);
        Serving(self.clone())
    }
}

/// A request in flight.
#[derive(Debug)]
pub struct Serving(Stage);

impl Serving {
    /// Keeps the request in flight until this body of its answer is sent.
    pub fn until_sent(self, body: Body) -> Body {
        Body::new(Sent { body, _serving: self })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.set(Waiting::Request);
    }
}

/// The body of an answer, with the note that its request is in flight.
struct Sent {
    body: Body,
    _serving: Serving,
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream whose reads fail once its peer has been silent for too long.
#[derive(Debug)]
pub struct IdleTimeout<S> {
    stream: S,
    idle: Duration,
    stage: Stage,
    /// The stage that the timer runs for.
    timed: Option<u64>,
    timer: Pin<Box<Sleep>>,
}

impl<S> IdleTimeout<S> {
    /// Returns the stream, and the handle that tells it how far its requests are. Between two requests it
    /// waits for `idle`.
    pub fn new(stream: S, idle: Duration) -> (Self, Stage) {
        let stage = Stage(Arc::new(Mutex::new(Current { waiting: Waiting::Head, number: 0, reader: None })));
        let timer = Box::pin(sleep(HEAD_TIMEOUT));
        (Self { stream, idle, stage: stage.clone(), timed: None, timer }, stage)
    }

    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        let mut current = self.stage.current();
        let number = current.number;
        let limit = match current.waiting {
            Waiting::Answer => {
                current.reader = Some(context.waker().clone());
                return false;
            }
            Waiting::Head => HEAD_TIMEOUT,
            Waiting::Request => self.idle,
        };
        drop(current);
        if self.timed != Some(number) {
            self.timed = Some(number);
            self.timer.as_mut().reset(Instant::now() + limit);
        }
        self.timer.as_mut().poll(context).is_ready()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for IdleTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending if self.is_over(context) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Ready(Ok(())) => {
                if buffer.filled().len() > before && self.stage.current().waiting == Waiting::Request {
                    self.stage.set(Waiting::Head);
                }
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for IdleTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    const IDLE: Duration = Duration::from_secs(75);

    /// Returns after how many seconds a read of this stream fails.
    async fn cut_after(stream: &mut IdleTimeout<DuplexStream>) -> u64 {
        let began = Instant::now();
        let error = stream.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        began.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn paced_times_out_early_in_a_head_and_late_between_requests() {
        let (_peer, stream) = duplex(64);
        let (mut stream, _stage) = IdleTimeout::new(stream, IDLE);
        assert_eq!(cut_after(&mut stream).await, 20, "a fresh connection without a request");

        let (mut peer, stream) = duplex(64);
        let (mut stream, stage) = IdleTimeout::new(stream, IDLE);
        for _ in 0..2 {
            drop(stage.serving());
        }
        assert_eq!(cut_after(&mut stream).await, 75, "between two requests");

        drop(stage.serving());
        peer.write_all(b"G").await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'G');
        assert_eq!(cut_after(&mut stream).await, 20, "in the middle of a head");
    }

    #[tokio::test(start_paused = true)]
    async fn paced_does_not_time_out_while_a_request_is_answered() {
        let (_peer, stream) = duplex(64);
        let (mut stream, stage) = IdleTimeout::new(stream, IDLE);
        let body = stage.serving().until_sent(Body::from("answer"));
        let waited = tokio::time::timeout(Duration::from_hours(1), stream.read_u8()).await;
        assert!(waited.is_err(), "an answer that takes long is no silence of the peer");
        drop(body);
        assert_eq!(cut_after(&mut stream).await, 75);
    }
}
