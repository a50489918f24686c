//! The way of a mail to the server.

use super::{
    config::{Account, MailConfig, Security},
    failure::{MailFailure, Step},
    letter::{self, Envelope, Letter},
    stream::{Greeted, start_tls},
};
use crate::connection_tests::http::Http;
use domain::connection_test::TestCause;
use lettre::{
    Address,
    transport::smtp::{
        self,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, AsyncTokioStream},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::client::TlsStream;
use url::Url;

/// The longest times of the steps of a conversation, as RFC 5321 (4.5.3.2) asks for them: of TLS, of the greeting, and of the
/// reply to a command. A mail that a server takes after its sender has gone is sent twice.
const REPLY_TIMEOUT: Duration = Duration::from_mins(5);
const DATA_TIMEOUT: Duration = Duration::from_mins(2);

/// The longest time for the mail itself and the last reply: the server may look for viruses meanwhile.
const CONTENT_TIMEOUT: Duration = Duration::from_mins(10);

/// The longest time for a goodbye.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The ways of signing in that are tried. Others send no password, and hardly any server offers them alone.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// The sender of mails. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Mailer {
    http: Http,
    config: Arc<MailConfig>,
}

/// A conversation with the server.
pub(super) struct Conversation {
    connection: AsyncSmtpConnection,
    config: Arc<MailConfig>,
}

impl fmt::Debug for Conversation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Conversation")
    }
}

impl Mailer {
    /// Returns a sender that may reach the server on private addresses, too, because a setting names it.
    pub(crate) fn new(config: MailConfig, http: &Http) -> Self {
        Self { http: http.with_host(&config.server.host), config: Arc::new(config) }
    }

    pub(crate) fn config(&self) -> &MailConfig {
        &self.config
    }

    /// Begins a conversation: connects, protects the connection and signs in.
    pub(super) async fn begin(&self) -> Result<Conversation, MailFailure> {
        let hello = hello(&self.config.public_url);
        let stream = self.protected(&hello.to_string()).await?;
        self.begin_on(stream, &hello).await
    }

    /// Begins a conversation and ends it again. Sends nothing.
    pub(crate) async fn try_server(&self) -> Result<(), MailFailure> {
        self.begin().await?.end().await;
        Ok(())
    }

    /// Begins a conversation on a connection that is protected already.
    pub(super) async fn begin_on(
        &self,
        stream: Box<dyn AsyncTokioStream>,
        hello: &ClientId,
    ) -> Result<Conversation, MailFailure> {
        let begun = AsyncSmtpConnection::connect_with_transport(stream, hello);
        let mut connection = replied(REPLY_TIMEOUT, Step::Begin, begun).await?;
        if let Some(Account { user, password }) = &self.config.server.account {
            let credentials = Credentials::new(user.expose().to_owned(), password.expose().to_owned());
            replied(REPLY_TIMEOUT, Step::SignIn, connection.auth(&MECHANISMS, &credentials)).await?;
        }
        Ok(Conversation { connection, config: Arc::clone(&self.config) })
    }

    /// Connects, and begins TLS where the settings ask for it.
    async fn protected(&self, hello: &str) -> Result<Box<dyn AsyncTokioStream>, MailFailure> {
        let server = &self.config.server;
        let unreachable = MailFailure::Unreachable;
        let mut stream = self.http.connect(&server.host, server.port).await.map_err(unreachable)?;
        let broken = |_| unreachable(TestCause::ConnectionFailed);
        let peer = stream.peer_addr().map_err(broken)?;
        Ok(match server.security {
            Security::Loopback if !peer.ip().is_loopback() => return Err(MailFailure::NotLoopback),
            Security::Loopback => Box::new(Greeted::not_yet(stream, peer)),
            Security::Tls => Box::new(Greeted::not_yet(self.encrypted(stream).await?, peer)),
            Security::StartTls => {
                in_time(REPLY_TIMEOUT, start_tls(&mut stream, hello)).await?;
                Box::new(Greeted::before(self.encrypted(stream).await?, peer))
            }
        })
    }

    /// Begins TLS.
    async fn encrypted(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, MailFailure> {
        let encrypted = async {
            self.http.encrypt(&self.config.server.host, stream).await.map_err(MailFailure::Unreachable)
        };
        in_time(REPLY_TIMEOUT, encrypted).await
    }

    /// Sends one mail in a conversation of its own.
    pub(super) async fn send(&self, envelope: &Envelope<'_>, letter: &Letter) -> Result<(), MailFailure> {
        let mut conversation = self.begin().await?;
        conversation.send(envelope, letter).await?;
        conversation.end().await;
        Ok(())
    }
}

impl Conversation {
    /// Sends a mail. After a failure the conversation has ended.
    pub(super) async fn send(&mut self, envelope: &Envelope<'_>, letter: &Letter) -> Result<(), MailFailure> {
        let sent = self.sent(envelope, letter).await;
        if sent.is_err() {
            let _ = timeout(QUIT_TIMEOUT, self.connection.abort()).await;
        }
        sent
    }

    async fn sent(&mut self, envelope: &Envelope<'_>, letter: &Letter) -> Result<(), MailFailure> {
        let bytes = letter::format(&self.config.from, envelope, letter).map_err(|_| MailFailure::NotSmtp)?;
        let to: Address = envelope.to.as_str().parse().map_err(|_| MailFailure::NotSmtp)?;
        let sender = Some(self.config.from.address().clone());
        // Step by step, because what a rejection means depends on what was rejected.
        let connection = &mut self.connection;
        let mail = connection.command(Mail::new(sender, Vec::new()));
        replied(REPLY_TIMEOUT, Step::Sender, mail).await?;
        let recipient = connection.command(Rcpt::new(to, Vec::new()));
        replied(REPLY_TIMEOUT, Step::Recipient, recipient).await?;
        replied(DATA_TIMEOUT, Step::Content, connection.command(Data)).await?;
        replied(CONTENT_TIMEOUT, Step::Content, connection.message(&bytes)).await.map(drop)
    }

    /// Ends the conversation.
    pub(super) async fn end(mut self) {
        // What was sent is taken, whatever the server says now.
        let _ = timeout(QUIT_TIMEOUT, self.connection.quit()).await;
    }
}

/// Does a step of a conversation, or gives up after this time.
async fn in_time<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, MailFailure>>,
) -> Result<T, MailFailure> {
    timeout(limit, step).await.unwrap_or(Err(MailFailure::TimedOut))
}

/// Does the same for a step of the library.
async fn replied<T>(
    limit: Duration,
    step: Step,
    reply: impl Future<Output = Result<T, smtp::Error>>,
) -> Result<T, MailFailure> {
    in_time(limit, async { reply.await.map_err(|error| MailFailure::of(step, &error)) }).await
}

/// Returns the name by which the portal introduces itself: the host that people know.
pub(super) fn hello(public_url: &str) -> ClientId {
    use url::Host::{Domain, Ipv4, Ipv6};
    match Url::parse(public_url).ok().and_then(|url| url.host().map(|host| host.to_owned())) {
        Some(Domain(name)) => ClientId::Domain(name),
        Some(Ipv4(address)) => ClientId::Ipv4(address),
        Some(Ipv6(address)) => ClientId::Ipv6(address),
        None => ClientId::Domain("localhost".to_owned()),
    }
}
