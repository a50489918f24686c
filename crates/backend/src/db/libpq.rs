//! The database's address for PostgreSQL's own programs, which take it from their environment.

use super::address::{Address, wrong};
use crate::error::StartError;
use domain::sensitive::Sensitive;

/// The parameters that libpq's programs know, with the variables in which they take them.
const LIBPQ: [(&str, &str); 8] = [
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("dbname", "PGDATABASE"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("options", "PGOPTIONS"),
];

/// The places of the system's certificates, which the driver trusts by itself and libpq only if they are named.
const SYSTEM_CERTIFICATES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

impl Address {
    /// Returns the environment with which libpq's programs reach the server with this number as the driver does.
    ///
    /// Errors: `Address`, for a certificate that is in the address itself.
    pub(crate) fn libpq(&self, number: usize) -> Result<Vec<(&'static str, Sensitive)>, StartError> {
        let options = self.options(number, false)?;
        let socket = options.get_socket().map(|path| path.to_string_lossy().into_owned());
        let host = socket.unwrap_or_else(|| options.get_host().to_owned());
        let mut environment = vec![
            ("PGHOST", Sensitive::new(host.as_str())),
            ("PGPORT", Sensitive::new(options.get_port().to_string().as_str())),
            ("PGAPPNAME", Sensitive::new("latchkey backup")),
        ];
        for (name, variable) in LIBPQ {
            let Some((_, value)) = self.parameters.iter().find(|(other, _)| other == name) else { continue };
            if value.expose().starts_with("-----BEGIN") {
                return Err(wrong(format!(
                    "its {name} is the certificate itself, and PostgreSQL's own tools take only the path of a file"
                )));
            }
            environment.push((variable, value.clone()));
        }
        let given = |variable: &str| environment.iter().any(|(other, _)| *other == variable);
        let verifies = environment
            .iter()
            .any(|(variable, value)| *variable == "PGSSLMODE" && value.expose().starts_with("verify-"));
        let known = SYSTEM_CERTIFICATES.into_iter().find(|path| std::path::Path::new(path).exists());
        if let Some(path) = known.filter(|_| verifies && !given("PGSSLROOTCERT")) {
            environment.push(("PGSSLROOTCERT", Sensitive::new(path)));
        }
        // What the driver takes where the address says nothing.
        for (variable, default) in [
            ("PGUSER", Some(options.get_username())),
            ("PGDATABASE", options.get_database().or(Some(options.get_username()))),
        ] {
            if let Some(value) = default.filter(|_| !environment.iter().any(|(other, _)| *other == variable))
            {
                environment.push((variable, Sensitive::new(value)));
            }
        }
        Ok(environment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libpq_reaches_the_same_server_as_the_driver() {
        let of = |text: &str, number| {
            let found = Address::parse(&Sensitive::new(text)).unwrap().libpq(number).unwrap();
            let mut found: Vec<_> =
                found.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect();
            found.sort();
            found.join(" ")
        };
        assert_eq!(
            of("postgres://u%40x:p%23w@a,b:6432/data%2Fbase?sslmode=require", 1),
            "PGAPPNAME=latchkey backup PGDATABASE=data/base PGHOST=b PGPASSWORD=p#w PGPORT=6432 PGSSLMODE=require PGUSER=u@x"
        );
        assert_eq!(
            of("postgres://u@localhost/d?host=/run/pg", 0),
            "PGAPPNAME=latchkey backup PGDATABASE=d PGHOST=/run/pg PGPORT=5432 PGUSER=u"
        );
        let inline = "postgres://u@h/d?sslrootcert=-----BEGIN%20CERTIFICATE-----";
        let inline = Address::parse(&Sensitive::new(inline)).unwrap();
        assert!(inline.libpq(0).unwrap_err().to_string().contains("path of a file"));
    }
}
