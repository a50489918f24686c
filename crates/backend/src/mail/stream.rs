//! The connection to a mail server, as the library takes it. Everything up to the end of the TLS handshake is done here, so that
//! the portal's own rules decide on addresses and on trust; the library speaks only after that.

use super::failure::{MailFailure, Step};
use domain::connection_test::TestCause;
use lettre::transport::smtp::client::AsyncTokioStream;
use std::{
    fmt,
    io::{Error, Result},
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

/// The greeting that the library waits for, because the server has given its own before TLS.
const GREETING: &[u8] = b"220 ready\r\n";

/// The longest reply that is read, in bytes (RFC 5321 has 512 for a line).
const MAX_REPLY: usize = 16 * 1024;

/// A connection from which a greeting is read first.
#[derive(Debug)]
pub(super) struct Greeted<S> {
    greeting: &'static [u8],
    peer: SocketAddr,
    stream: S,
}

impl<S> Greeted<S> {
    /// Returns a connection on which the server is yet to give its greeting.
    pub(super) fn not_yet(stream: S, peer: SocketAddr) -> Self {
        Self { greeting: b"", peer, stream }
    }

    /// Returns a connection on which the server has given its greeting.
    pub(super) fn before(stream: S, peer: SocketAddr) -> Self {
        Self { greeting: GREETING, peer, stream }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Greeted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        if !self.greeting.is_empty() {
            let (now, later) = self.greeting.split_at(self.greeting.len().min(buffer.remaining()));
            buffer.put_slice(now);
            self.greeting = later;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Greeted<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug> AsyncTokioStream for Greeted<S> {
    fn peer_addr(&self) -> Result<SocketAddr> {
        Ok(self.peer)
    }
}

/// Asks the server for TLS. Reads no byte beyond the reply, so that nothing that somebody has put in between counts as said
/// under TLS.
///
/// Errors: the server offers no STARTTLS, or rejects it.
pub(super) async fn start_tls(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    hello: &str,
) -> std::result::Result<(), MailFailure> {
    expect(stream, 220).await?;
    say(stream, &format!("EHLO {hello}\r\n")).await?;
    let offers = expect(stream, 250).await?;
    if !offers.lines().any(|line| line.get(4..).is_some_and(|word| word.eq_ignore_ascii_case("STARTTLS"))) {
        return Err(MailFailure::NoTls);
    }
    say(stream, "STARTTLS\r\n").await?;
    expect(stream, 220).await.map(drop)
}

fn broken(_: Error) -> MailFailure {
    MailFailure::Unreachable(TestCause::ConnectionFailed)
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), line: &str) -> std::result::Result<(), MailFailure> {
    stream.write_all(line.as_bytes()).await.map_err(broken)?;
    stream.flush().await.map_err(broken)
}

/// Reads a reply byte by byte, and returns its lines without their ends.
async fn expect(
    stream: &mut (impl AsyncRead + Unpin),
    wanted: u16,
) -> std::result::Result<String, MailFailure> {
    let (mut reply, mut line) = (String::new(), Vec::new());
    loop {
        let byte = stream.read_u8().await.map_err(broken)?;
        if byte != b'\n' {
            line.push(byte);
            if reply.len() + line.len() > MAX_REPLY {
                return Err(MailFailure::NotSmtp);
            }
            continue;
        }
        let text = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
        line.clear();
        let code: u16 = text.get(..3).and_then(|code| code.parse().ok()).ok_or(MailFailure::NotSmtp)?;
        let last = text.as_bytes().get(3) != Some(&b'-');
        let said = text.get(4..).unwrap_or_default().to_owned();
        reply.push_str(&text);
        reply.push('\n');
        if last {
            return if code == wanted {
                Ok(reply)
            } else {
                Err(MailFailure::of_reply(Step::Begin, code, &said))
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::duplex;

    /// Returns the result of asking a server that says these lines, and what is left unread.
    async fn asked(said: &str) -> (std::result::Result<(), MailFailure>, String) {
        let (mut ours, mut theirs) = duplex(64 * 1024);
        theirs.write_all(said.as_bytes()).await.unwrap();
        let result = start_tls(&mut ours, "portal.example").await;
        theirs.shutdown().await.unwrap();
        drop(theirs);
        let mut rest = String::new();
        ours.read_to_string(&mut rest).await.unwrap();
        (result, rest)
    }

    #[tokio::test]
    async fn start_tls_reads_nothing_beyond_the_reply() {
        let said =
            "220-mail\r\n220 ready\r\n250-mail\r\n250-starttls\r\n250 SIZE 1\r\n220 go\r\n250 injected\r\n";
        assert_eq!(asked(said).await, (Ok(()), "250 injected\r\n".to_owned()));
    }

    #[tokio::test]
    async fn start_tls_fails_without_tls() {
        for (said, failure) in [
            ("220 mail\r\n250-mail\r\n250 SIZE 1\r\n", MailFailure::NoTls),
            ("220 mail\r\n250 mail STARTTLS\r\n", MailFailure::NoTls),
            ("220 mail\r\n250-mail\r\n250 STARTTLS\r\n454 not now\r\n", MailFailure::Later(454)),
            ("554 go away\r\n", MailFailure::Rejected(554)),
            ("SSH-2.0-OpenSSH_9.2\r\n", MailFailure::NotSmtp),
            ("\u{fffd}\u{fffd}\n", MailFailure::NotSmtp),
        ] {
            assert_eq!(asked(said).await.0, Err(failure), "{said}");
        }
        let endless = format!("220-{}", "a".repeat(MAX_REPLY));
        assert_eq!(asked(&endless).await.0, Err(MailFailure::NotSmtp));
    }

    #[tokio::test]
    async fn greeted_is_read_before_the_stream() {
        let (ours, mut theirs) = duplex(64);
        theirs.write_all(b"250 then").await.unwrap();
        drop(theirs);
        let peer = ([127, 0, 0, 1], 25).into();
        let mut read = String::new();
        Greeted::before(ours, peer).read_to_string(&mut read).await.unwrap();
        assert_eq!(read, "220 ready\r\n250 then");
    }
}
