//! A host's output before SSH begins. `russh` reads only the version; this module reads the text before it, or in its
//! place, in order to say what answers there.

use rustls::{ClientConfig, ClientConnection, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName};
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most that a host may send before its version, in bytes.
const MAX_GREETING: usize = 64 * 1024;

/// The kind of output that was received from a host so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Heard {
    /// No byte.
    Nothing,
    /// The version, with which SSH begins.
    Version,
    /// An answer in HTTP.
    Http,
    /// A record of TLS.
    Tls,
    /// A message that the host admits nobody now.
    Busy,
    /// Something else.
    Other,
}

/// The kind of output that was received over a connection, to be read when it has ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Ear(Arc<AtomicU8>);

impl Ear {
    pub(super) fn heard(&self) -> Heard {
        let heard = self.0.load(Ordering::Acquire);
        let all = [Heard::Version, Heard::Http, Heard::Tls, Heard::Busy, Heard::Other];
        all.into_iter().find(|one| *one as u8 == heard).unwrap_or(Heard::Nothing)
    }

    fn hear(&self, heard: Heard) {
        self.0.store(heard as u8, Ordering::Release);
    }
}

/// A connection that passes on what it reads from the version on, whatever lines come before it (RFC 4253, 4.2).
#[derive(Debug)]
pub(super) struct Greeted<S> {
    stream: S,
    ear: Ear,
    /// Bytes that were read and not passed on yet.
    read: Vec<u8>,
    /// The start of the incomplete line, and the position up to which its end was looked for.
    line: usize,
    scanned: usize,
    begun: bool,
}

impl<S> Greeted<S> {
    pub(super) fn new(stream: S, ear: Ear) -> Self {
        Self { stream, ear, read: Vec::new(), line: 0, scanned: 0, begun: false }
    }
}

/// Recognizes the protocol of an answer by its first bytes; `None` while it may still be SSH.
pub(super) fn recognized(bytes: &[u8]) -> Option<Heard> {
    match bytes {
        [b'H', b'T', b'T', b'P', b'/', ..] => Some(Heard::Http),
        // An alert or a handshake.
        [0x15 | 0x16, 3, ..] => Some(Heard::Tls),
        _ => None,
    }
}

/// Returns the first message of a client in TLS, which makes any web server show itself.
pub(super) fn client_hello(host: &str) -> Option<Vec<u8>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    // No certificate is trusted, because the answer is only looked at and no connection is agreed on.
    let config = config.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let mut connection = ClientConnection::new(Arc::new(config), name).ok()?;
    let mut hello = Vec::with_capacity(2048);
    connection.write_tls(&mut hello).ok()?;
    Some(hello)
}

/// Classifies the text of a host that sends no version.
fn classify_text(bytes: &[u8]) -> Heard {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    // First OpenSSH's own two sentences, then those of proxies and other servers.
    let busy =
        ["maxstartups", "not allowed at this time", "too many", "try again later", "busy", "overloaded"];
    if bytes.is_empty() {
        Heard::Nothing
    } else if busy.iter().any(|word| text.contains(word)) {
        Heard::Busy
    } else if text.contains("<html") || text.contains("<!doctype html") {
        Heard::Http
    } else {
        Heard::Other
    }
}

/// The next step after the bytes that were read.
enum Look {
    More,
    /// The version begins here.
    Version(usize),
    Not(Heard),
}

impl<S> Greeted<S> {
    /// Looks at the new bytes only, so that a host that sends byte by byte costs no more than another.
    fn look(&mut self, ended: bool) -> Look {
        let bytes = self.read.as_slice();
        if let Some(heard) = recognized(bytes) {
            return Look::Not(heard);
        }
        while let Some(length) = bytes[self.scanned..].iter().position(|byte| *byte == b'\n') {
            if bytes[self.line..].starts_with(b"SSH-") {
                return Look::Version(self.line);
            }
            self.line = self.scanned + length + 1;
            self.scanned = self.line;
        }
        self.scanned = bytes.len();
        if ended || bytes.len() > MAX_GREETING { Look::Not(classify_text(bytes)) } else { Look::More }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Greeted<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while !this.begun {
            let mut chunk = [0; 1024];
            let mut chunk = ReadBuf::new(&mut chunk);
            let ended = match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut chunk)) {
                Ok(()) => chunk.filled().is_empty(),
                Err(error) => {
                    this.ear.hear(classify_text(&this.read));
                    return Poll::Ready(Err(error));
                }
            };
            this.read.extend_from_slice(chunk.filled());
            match this.look(ended) {
                Look::More => {}
                Look::Version(at) => {
                    this.read.drain(..at);
                    this.begun = true;
                    this.ear.hear(Heard::Version);
                }
                Look::Not(heard) => {
                    this.ear.hear(heard);
                    return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
                }
            }
        }
        if this.read.is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, buffer);
        }
        let size = this.read.len().min(buffer.remaining());
        buffer.put_slice(&this.read[..size]);
        this.read.drain(..size);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Greeted<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    async fn greeted(bytes: &[u8]) -> (Heard, Option<String>) {
        // One byte at a time, as they may arrive.
        let ear = Ear::default();
        let mut stream = Greeted::new(tokio::io::join(Dripping(bytes), tokio::io::sink()), ear.clone());
        let mut text = String::new();
        let read = stream.read_to_string(&mut text).await;
        (ear.heard(), read.ok().map(|_| text))
    }

    struct Dripping<'a>(&'a [u8]);

    impl AsyncRead for Dripping<'_> {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let this = self.get_mut();
            if let Some((first, rest)) = this.0.split_first() {
                buffer.put_slice(&[*first]);
                this.0 = rest;
            }
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn greeted_skips_lines_before_version() {
        let many = "A line of a banner.\r\n".repeat(1_000);
        for before in ["", "\r\n", "\n\n\n", "Welcome to git.corp\r\n\r\nNo trespassing\n", &many] {
            let text = format!("{before}SSH-2.0-x y\r\n\0binary\n");
            let expected = (Heard::Version, Some("SSH-2.0-x y\r\n\0binary\n".to_owned()));
            assert_eq!(greeted(text.as_bytes()).await, expected, "{before}");
        }
    }

    #[tokio::test]
    async fn greeted_recognizes_other_protocols() {
        for (bytes, heard) in [
            (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], Heard::Http),
            (b"<!DOCTYPE HTML PUBLIC>\n<HTML>", Heard::Http),
            (b"\x15\x03\x01\0\x02\x02\x46", Heard::Tls),
            (b"Exceeded MaxStartups\r\n", Heard::Busy),
            (b"Not allowed at this time\r\n", Heard::Busy),
            (b"220 mail.corp ESMTP\r\n", Heard::Other),
            (b"SSH-2.0-cut", Heard::Other),
            (b"", Heard::Nothing),
        ] {
            assert_eq!(greeted(bytes).await, (heard, None), "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(greeted(&vec![b'\n'; 2 * MAX_GREETING]).await.0, Heard::Other);
    }
}
