//! The configuration of property tests of all formats.

use proptest::test_runner::Config as ProptestConfig;

/// Returns a configuration with so many cases of a property, or with as many as `PROPTEST_CASES` asks for.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    // Of very many cases, very many do not qualify.
    let any = ProptestConfig {
        failure_persistence: None,
        max_local_rejects: u32::MAX,
        max_global_rejects: u32::MAX,
        ..ProptestConfig::default()
    };
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    if asked { any } else { ProptestConfig { cases: usual, ..any } }
}
