//! The Kubernetes Secret that `kubectl apply` takes.

use super::{Shaped, object, text};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    secret::{SecretId, Shape},
    sensitive::Sensitive,
};

/// In what a manifest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestFormat {
    /// YAML 1.2, in the block style that people read.
    Yaml,
    /// JSON.
    Json,
}

/// The Secret with these entries, named like the portal's secret, its data in base64; `None` for a shape that is no Secret.
/// For Argo CD it bears the label by which that finds its repositories.
pub fn manifest(
    id: &SecretId,
    shape: Shape,
    shaped: &Shaped,
    namespace: Option<&str>,
    format: ManifestFormat,
) -> Option<Sensitive> {
    let kubernetes_type = shape.kubernetes_type()?;
    let data: Vec<(&str, Sensitive)> =
        shaped.iter().map(|(key, value)| (*key, Sensitive::new(STANDARD.encode(value.expose())))).collect();
    let name = id.to_string();
    let labels: &[(&str, &str)] = match shape {
        Shape::ArgoCd => &[("argocd.argoproj.io/secret-type", "repository")],
        _ => &[],
    };
    Some(match format {
        ManifestFormat::Json => {
            let data = object(data.iter().map(|(key, value)| (*key, value)));
            let mut metadata = format!("{{\"name\":{}", text(&name));
            if let Some(namespace) = namespace {
                metadata.push_str(&format!(",\"namespace\":{}", text(namespace)));
            }
            if !labels.is_empty() {
                let labels: Vec<String> =
                    labels.iter().map(|(key, value)| format!("{}:{}", text(key), text(value))).collect();
                metadata.push_str(&format!(",\"labels\":{{{}}}", labels.join(",")));
            }
            metadata.push('}');
            Sensitive::new(format!(
                "{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{metadata},\"type\":{},\"data\":{}}}\n",
                text(kubernetes_type),
                data.expose()
            ))
        }
        ManifestFormat::Yaml => {
            // Every scalar that is not a fixed word is a JSON string, which YAML reads as it stands.
            let mut yaml = format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\n", text(&name));
            if let Some(namespace) = namespace {
                yaml.push_str(&format!("  namespace: {}\n", text(namespace)));
            }
            if !labels.is_empty() {
                yaml.push_str("  labels:\n");
                for (key, value) in labels {
                    yaml.push_str(&format!("    {key}: {}\n", text(value)));
                }
            }
            yaml.push_str(&format!("type: {kubernetes_type}\ndata:\n"));
            let lines: Vec<String> =
                data.iter().map(|(key, value)| format!("  {key}: {}\n", text(value.expose()))).collect();
            let lines = zeroize::Zeroizing::new(lines);
            Sensitive::new(format!("{yaml}{}", lines.concat()))
        }
    })
}
