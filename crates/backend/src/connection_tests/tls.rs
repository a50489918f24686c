//! The causes that a failed TLS handshake shows.

use domain::connection_test::TestCause;
use rustls::{
    AlertDescription, CertificateError, Error, PeerIncompatible, SignatureScheme, client::ResolvesClientCert,
    sign::CertifiedKey,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tls_trust::has_no_name;

/// A client without a certificate, which notes that the host asked for one.
#[derive(Debug)]
pub(super) struct NoCertificate(pub(super) Arc<AtomicBool>);

impl ResolvesClientCert for NoCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// Returns why a handshake failed.
pub(super) fn cause(error: &std::io::Error) -> TestCause {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) if has_no_name(error) => TestCause::CertificateWithoutName,
        Some(Error::InvalidCertificate(certificate)) => certificate_cause(certificate),
        Some(
            Error::AlertReceived(AlertDescription::ProtocolVersion)
            | Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ),
        ) => TestCause::TlsTooOld,
        Some(Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::NoCertificate
            | AlertDescription::AccessDenied,
        )) => TestCause::ClientCertificateWanted,
        // The received bytes were no record of TLS.
        Some(Error::InvalidMessage(_)) => TestCause::TlsFailed,
        Some(_) => TestCause::TlsNotAgreed,
        None => TestCause::ConnectionFailed,
    }
}

fn certificate_cause(error: &CertificateError) -> TestCause {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        Other, UnknownIssuer,
    };
    match error {
        Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. } => {
            TestCause::CertificateExpired
        }
        NotValidForName | NotValidForNameContext { .. } => TestCause::CertificateForAnother,
        UnknownIssuer => TestCause::CertificateNotTrusted,
        // An authority's own certificate, which is trusted if it is listed itself.
        Other(other) if matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity)) => {
            TestCause::CertificateNotTrusted
        }
        _ => TestCause::CertificateUnusable,
    }
}
