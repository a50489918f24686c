//! Looking at a data folder without starting or creating anything.

use crate::{PrivatePostgres, process::is_ready, programs::Programs};
use std::{
    fs::{self, File},
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A cluster, as its folder shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub folder: PathBuf,
    /// The version of PostgreSQL that made it.
    pub version: String,
    /// The permissions of its folder.
    pub mode: u32,
    pub runs: bool,
    /// The reason why no installed programs fit; looked for only while it does not run.
    pub unusable: Option<String>,
}

/// Returns the cluster in `data_dir`, or `None` without one.
///
/// Errors: the folder cannot be looked into.
pub fn find(data_dir: &Path) -> io::Result<Option<Cluster>> {
    let folder = data_dir.join("postgres");
    let read = fs::metadata(&folder)
        .and_then(|data| Ok((data.permissions().mode(), fs::read_to_string(folder.join("PG_VERSION"))?)));
    let (mode, version) = match read {
        Ok(read) => read,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let runs = runs(&folder);
    let unusable =
        if runs { None } else { Programs::find(&folder, None).err().map(|error| error.to_string()) };
    Ok(Some(Cluster { folder, version: version.trim().to_owned(), mode: mode & 0o7777, runs, unusable }))
}

impl PrivatePostgres {
    /// Returns the server that another process runs in `data_dir`, or `None` if none runs. Starts nothing.
    ///
    /// Errors: the folder cannot be opened.
    pub fn running(data_dir: &Path) -> io::Result<Option<Self>> {
        let folder = data_dir.join("postgres");
        if !runs(&folder) {
            return Ok(None);
        }
        let entrance = Arc::new(File::open(&folder)?);
        Ok(Some(Self { folder, entrance, owned: None }))
    }
}

/// Returns whether a server is ready in the folder, and its process is alive: a killed one leaves its file behind.
fn runs(folder: &Path) -> bool {
    let state = fs::read_to_string(folder.join("postmaster.pid")).unwrap_or_default();
    let process = state.lines().next().and_then(|line| line.trim().parse::<u32>().ok());
    process.is_some_and(|id| is_ready(folder, Some(id)) && Path::new(&format!("/proc/{id}")).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find_tells_a_cluster_from_none_and_a_killed_server_from_a_running_one() {
        let data = std::env::temp_dir().join(format!("latchkey-cluster-{}", std::process::id()));
        assert_eq!(find(&data).unwrap(), None);
        let folder = data.join("postgres");
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o750)).unwrap();
        assert_eq!(find(&data).unwrap(), None);
        fs::write(folder.join("PG_VERSION"), "9\n").unwrap();
        let cluster = find(&data).unwrap().unwrap();
        assert_eq!((cluster.version.as_str(), cluster.mode, cluster.runs), ("9", 0o750, false));
        assert!(cluster.unusable.is_some());
        // The number of a process that no system gives out.
        let state = |id: u32| format!("{id}\n/data\n0\n5432\n/data\n\n0\nready   \n");
        fs::write(folder.join("postmaster.pid"), state(4_194_305)).unwrap();
        assert!(!find(&data).unwrap().unwrap().runs);
        fs::write(folder.join("postmaster.pid"), state(std::process::id())).unwrap();
        assert!(find(&data).unwrap().unwrap().runs);
        assert!(PrivatePostgres::running(&data).unwrap().is_some());
        fs::remove_dir_all(data).unwrap();
    }
}
