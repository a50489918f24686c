//! Writes Kubernetes Secrets for `kubectl apply`.

use super::json::{Exported, object, text};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    secret::{ExportFormat, Namespace, SecretId},
    sensitive::Sensitive,
};

/// The format of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestFormat {
    /// YAML 1.2, in the block style that people read.
    Yaml,
    /// JSON.
    Json,
}

impl ManifestFormat {
    /// All formats.
    pub const ALL: [Self; 2] = [Self::Yaml, Self::Json];

    /// Returns the name in addresses and forms, which is also the extension of files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
        }
    }

    /// Parses the form of `as_str`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    /// Returns the media type (RFC 9512, RFC 8259).
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Yaml => "application/yaml",
            Self::Json => "application/json",
        }
    }
}

/// Joins manifests into one file for `kubectl apply`: a stream of YAML documents, or a `List`.
pub fn joined(manifests: &[Sensitive], format: ManifestFormat) -> Sensitive {
    let (before, between, after) = match format {
        ManifestFormat::Yaml => ("", "\n---\n", "\n"),
        ManifestFormat::Json => ("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[", ",", "]}\n"),
    };
    let mut pieces = vec![before];
    for (index, manifest) in manifests.iter().enumerate() {
        pieces.extend((index > 0).then_some(between));
        pieces.push(manifest.expose().trim_end());
    }
    pieces.push(after);
    // Allocated once, because a text that grows leaves copies of itself behind.
    Sensitive::new(pieces.concat())
}

/// Returns the Secret with these entries, named like the portal's secret, its data in base64; `None` for a
/// shape that is not a Secret. For Argo CD it has the label by which Argo CD finds its repositories.
pub fn manifest(
    id: &SecretId,
    shape: ExportFormat,
    exported: &Exported,
    namespace: Option<&Namespace>,
    format: ManifestFormat,
) -> Option<Sensitive> {
    let kubernetes_type = shape.kubernetes_type()?;
    let data: Vec<(&str, Sensitive)> =
        exported.iter().map(|(key, value)| (*key, Sensitive::new(STANDARD.encode(value.expose())))).collect();
    let name = id.to_string();
    let label = (shape == ExportFormat::ArgoCd).then_some(("argocd.argoproj.io/secret-type", "repository"));
    Some(match format {
        ManifestFormat::Json => {
            let namespace =
                namespace.map(|name| format!(",\"namespace\":{}", text(name.as_str()))).unwrap_or_default();
            let label = label.map(|(key, value)| format!(",\"labels\":{{{}:{}}}", text(key), text(value)));
            Sensitive::new(format!(
                "{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{{\"name\":{}{namespace}{}}},\"type\":{},\
                 \"data\":{}}}\n",
                text(&name),
                label.unwrap_or_default(),
                text(kubernetes_type),
                object(data.iter().map(|(key, value)| (*key, value))).expose()
            ))
        }
        // Every scalar that is not a literal here is a JSON string, which is valid YAML.
        ManifestFormat::Yaml => {
            let namespace =
                namespace.map(|name| format!("  namespace: {}\n", text(name.as_str()))).unwrap_or_default();
            let label = label.map(|(key, value)| format!("  labels:\n    {key}: {}\n", text(value)));
            let lines = data.iter().map(|(key, value)| format!("  {key}: {}\n", text(value.expose())));
            let lines = zeroize::Zeroizing::new(lines.collect::<Vec<_>>());
            Sensitive::new(format!(
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\n{namespace}{}type: {kubernetes_type}\ndata:\n{}",
                text(&name),
                label.unwrap_or_default(),
                lines.concat()
            ))
        }
    })
}
