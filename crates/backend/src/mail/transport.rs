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
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, AsyncTokioStream},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::timeout;
use url::Url;

/// The longest time until the server has taken the account.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(20);

/// The longest time for a mail.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

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
        let begun = timeout(BEGIN_TIMEOUT, self.signed_in());
        begun.await.unwrap_or(Err(MailFailure::TimedOut))
    }

    /// Begins a conversation and ends it again. Sends nothing.
    pub(crate) async fn try_server(&self) -> Result<(), MailFailure> {
        self.begin().await?.end().await;
        Ok(())
    }

    async fn signed_in(&self) -> Result<Conversation, MailFailure> {
        let server = &self.config.server;
        let hello = hello(&self.config.public_url);
        let stream = self.protected(&hello.to_string()).await?;
        let begun = AsyncSmtpConnection::connect_with_transport(stream, &hello).await;
        let mut connection = begun.map_err(|error| MailFailure::of(Step::Begin, &error))?;
        if let Some(Account { user, password }) = &server.account {
            let credentials = Credentials::new(user.expose().to_owned(), password.expose().to_owned());
            let taken = connection.auth(&MECHANISMS, &credentials).await;
            taken.map_err(|error| MailFailure::of(Step::SignIn, &error))?;
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
            Security::Tls => {
                let stream = self.http.encrypt(&server.host, stream).await.map_err(unreachable)?;
                Box::new(Greeted::not_yet(stream, peer))
            }
            Security::StartTls => {
                start_tls(&mut stream, hello).await?;
                let stream = self.http.encrypt(&server.host, stream).await.map_err(unreachable)?;
                Box::new(Greeted::before(stream, peer))
            }
        })
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
        let sent = timeout(SEND_TIMEOUT, self.sent(envelope, letter)).await;
        let sent = sent.unwrap_or(Err(MailFailure::TimedOut));
        if sent.is_err() {
            let _ = timeout(QUIT_TIMEOUT, self.connection.abort()).await;
        }
        sent
    }

    async fn sent(&mut self, envelope: &Envelope<'_>, letter: &Letter) -> Result<(), MailFailure> {
        let failed = |step| move |error| MailFailure::of(step, &error);
        let bytes = letter::format(&self.config.from, envelope, letter).map_err(|_| MailFailure::NotSmtp)?;
        let to: Address = envelope.to.as_str().parse().map_err(|_| MailFailure::NotSmtp)?;
        let sender = Some(self.config.from.address().clone());
        // Step by step, because what a rejection means depends on what was rejected.
        let connection = &mut self.connection;
        connection.command(Mail::new(sender, Vec::new())).await.map_err(failed(Step::Sender))?;
        connection.command(Rcpt::new(to, Vec::new())).await.map_err(failed(Step::Recipient))?;
        connection.command(Data).await.map_err(failed(Step::Content))?;
        connection.message(&bytes).await.map(drop).map_err(failed(Step::Content))
    }

    /// Ends the conversation.
    pub(super) async fn end(mut self) {
        // What was sent is taken, whatever the server says now.
        let _ = timeout(QUIT_TIMEOUT, self.connection.quit()).await;
    }
}

/// Returns the name by which the portal introduces itself: the host that people know.
fn hello(public_url: &str) -> ClientId {
    use url::Host::{Domain, Ipv4, Ipv6};
    match Url::parse(public_url).ok().and_then(|url| url.host().map(|host| host.to_owned())) {
        Some(Domain(name)) => ClientId::Domain(name),
        Some(Ipv4(address)) => ClientId::Ipv4(address),
        Some(Ipv6(address)) => ClientId::Ipv6(address),
        None => ClientId::Domain("localhost".to_owned()),
    }
}
