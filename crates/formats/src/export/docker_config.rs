//! Writes an image-pull secret as a docker config.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    secret::{Password, RegistryHost, Username},
    sensitive::Sensitive,
};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Returns a docker config with one registry, as `kubectl create secret docker-registry` makes it: with
/// `username` and `password`, and with both in `auth` (base64 of `username:password`), because some readers
/// know only one of the two forms.
pub fn docker_config_json(host: &RegistryHost, username: &Username, password: &Password) -> Sensitive {
    let pair = Zeroizing::new(format!("{}:{}", username.as_str(), password.value().expose()));
    let auth = Sensitive::new(STANDARD.encode(pair.as_bytes()));
    let entry = BTreeMap::from([
        ("auth", auth.expose()),
        ("password", password.value().expose()),
        ("username", username.as_str()),
    ]);
    let config = BTreeMap::from([("auths", BTreeMap::from([(host.as_str(), entry)]))]);
    // Maps of texts always serialize.
    Sensitive::new(serde_json::to_string(&config).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::process::Command;

    /// Returns kubectl's own config for the same input; `--dry-run=client` asks no cluster.
    fn by_kubectl(host: &str, username: &str, password: &str) -> Value {
        let output = Command::new("kubectl")
            .args(["create", "secret", "docker-registry", "x", "--dry-run=client", "-o", "json"])
            .arg(format!("--docker-server={host}"))
            .arg(format!("--docker-username={username}"))
            .arg(format!("--docker-password={password}"))
            .output()
            .expect("kubectl is missing: apt-get install kubernetes-client");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let secret: Value = serde_json::from_slice(&output.stdout).unwrap();
        let data = secret["data"][".dockerconfigjson"].as_str().unwrap();
        serde_json::from_slice(&STANDARD.decode(data).unwrap()).unwrap()
    }

    #[test]
    fn docker_config_json_equals_kubectls() {
        for (host, username, password) in [
            ("ghcr.io", "robot", "pw"),
            ("docker.io", "ana", "dckr_pat_x"),
            ("reg.example:5000", "robot$group+ci", "a:b:c"),
            ("[::1]:5000", "u", " \"quoted\" and \\ back "),
            ("reg.example", "ü", "pä🔑ß</script>&<>"),
            ("reg.example", "_json_key", "{\n\"type\": \"service_account\"\n}"),
        ] {
            assert_same(host, username, password);
        }
    }

    /// Characters that are awkward in JSON, base64 or a command line, in every order.
    #[test]
    fn docker_config_json_equals_kubectls_for_awkward_passwords() {
        let parts = [
            "\"", "\\", ":", "🔑", " ", "\u{7f}", "\u{2028}", "\n", "\t", "\u{1}", "'", "$(x)", "=", "é", "/",
        ];
        for turn in 0..parts.len() {
            let password: String = parts.iter().cycle().skip(turn).take(2 + turn).copied().collect();
            assert_same("reg.example", "robot", &password);
        }
    }

    fn assert_same(host: &str, username: &str, password: &str) {
        let host = RegistryHost::parse(host).unwrap().host;
        let ours = docker_config_json(
            &host,
            &Username::parse(username).unwrap(),
            &Password::parse(Sensitive::new(password)).unwrap(),
        );
        let ours: Value = serde_json::from_str(ours.expose()).unwrap();
        assert_eq!(ours, by_kubectl(host.as_str(), username, password), "{host:?}");
    }
}
