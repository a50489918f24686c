//! Compiles the texts of the pages and the documents in docs/ to Rust, for the server's half alone.

#[cfg(not(feature = "ssr"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}

#[cfg(feature = "ssr")]
fn main() -> std::process::ExitCode {
    use catalogue::{Language, Languages};
    use std::{path::Path, process::ExitCode};

    println!("cargo::rerun-if-changed=texts");
    for documents in ["docs", "README.md", "CHANGELOG.md", "SECURITY.md"] {
        println!("cargo::rerun-if-changed=../{documents}");
    }
    let languages = Languages {
        first: Language { folder: "en", variant: "English", between_lines: " " },
        others: &[Language { folder: "zh-Hant", variant: "TraditionalChinese", between_lines: "" }],
        pseudo: "Pseudo",
    };
    let texts = catalogue::compile(Path::new("texts"), languages)
        .map_err(|mistakes| mistakes.into_iter().map(|mistake| format!("app/texts/{mistake}")).collect());
    let documents = documentation::compile(Path::new(".."));
    let failed = [write("texts.rs", texts), write("documents.rs", documents)].contains(&false);
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Writes a module into the folder that Cargo gives to build scripts; reports mistakes, and returns whether there were none.
#[cfg(feature = "ssr")]
fn write(name: &str, module: Result<String, Vec<String>>) -> bool {
    let written = module.and_then(|module| {
        #[expect(clippy::disallowed_methods, reason = "the folder that Cargo gives to build scripts")]
        let out = std::env::var_os("OUT_DIR").unwrap_or_default();
        std::fs::write(std::path::Path::new(&out).join(name), module)
            .map_err(|error| vec![format!("{name} could not be written: {error}")])
    });
    for mistake in written.as_ref().err().into_iter().flatten() {
        println!("cargo::error={mistake}");
    }
    written.is_ok()
}
