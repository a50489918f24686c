//! The database's address: `DATABASE_URL`, parsed as libpq does, with several hosts and with messages for what is
//! wrong.

use crate::error::StartError;
use domain::sensitive::Sensitive;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sqlx::{ConnectOptions, postgres::PgConnectOptions};
use std::{fmt::Write, path::PathBuf, str::FromStr};
use zeroize::Zeroizing;

/// How the database is reached.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// A `postgres://` address; several hosts are separated by commas.
    pub url: Sensitive,
    /// The file that the address came from. It is read again if a connection cannot be made.
    pub file: Option<PathBuf>,
    /// Whether a pooler in transaction mode, such as `pgbouncer`, is in between: nothing may rely on a session then.
    pub pooler: bool,
}

impl DatabaseConfig {
    /// Returns the configuration for an address that never changes, without a pooler.
    pub fn at(url: Sensitive) -> Self {
        Self { url, file: None, pooler: false }
    }

    /// Returns the configuration for another database of the same server.
    ///
    /// Errors: `Address`.
    pub(crate) fn in_database(&self, name: &str) -> Result<Self, StartError> {
        Address::parse(&self.url)?;
        let url = self.url.expose().trim();
        let start = if url.contains('?') { '&' } else { '?' };
        let url = Zeroizing::new(format!("{url}{start}dbname={}", encode(name)));
        Ok(Self { url: Sensitive::new(url.as_str()), file: None, pooler: self.pooler })
    }
}

/// A parsed address.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    hosts: Vec<Host>,
    /// Further parameters for sqlx, by the names of libpq.
    pub(super) parameters: Vec<(String, Sensitive)>,
    /// Whether only a server that takes writes is connected to.
    pub(super) writable_only: bool,
    /// The names of parameters without a meaning here.
    pub(super) ignored: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Host {
    /// The host; `None` for the usual socket of this machine.
    name: Option<String>,
    port: Option<u16>,
}

/// The characters that end a part of an address, and their encoded form.
const RESERVED: [(char, &str); 6] =
    [('/', "%2F"), ('?', "%3F"), ('#', "%23"), ('@', "%40"), ('%', "%25"), (' ', "%20")];

const PASSED_ON: [&str; 6] =
    ["sslmode", "statement-cache-capacity", "application_name", "options", "user", "password"];

const CERTIFICATES: [(&str, &str); 6] = [
    ("sslrootcert", "sslrootcert"),
    ("ssl-root-cert", "sslrootcert"),
    ("ssl-ca", "sslrootcert"),
    ("sslcert", "sslcert"),
    ("ssl-cert", "sslcert"),
    ("sslkey", "sslkey"),
];

const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

pub(super) fn wrong(text: impl Into<String>) -> StartError {
    StartError::Address(text.into())
}

fn reserved(found: char) -> StartError {
    let written = RESERVED.iter().find(|(character, _)| *character == found).map_or("", |(_, code)| code);
    wrong(format!(
        "a {found:?} stands where none can be. If it is part of the password, encode it as {written} (and # as %23, / as \
         %2F, ? as %3F, @ as %40, % as %25)"
    ))
}

impl Address {
    /// Parses the address.
    ///
    /// Errors: `Address`, which never repeats what was typed; certificate files that cannot be read, by their path.
    pub(crate) fn parse(url: &Sensitive) -> Result<Self, StartError> {
        let text = url.expose().trim();
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        let rest = rest.ok_or_else(|| {
            wrong("it has to begin with postgres://, as in postgres://user:password@host/database")
        })?;
        if let Some(found) = rest.chars().find(|found| *found == '#' || found.is_whitespace()) {
            return Err(reserved(if found == '#' { '#' } else { ' ' }));
        }
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        if !authority.contains('@')
            && let Some(end) = tail.chars().next()
            && (path.contains('@') || (end == '?' && authority.contains(':') && query.contains('@')))
        {
            return Err(reserved(end));
        }
        let mut found =
            Self { hosts: Vec::new(), parameters: Vec::new(), writable_only: false, ignored: Vec::new() };
        let hosts = match authority.split_once('@') {
            Some((_, hosts)) if hosts.contains('@') => return Err(reserved('@')),
            Some((login, hosts)) => {
                let (user, password) =
                    login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)));
                found.push("user", &decode(user)?);
                if let Some(password) = password {
                    found.push("password", &decode(password)?);
                }
                hosts
            }
            None => authority,
        };
        found.hosts = hosts.split(',').map(Host::parse).collect::<Result<_, _>>()?;
        let database = decode(path.trim_start_matches('/'))?;
        if !database.is_empty() {
            found.push("dbname", &database);
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                wrong("a parameter after the ? has no value. If a value has a & in it, encode it as %26")
            })?;
            found.parameter(&decode(name)?, decode(value)?)?;
        }
        Ok(found)
    }

    fn push(&mut self, name: &str, value: &Zeroizing<String>) {
        self.parameters.retain(|(other, _)| other != name);
        self.parameters.push((name.to_owned(), Sensitive::new(value.as_str())));
    }

    fn parameter(&mut self, name: &str, value: Zeroizing<String>) -> Result<(), StartError> {
        if let Some((_, known)) = CERTIFICATES.iter().find(|(other, _)| *other == name) {
            // libpq's name for the system's roots, which are trusted anyway.
            if value.as_str() == "system" {
                return Ok(());
            }
            if !value.starts_with("-----BEGIN") {
                std::fs::read(value.as_str()).map_err(|error| {
                    wrong(format!("the file {} of its {known} cannot be read: {error}", value.as_str()))
                })?;
            }
            self.push(known, &value);
            return Ok(());
        }
        match name {
            "host" | "hostaddr" => {
                let ports: Vec<_> = self.hosts.iter().map(|host| host.port).collect();
                self.hosts = value
                    .split(',')
                    .enumerate()
                    .map(|(n, name)| Host {
                        name: (!name.is_empty()).then(|| name.trim_matches(['[', ']']).to_owned()),
                        port: ports.get(n).or_else(|| ports.first()).copied().flatten(),
                    })
                    .collect();
            }
            "port" => {
                let ports = value.split(',').map(port).collect::<Result<Vec<_>, _>>()?;
                for (n, host) in self.hosts.iter_mut().enumerate() {
                    host.port = ports.get(n).or_else(|| ports.first()).copied();
                }
            }
            "target_session_attrs" => match value.as_str() {
                "any" | "prefer-standby" => {}
                "read-write" | "primary" => self.writable_only = true,
                "read-only" | "standby" => {
                    return Err(wrong(
                        "its target_session_attrs asks for a server that takes no writes, and the portal writes: use \
                         read-write",
                    ));
                }
                _ => return Err(wrong("its target_session_attrs is none that is known: use read-write")),
            },
            "ssl-mode" => return self.parameter("sslmode", value),
            "sslmode" if !SSL_MODES.contains(&value.as_str()) => {
                return Err(wrong(format!("its sslmode is none of {}", SSL_MODES.join(", "))));
            }
            "dbname" => self.push("dbname", &value),
            _ if PASSED_ON.contains(&name) || (name.starts_with("options[") && name.ends_with(']')) => {
                self.push(name, &value);
            }
            _ => self.ignored.push(
                name.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.[]".contains(*c)).take(40).collect(),
            ),
        }
        Ok(())
    }

    /// Returns host and port of each server that is reached over a network.
    pub(crate) fn endpoints(&self) -> Vec<(String, u16)> {
        let over_network = self.hosts.iter().filter_map(|host| {
            let name = host.name.as_ref().filter(|name| !name.starts_with('/'))?;
            Some((name.clone(), host.port.unwrap_or(5432)))
        });
        over_network.collect()
    }

    /// Returns the number of servers.
    pub(super) fn count(&self) -> usize {
        self.hosts.len()
    }

    /// Returns the name of the server with this number, for the log.
    pub(super) fn name(&self, number: usize) -> String {
        let Some(host) = self.hosts.get(number) else { return String::new() };
        let name = host.name.as_deref().unwrap_or("the socket of this machine");
        match host.port {
            Some(port) if name.contains(':') => format!("[{name}]:{port}"),
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        }
    }

    /// Returns the driver's options for the server with this number.
    pub(super) fn options(&self, number: usize, pooler: bool) -> Result<PgConnectOptions, StartError> {
        // By names only, because an address would have to be parsed once more.
        let mut url = Zeroizing::new("postgres:///?".to_owned());
        let mut add = |name: &str, value: &str| {
            let (name, value) = (encode(name), Zeroizing::new(encode(value)));
            // Writing to a text never fails.
            let _ = write!(url, "{name}={}&", value.as_str());
        };
        if let Some(host) = self.hosts.get(number) {
            if let Some(name) = &host.name {
                add("host", name);
            }
            if let Some(port) = host.port {
                add("port", &port.to_string());
            }
        }
        add("application_name", "latchkey");
        for (name, value) in &self.parameters {
            add(name, value.expose());
        }
        let options =
            PgConnectOptions::from_str(&url).map_err(|_| wrong("one of its parameters cannot be used"))?;
        Ok(with_settings(options, pooler))
    }
}

/// Adds the settings of every connection: no log of statements, time limits, the isolation that the code relies on, and no
/// compilation of statements, which takes seconds where estimates are far too high, and longer than any statement of ours.
/// Behind a pooler each transaction asks for these itself, because a session belongs to nobody there.
pub(super) fn with_settings(options: PgConnectOptions, pooler: bool) -> PgConnectOptions {
    let options = options.disable_statement_logging();
    if pooler {
        return options.extra_float_digits(None).statement_cache_capacity(0);
    }
    options.options([
        // Without notices that a table already exists.
        ("client_min_messages", "warning"),
        ("statement_timeout", "10s"),
        ("lock_timeout", "5s"),
        ("jit", "off"),
        ("default_transaction_isolation", "read committed"),
    ])
}

impl Host {
    fn parse(text: &str) -> Result<Self, StartError> {
        let (name, given) = match text.strip_prefix('[') {
            Some(rest) => {
                let (name, after) = rest.split_once(']').ok_or_else(|| wrong("a [ in it is not closed"))?;
                (name, after.strip_prefix(':'))
            }
            None => text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port))),
        };
        if given.is_some_and(|given| given.contains(':')) {
            return Err(wrong("an IPv6 address in it stands in brackets, as in [::1]:5432"));
        }
        let name = decode(name)?;
        Ok(Self {
            name: (!name.is_empty()).then(|| name.as_str().to_owned()),
            port: given.filter(|given| !given.is_empty()).map(port).transpose()?,
        })
    }
}

fn port(text: &str) -> Result<u16, StartError> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
        wrong(
            "its port is not a number from 1 to 65535. If a password is meant, encode / as %2F, ? as %3F, # as %23 and @ \
             as %40 in it",
        )
    })
}

fn decode(text: &str) -> Result<Zeroizing<String>, StartError> {
    let bytes = text.as_bytes();
    let broken = bytes.iter().enumerate().any(|(n, byte)| {
        *byte == b'%' && !bytes.get(n + 1..n + 3).is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit))
    });
    if broken {
        return Err(reserved('%'));
    }
    let decoded = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| wrong("what is encoded in it with % is not UTF-8"))?;
    Ok(Zeroizing::new(decoded.into_owned()))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Address {
        Address::parse(&Sensitive::new(text)).unwrap()
    }

    fn said(text: &str) -> String {
        Address::parse(&Sensitive::new(text)).unwrap_err().to_string()
    }

    #[test]
    fn options_keep_every_given_part() {
        let address = parsed(
            "postgresql://u%40x:p%23w:x@db.example:6432/data%2Fbase?sslmode=require&application_name=mine",
        );
        let options = address.options(0, false).unwrap();
        assert_eq!((options.get_host(), options.get_port()), ("db.example", 6432));
        assert_eq!((options.get_username(), options.get_database()), ("u@x", Some("data/base")));
        assert_eq!(options.get_application_name(), Some("mine"));
        assert!(matches!(options.get_ssl_mode(), sqlx::postgres::PgSslMode::Require));
        assert_eq!(options.to_url_lossy().password(), Some("p%23w%3Ax"));
    }

    #[test]
    fn parse_accepts_ipv6_literals_sockets_and_several_hosts() {
        let hosts = |text: &str| {
            let address = parsed(text);
            let of = |n| address.options(n, false).unwrap();
            (0..address.count()).map(|n| (of(n).get_host().to_owned(), of(n).get_port())).collect::<Vec<_>>()
        };
        assert_eq!(hosts("postgres://u@[2001:db8::1]:5433/d"), [("2001:db8::1".to_owned(), 5433)]);
        assert_eq!(
            hosts("postgres://u@a,[::1]:6000,c:7000/d?target_session_attrs=read-write"),
            [("a".to_owned(), 5432), ("::1".to_owned(), 6000), ("c".to_owned(), 7000)]
        );
        assert_eq!(hosts("postgres:///d?host=a,b&port=1,2"), [("a".to_owned(), 1), ("b".to_owned(), 2)]);
        assert_eq!(
            hosts("postgres:///d?host=a,b&port=6432"),
            [("a".to_owned(), 6432), ("b".to_owned(), 6432)]
        );
        let socket = parsed("postgres://u@localhost/d?host=/run/pg");
        assert_eq!(socket.options(0, false).unwrap().get_socket().unwrap().to_str(), Some("/run/pg"));
        assert!(socket.endpoints().is_empty());
        let encoded = parsed("postgres://u@%2Frun%2Fpg:6000/d").options(0, false).unwrap();
        assert_eq!((encoded.get_socket().unwrap().to_str(), encoded.get_port()), (Some("/run/pg"), 6000));
        assert_eq!(parsed("postgres://a,b:1/d").endpoints(), [("a".to_owned(), 5432), ("b".to_owned(), 1)]);
    }

    #[test]
    fn parse_names_reserved_character_and_repeats_nothing() {
        for (text, code) in [
            ("postgres://u:SENT#INEL@h/d", "%23"),
            ("postgres://u:SENT/INEL@h/d", "%2F"),
            ("postgres://u:1/SENTINEL@h/d", "%2F"),
            ("postgres://u:SENT?INEL@h/d", "%3F"),
            ("postgres://u:SENT@INEL@h/d", "%40"),
            ("postgres://u:SENT%INEL@h/d", "%25"),
            ("postgres://u:SENT INEL@h/d", "%20"),
            ("postgres://u:p@h/d?password=SENT&INEL", "%26"),
            ("postgres://h:SENTINEL/d", "%2F"),
            ("SENTINEL", "postgres://user:password@host/database"),
            ("mysql://u:SENTINEL@h/d", "postgres://"),
            ("postgres://u:p@::1/d", "brackets"),
            ("postgres://u:p@h/d?sslmode=SENTINEL", "verify-full"),
            ("postgres://u:p@h/d?target_session_attrs=standby", "read-write"),
            ("postgres://u:p@h/d?sslrootcert=/nowhere/ca.pem", "/nowhere/ca.pem"),
        ] {
            let said = said(text);
            assert!(said.contains(code) && said.starts_with("DATABASE_URL"), "{text}: {said}");
            assert!(!said.contains("SENT") && !said.contains("INEL"), "{text}: {said}");
        }
    }

    #[test]
    fn parse_ignores_unknown_parameters_and_keeps_their_names() {
        let address = parsed("postgres://u@h/d?sslpassword=SENTINEL&pgbouncer=true&sslrootcert=system");
        assert_eq!(address.ignored, ["sslpassword", "pgbouncer"]);
        assert!(!format!("{address:?}").contains("SENTINEL"));
        assert!(!format!("{:?}", parsed("postgres://u:SENTINEL@h/d")).contains("SENTINEL"));
    }

    #[test]
    fn in_database_keeps_everything_but_the_name() {
        for url in ["postgres://u:p@h:1/d", "postgres://u:p@h:1/d?sslmode=require&dbname=e"] {
            let config = DatabaseConfig::at(Sensitive::new(url)).in_database("o'ther 1").unwrap();
            let options = Address::parse(&config.url).unwrap().options(0, false).unwrap();
            assert_eq!((options.get_database(), options.get_port()), (Some("o'ther 1"), 1), "{url}");
        }
    }

    #[test]
    fn options_behind_pooler_set_nothing_for_the_session() {
        assert_eq!(parsed("postgres://u@h/d").options(0, true).unwrap().get_options(), None);
        let options = parsed("postgres://u@h/d").options(0, false).unwrap();
        assert!(options.get_options().unwrap().contains("default_transaction_isolation"));
    }
}
