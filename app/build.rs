//! Compiles the texts of the pages to Rust, for the server's half alone.

#[cfg(not(feature = "ssr"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}

#[cfg(feature = "ssr")]
fn main() -> std::process::ExitCode {
    use catalogue::{Language, Languages};
    use std::{path::Path, process::ExitCode};

    println!("cargo::rerun-if-changed=texts");
    let languages = Languages {
        first: Language { folder: "en", variant: "English", between_lines: " " },
        others: &[Language { folder: "zh-Hant", variant: "TraditionalChinese", between_lines: "" }],
        pseudo: "Pseudo",
    };
    let module = match catalogue::compile(Path::new("texts"), languages) {
        Ok(module) => module,
        Err(mistakes) => {
            for mistake in mistakes {
                println!("cargo::error=app/texts/{mistake}");
            }
            return ExitCode::FAILURE;
        }
    };
    #[expect(clippy::disallowed_methods, reason = "the folder that Cargo gives to build scripts")]
    let written =
        std::env::var_os("OUT_DIR").map(|out| std::fs::write(Path::new(&out).join("texts.rs"), module));
    match written {
        Some(Ok(())) => ExitCode::SUCCESS,
        other => {
            println!("cargo::error=the texts could not be written: {other:?}");
            ExitCode::FAILURE
        }
    }
}
