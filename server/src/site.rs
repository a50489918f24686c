//! The built assets: their folder and their names.

use app::ssr::Assets;
use cli::environment;
use leptos::config::LeptosOptions;
use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// The name of the application in the names of its assets.
const NAME: &str = "latchkey";

/// The file beside the binary, written by cargo-leptos, with the hashes in the assets' names.
const HASH_FILE: &str = "hash.txt";

/// The site that was built with this binary.
pub struct Site {
    pub options: LeptosOptions,
    pub assets: Assets,
    /// Whether every file exists that pages ask for.
    pub complete: bool,
}

impl Site {
    /// Finds the site beside the binary (`target/release/latchkey` and `target/site`), or at
    /// `LEPTOS_SITE_ROOT`, which cargo-leptos sets while it watches.
    pub fn find(addr: SocketAddr) -> Self {
        let folder =
            env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned)).unwrap_or_default();
        let root = environment::variable("LEPTOS_SITE_ROOT")
            .map(PathBuf::from)
            .into_iter()
            .chain([folder.join("site"), folder.join("../site"), PathBuf::from("target/site")])
            .find(|root| root.join("pkg").is_dir())
            .unwrap_or_else(|| PathBuf::from("target/site"));
        let options = LeptosOptions::builder()
            .output_name(NAME)
            .site_root(root.to_string_lossy().into_owned())
            .site_addr(addr)
            .build();
        let hashes = fs::read_to_string(folder.join(HASH_FILE)).unwrap_or_default();
        let assets = assets(&root.join("pkg"), &hashes);
        let missing: Vec<&str> = [&assets.css, &assets.js, &assets.wasm]
            .into_iter()
            .map(|address| address.trim_start_matches('/'))
            .filter(|file| !root.join(file).is_file())
            .collect();
        if !missing.is_empty() {
            tracing::error!(
                folder = %root.display(),
                missing = missing.join(", "),
                "the built site is incomplete: pages have neither style nor script, and /readyz says so. The folder `site` \
                 and the file hash.txt belong beside the binary"
            );
        }
        Self { complete: missing.is_empty(), assets, options }
    }
}

/// Returns the addresses of the assets. A hash counts only if its file exists: while watching, there are no
/// hashes.
fn assets(pkg: &Path, hashes: &str) -> Assets {
    let stamped = |key: &str, extension: &str| {
        let found = hashes.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name.trim() == key).then(|| value.trim())
        })?;
        let file = format!("{NAME}.{found}.{extension}");
        pkg.join(&file).exists().then_some(file)
    };
    let plain = |extension: &str| {
        let bindgen = format!("{NAME}_bg.{extension}");
        if pkg.join(&bindgen).exists() { bindgen } else { format!("{NAME}.{extension}") }
    };
    let address = |key: &str, extension: &str| {
        format!("/pkg/{}", stamped(key, extension).unwrap_or_else(|| plain(extension)))
    };
    Assets { css: address("css", "css"), js: address("js", "js"), wasm: address("wasm", "wasm") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_use_a_hash_only_if_its_file_exists() {
        let folder = env::temp_dir().join(format!("latchkey-site-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("latchkey.abc.js"), "").unwrap();
        let found = assets(&folder, "js: abc\nwasm: def\n");
        assert_eq!(found.js, "/pkg/latchkey.abc.js");
        assert_eq!(found.wasm, "/pkg/latchkey.wasm");
        assert_eq!(found.css, "/pkg/latchkey.css");
        fs::remove_dir_all(&folder).unwrap();
    }
}
