//! The causes that a failed TLS handshake shows.

use domain::check::CheckCause;
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
pub(super) fn cause(error: &std::io::Error) -> CheckCause {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(error) if has_no_name(error) => CheckCause::CertificateWithoutName,
        Some(Error::InvalidCertificate(certificate)) => certificate_cause(certificate),
        Some(
            Error::AlertReceived(AlertDescription::ProtocolVersion)
            | Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ),
        ) => CheckCause::TlsTooOld,
        Some(Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::NoCertificate
            | AlertDescription::AccessDenied,
        )) => CheckCause::ClientCertificateWanted,
        // The received bytes were no record of TLS.
        Some(Error::InvalidMessage(_)) => CheckCause::TlsFailed,
        Some(_) => CheckCause::TlsNotAgreed,
        None => CheckCause::ConnectionFailed,
    }
}

fn certificate_cause(error: &CertificateError) -> CheckCause {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        Other, UnknownIssuer,
    };
    match error {
        Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. } => {
            CheckCause::CertificateExpired
        }
        NotValidForName | NotValidForNameContext { .. } => CheckCause::CertificateForAnother,
        UnknownIssuer => CheckCause::CertificateNotTrusted,
        // An authority's own certificate, which is trusted if it is listed itself.
        Other(other) if matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity)) => {
            CheckCause::CertificateNotTrusted
        }
        _ => CheckCause::CertificateUnusable,
    }
}
