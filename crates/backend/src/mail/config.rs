//! The server that takes the portal's mails, as the settings name it.

use domain::sensitive::Sensitive;
use lettre::{Address, message::Mailbox};
use percent_encoding::percent_decode_str;
use std::net::IpAddr;
use url::Url;

/// The ports of servers that name none: of submission with STARTTLS, and with TLS from the beginning (RFC 8314).
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;

/// The configuration of mail.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// The server.
    pub server: SmtpServer,
    /// The sender.
    pub from: MailFrom,
    /// The address at which people reach the portal, without a slash at its end. Links begin with it.
    pub public_url: String,
}

/// A server that takes mails. Its account is never logged or shown.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    /// The name or address, IPv6 without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) account: Option<Account>,
}

/// The account of the portal at the server.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) user: Sensitive,
    pub(crate) password: Sensitive,
}

/// The protection of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    /// TLS from the beginning.
    Tls,
    /// TLS before anything is sent: without it, nothing is.
    StartTls,
    /// No protection, on this machine alone.
    Loopback,
}

impl SmtpServer {
    /// Parses an address: `smtp://user:password@mail.example:587` for STARTTLS, `smtps://…:465` for TLS from the beginning.
    /// Without TLS only this machine is spoken to, by `localhost` or a loopback address; `?tls=required` asks for it there, too.
    ///
    /// Errors: a message that repeats nothing of the address.
    pub fn parse(text: &Sensitive) -> Result<Self, &'static str> {
        let form =
            "this is not an address such as smtp://user:password@mail.example:587 or smtps://mail.example";
        let url = Url::parse(text.expose().trim()).map_err(|_| form)?;
        let (tls, port) = match url.scheme() {
            "smtp" => (false, SUBMISSION),
            "smtps" => (true, SUBMISSIONS),
            _ => return Err(form),
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
        if host.is_empty()
            || !host.bytes().all(is_name)
            || !matches!(url.path(), "" | "/")
            || url.fragment().is_some()
        {
            return Err(form);
        }
        let required = match url.query() {
            None => false,
            Some("tls=required") => true,
            Some(_) => return Err("the only thing that may follow a ? is tls=required"),
        };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(Sensitive::new);
        let account = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err("there has to be a user and a password, or neither"),
            (user, Some(password)) => {
                Some(Account { user: decoded(user).ok_or(form)?, password: decoded(password).ok_or(form)? })
            }
        };
        let security = match (tls, required) {
            (true, _) => Security::Tls,
            (false, false) if is_loopback(&host) => Security::Loopback,
            (false, _) => Security::StartTls,
        };
        Ok(Self { host, port: url.port().unwrap_or(port), security, account })
    }

    /// Returns the name of the server, for people: host and port, and nothing of the account.
    pub(crate) fn shown(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// Returns whether a name or an address is this machine's own by what it says itself.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The sender of the portal's mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFrom(Mailbox);

impl MailFrom {
    /// Parses an address, or a name and an address: `Latchkey <latchkey@example.org>`.
    ///
    /// Errors: a message, if the text is anything else.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mailbox: Result<Mailbox, _> = text.trim().parse();
        let mailbox = mailbox.ok().filter(|mailbox| mailbox.email.to_string().is_ascii());
        mailbox.map(Self).ok_or("this is not an address such as latchkey@example.org")
    }

    pub(super) fn mailbox(&self) -> &Mailbox {
        &self.0
    }

    pub(super) fn address(&self) -> &Address {
        &self.0.email
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SmtpServer, &'static str> {
        SmtpServer::parse(&Sensitive::new(text))
    }

    #[test]
    fn parse_decides_on_port_and_protection() {
        use Security::{Loopback, StartTls, Tls};
        for (text, host, port, security) in [
            ("smtp://mail.example", "mail.example", 587, StartTls),
            (" smtp://Mail.Example:25/ ", "mail.example", 25, StartTls),
            ("smtps://mail.example", "mail.example", 465, Tls),
            ("smtps://localhost:4650", "localhost", 4650, Tls),
            ("smtp://localhost:25", "localhost", 25, Loopback),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Loopback),
            ("smtp://[::1]:1025", "::1", 1025, Loopback),
            ("smtp://localhost:25?tls=required", "localhost", 25, StartTls),
            ("smtp://localhost.example:25", "localhost.example", 25, StartTls),
            ("smtp://10.0.0.7:25", "10.0.0.7", 25, StartTls),
        ] {
            let server = parse(text).unwrap();
            assert_eq!(
                (server.host.as_str(), server.port, server.security),
                (host, port, security),
                "{text}"
            );
            assert!(server.account.is_none());
        }
    }

    #[test]
    fn parse_decodes_account_and_shows_it_nowhere() {
        let server = parse("smtp://u%40example.org:SENTINEL%2F%3A@mail.example:587").unwrap();
        let account = server.account.as_ref().unwrap();
        assert_eq!((account.user.expose(), account.password.expose()), ("u@example.org", "SENTINEL/:"));
        assert_eq!(server.shown(), "mail.example:587");
        let shown = format!("{server:?}");
        assert!(!shown.contains("SENTINEL") && !shown.contains("u@example.org"), "{shown}");
    }

    #[test]
    fn parse_rejects_without_repeating_anything() {
        for text in [
            "",
            "SENTINEL",
            "SENTINEL.example:25",
            "http://SENTINEL@mail.example",
            "smtp://SENTINEL@mail.example",
            "smtp://:SENTINEL@mail.example",
            "smtp://",
            "smtp:mail.example",
            "smtp://mail.example/SENTINEL",
            "smtp://mail.example#SENTINEL",
            "smtp://mail.example?tls=none",
            "smtp://mail.example:99999",
            "smtp://u:%FFSENTINEL@mail.example",
        ] {
            let message = parse(text).unwrap_err();
            assert!(!message.contains("SENTINEL"), "{message}");
        }
    }

    #[test]
    fn mail_from_parses_one_address_with_or_without_name() {
        for (text, address) in [
            ("latchkey@example.org", "latchkey@example.org"),
            (" Latchkey <latchkey@example.org> ", "latchkey@example.org"),
            ("\"The portal, Latchkey\" <a@b.example>", "a@b.example"),
        ] {
            assert_eq!(MailFrom::parse(text).unwrap().address().to_string(), address);
        }
        for text in
            ["", "latchkey", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "ä@b.example"]
        {
            assert!(MailFrom::parse(text).is_err(), "{text:?}");
        }
    }
}
