//! The trust of outgoing TLS: one set of authorities and one verifier for connection tests, single sign-on and the command
//! line.

use ::aws_lc_rs::digest::{SHA256, digest};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use std::{collections::HashSet, path::Path, sync::Arc};

/// Certificates that are trusted in addition to the system's.
#[derive(Clone, Debug, Default)]
pub struct ExtraRoots(Vec<CertificateDer<'static>>);

impl ExtraRoots {
    /// Reads a PEM file.
    ///
    /// Errors: a message, if the file cannot be read or contains no certificate.
    pub fn read(path: &Path) -> Result<Self, String> {
        let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let found = found.map_err(|error| error.to_string())?;
        if found.is_empty() {
            return Err("there is no certificate in it".to_owned());
        }
        Ok(Self(found))
    }
}

/// Builds the TLS settings of an outgoing client, which trusts the system's authorities and the extra ones. A host whose own
/// certificate is listed is trusted too, even if that is an authority's, as `openssl req -x509` makes them, because Docker,
/// Skopeo and curl do the same.
///
/// Errors: the built-in cryptography offers no safe version of TLS.
pub fn client_config(extra: &ExtraRoots) -> Result<ClientConfig, Error> {
    let native = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(native.certs.iter().cloned());
    if roots.is_empty() {
        tracing::warn!(
            "the system has no certificates of authorities: install ca-certificates, or list those of your own"
        );
    }
    roots.add_parsable_certificates(extra.0.iter().cloned());
    let listed = native.certs.iter().chain(&extra.0).map(fingerprint).collect();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier {
        // Without a single authority it cannot be built.
        chains: WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .ok(),
        listed,
        provider: Arc::clone(&provider),
    };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

fn fingerprint(certificate: &CertificateDer<'_>) -> Vec<u8> {
    digest(&SHA256, certificate).as_ref().to_vec()
}

/// A verifier that verifies as webpki does, and also trusts each certificate that is listed byte for byte.
#[derive(Debug)]
struct Verifier {
    chains: Option<Arc<WebPkiServerVerifier>>,
    /// The SHA-256 hash of each listed certificate.
    listed: HashSet<Vec<u8>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chains) = &self.chains else { return Err(CertificateError::UnknownIssuer.into()) };
        let verdict = chains.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let Err(Error::InvalidCertificate(problem)) = verdict else { return verdict };
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let name = verify_server_name(&certificate, server_name);
        if is_about_the_issuer(&problem) && self.listed.contains(&fingerprint(end_entity)) {
            name?;
            return Ok(ServerCertVerified::assertion());
        }
        // A certificate without any name is useless, whoever is trusted, so that is reported first.
        match name {
            Err(error) if has_no_name(&error) => Err(error),
            // By another authority with the same name.
            _ if problem == CertificateError::BadSignature => Err(CertificateError::UnknownIssuer.into()),
            _ => Err(problem.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Returns whether the issuer is the only problem of a certificate. webpki checks the dates before any of these; a test
/// proves that.
fn is_about_the_issuer(problem: &CertificateError) -> bool {
    match problem {
        CertificateError::UnknownIssuer
        | CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => true,
        CertificateError::Other(other) => {
            matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

/// Returns whether a certificate names no host at all, except as a common name, which is obsolete (RFC 9525).
pub fn has_no_name(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }) => {
            presented.is_empty()
        }
        // Of a version that cannot name hosts.
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            matches!(other.0.downcast_ref(), Some(webpki::Error::UnsupportedCertVersion))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_rejects_file_without_certificates() {
        assert!(ExtraRoots::read(Path::new("/no-such-file")).is_err());
        let empty = std::env::temp_dir().join(format!("latchkey-no-certificates-{}", std::process::id()));
        std::fs::write(&empty, "no certificate").unwrap();
        let said = ExtraRoots::read(&empty).unwrap_err();
        std::fs::remove_file(&empty).unwrap();
        assert!(said.contains("no certificate in it"), "{said}");
    }
}
