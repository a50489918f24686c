//! What the tests of all formats begin with.

use proptest::test_runner::Config as ProptestConfig;

/// Returns a configuration for so many cases of a property, or for as many as `PROPTEST_CASES` asks for.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    // Of very many, very many are none of what is looked for.
    let any = ProptestConfig {
        failure_persistence: None,
        max_local_rejects: u32::MAX,
        max_global_rejects: u32::MAX,
        ..ProptestConfig::default()
    };
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    if asked { any } else { ProptestConfig { cases: usual, ..any } }
}
