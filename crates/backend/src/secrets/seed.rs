//! Made-up secrets for benchmarks.

use domain::{
    secret::{
        Credential, DisplayName, NewSecret, Password, PrivateKeyText, RegistryHost, SecretName, Username,
    },
    sensitive::Sensitive,
};

const BATCH: u32 = 1_000;

/// A key that opens nothing.
const KEY: &str = include_str!("seed_key");

const TEAMS: [&str; 12] = [
    "vision", "speech", "search", "ranking", "fraud", "pricing", "maps", "ads", "support", "risk", "growth",
    "platform",
];

const REGISTRIES: [&str; 5] =
    ["ghcr.io", "registry.gitlab.com", "quay.io", "docker.io", "harbor.example:5000"];

/// `count` secrets, half of each kind, a thousand at a time. The same count gives the same names.
pub(super) fn batches(count: u32) -> impl Iterator<Item = Vec<NewSecret>> {
    (0..count)
        .step_by(BATCH as usize)
        .map(move |start| (start..(start + BATCH).min(count)).filter_map(secret).collect())
}

fn secret(number: u32) -> Option<NewSecret> {
    let team = TEAMS.get(number as usize / 2 % TEAMS.len())?;
    let registry = REGISTRIES.get(number as usize / 2 % REGISTRIES.len())?;
    let (what, credential) = if number.is_multiple_of(2) {
        ("dataset", Credential::GitDataset { private_key: PrivateKeyText::parse(&Sensitive::new(KEY)).ok()? })
    } else {
        let credential = Credential::ImagePull {
            host: RegistryHost::parse(registry).ok()?.host,
            username: Username::parse(&format!("robot-{team}")).ok()?,
            password: Password::parse(Sensitive::new(format!("made-up-{number}"))).ok()?,
        };
        ("images", credential)
    };
    Some(NewSecret {
        settings: domain::check::CheckSettings::default(),
        name: SecretName::parse(&format!("{team}-{what}-{number:06}")).ok()?,
        display_name: DisplayName::parse(&format!("Team {team}: {what} {number}")).ok()?,
        credential,
        knowingly: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_asked_for() {
        let count = |count| batches(count).map(|batch| batch.len()).sum::<usize>();
        assert_eq!([count(0), count(1), count(999), count(1_001), count(2_500)], [0, 1, 999, 1_001, 2_500]);
    }
}
