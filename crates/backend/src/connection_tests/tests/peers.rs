//! The peers of the tests here and of the server's: Debian's `docker-registry` and `openssh-server`, in folders of
//! their own, on free ports, stopped with the test.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

pub(crate) const USER: &str = "robot$ci";
pub(crate) const PASSWORD: &str = "PLANTED-4d1f:pä\"ss-9b7c";

/// A folder that is deleted with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("latchkey-peers-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A program that is stopped with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Runs a program to its end, in this folder.
pub(crate) fn run(folder: &Path, package: &str, program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|_| panic!("{program} is missing: apt-get install {package}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn started(package: &str, command: &mut Command, port: u16) -> Running {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut running = Running(child.unwrap_or_else(|_| panic!("missing: apt-get install {package}")));
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(running.0.try_wait().unwrap().is_none(), "{package} ended at once");
        assert!(began.elapsed() < Duration::from_secs(20), "{package} does not answer");
        std::thread::sleep(Duration::from_millis(20));
    }
    running
}

/// A certificate authority, and certificates by it.
pub(crate) struct Authority(Folder);

impl Authority {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let new =
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
        let names = ["-subj", "/CN=Tests", "-keyout", "ca.key", "-out", "ca.pem"];
        run(&folder.0, "openssl", "openssl", &[&new[..], &names].concat());
        Self(folder)
    }

    /// Returns a certificate for this name, valid for this number of days; negative for an expired certificate.
    pub(crate) fn sign(&self, folder: &Folder, name: &str, days: i32) -> (PathBuf, PathBuf) {
        let (key, certificate) = (folder.join("tls.key"), folder.join("tls.pem"));
        let extensions =
            folder.write("tls.ext", format!("subjectAltName={name}\nextendedKeyUsage=serverAuth\n"));
        let path = |path: &Path| path.display().to_string();
        let request = path(&folder.join("tls.csr"));
        let new =
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=peer"];
        run(
            &self.0.0,
            "openssl",
            "openssl",
            &[&new[..], &["-keyout", &path(&key), "-out", &request]].concat(),
        );
        let sign = ["x509", "-req", "-in", &request, "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "7"];
        let end = ["-extfile", &path(&extensions), "-out", &path(&certificate), "-days", &days.to_string()];
        run(&self.0.0, "openssl", "openssl", &[&sign[..], &end].concat());
        (key, certificate)
    }

    /// Returns the authority's own certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.0.join("ca.pem")
    }
}

/// The access control of the registry.
pub(crate) enum Guard<'a> {
    Nobody,
    Basic,
    /// Tokens from this realm, signed with the key of this certificate.
    Token {
        realm: &'a str,
        certificate: &'a Path,
    },
}

pub(crate) struct Registry {
    pub(crate) port: u16,
    folder: Folder,
    _running: Running,
}

impl Registry {
    pub(crate) fn start(guard: &Guard<'_>, tls: Option<(&Authority, &str, i32)>) -> Self {
        let folder = Folder::new();
        let files = tls.map(|(authority, name, days)| authority.sign(&folder, name, days));
        Self::start_in(folder, guard, files.as_ref().map(|(key, certificate)| (key, certificate)))
    }

    /// Starts a registry with this key and certificate.
    pub(crate) fn start_with(guard: &Guard<'_>, tls: Option<(&PathBuf, &PathBuf)>) -> Self {
        Self::start_in(Folder::new(), guard, tls)
    }

    fn start_in(folder: Folder, guard: &Guard<'_>, tls: Option<(&PathBuf, &PathBuf)>) -> Self {
        let port = free_port();
        let auth = match guard {
            Guard::Nobody => String::new(),
            Guard::Basic => {
                let line = run(&folder.0, "apache2-utils", "htpasswd", &["-Bbn", "-C", "5", USER, PASSWORD]);
                let file = folder.write("htpasswd", line);
                format!("auth:\n  htpasswd:\n    realm: tests\n    path: {}\n", file.display())
            }
            Guard::Token { realm, certificate } => format!(
                "auth:\n  token:\n    realm: {realm}\n    service: registry of tests\n    issuer: tests\n    \
                 rootcertbundle: {}\n",
                certificate.display()
            ),
        };
        let tls = tls.map_or_else(String::new, |(key, certificate)| {
            format!("  tls:\n    certificate: {}\n    key: {}\n", certificate.display(), key.display())
        });
        let root = folder.join("storage");
        let config = folder.write(
            "config.yml",
            format!(
                "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  \
                 addr: 127.0.0.1:{port}\n  secret: tests\n{tls}{auth}",
                root.display()
            ),
        );
        let mut command = Command::new("docker-registry");
        let running = started("docker-registry", command.arg("serve").arg(config), port);
        Self { port, folder, _running: running }
    }

    /// Stores an image, in the layout of the registry's disk.
    pub(crate) fn put(&self, name: &str, tag: &str) {
        const CONFIG: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        let manifest = format!(
            "{{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"config\":\
             {{\"mediaType\":\"application/vnd.docker.container.image.v1+json\",\"size\":2,\"digest\":\"{CONFIG}\"}},\
             \"layers\":[]}}"
        );
        self.folder.write("manifest", &manifest);
        let sum = run(&self.folder.0, "coreutils", "sha256sum", &["manifest"]);
        let hex = String::from_utf8(sum).unwrap()[..64].to_owned();
        let base = "storage/docker/registry/v2";
        self.folder.write(&format!("{base}/blobs/sha256/{}/{hex}/data", &hex[..2]), &manifest);
        for place in [
            format!("revisions/sha256/{hex}"),
            format!("tags/{tag}/current"),
            format!("tags/{tag}/index/sha256/{hex}"),
        ] {
            let link = format!("{base}/repositories/{name}/_manifests/{place}/link");
            self.folder.write(&link, format!("sha256:{hex}"));
        }
    }
}

/// OpenSSL's own server, which answers each request with a page.
pub(crate) struct TlsServer {
    pub(crate) port: u16,
    _running: Running,
}

impl TlsServer {
    pub(crate) fn start(key: &Path, certificate: &Path, options: &[&str]) -> Self {
        let port = free_port();
        let mut command = Command::new("openssl");
        command.args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}")]);
        command.arg("-key").arg(key).arg("-cert").arg(certificate).args(options);
        Self { port, _running: started("openssl", &mut command, port) }
    }
}

/// An SSH server that allows one key nothing but Git.
pub(crate) struct GitServer {
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) folder: Folder,
    /// Further lines of its configuration, from the next `restart` on.
    pub(crate) options: String,
    running: Option<Running>,
}

pub(crate) const HOST_KEYS: [&str; 3] = ["ed25519", "ecdsa", "rsa"];

impl GitServer {
    pub(crate) fn start() -> Self {
        let folder = Folder::new();
        let user = String::from_utf8(run(&folder.0, "coreutils", "id", &["-un"])).unwrap().trim().to_owned();
        let mut server = Self { port: free_port(), user, folder, options: String::new(), running: None };
        server.new_host_keys();
        let git = |arguments: &[&str]| run(&server.folder.0, "git", "git", arguments);
        git(&["init", "-q", "--bare", "-b", "trunk", "repo.git"]);
        git(&["init", "-q", "--bare", "empty.git"]);
        git(&["init", "-q", "-b", "trunk", "work"]);
        let identity = ["-C", "work", "-c", "user.name=t", "-c", "user.email=t@example.com"];
        git(&[&identity[..], &["commit", "-q", "--allow-empty", "-m", "first"]].concat());
        git(&[&identity[..], &["tag", "-m", "one", "v1"]].concat());
        git(&["-C", "work", "branch", "other"]);
        git(&["-C", "work", "push", "-q", "--all", "../repo.git"]);
        git(&["-C", "work", "push", "-q", "--tags", "../repo.git"]);
        server.folder.write("authorized_keys", "");
        server.restart();
        server
    }

    /// Generates new host keys.
    pub(crate) fn new_host_keys(&self) {
        for kind in HOST_KEYS {
            for end in ["", ".pub"] {
                drop(fs::remove_file(self.folder.join(&format!("host_{kind}{end}"))));
            }
            let file = format!("host_{kind}");
            run(
                &self.folder.0,
                "openssh-client",
                "ssh-keygen",
                &["-q", "-t", kind, "-N", "", "-C", "", "-f", &file],
            );
        }
    }

    pub(crate) fn restart(&mut self) {
        self.running = None;
        // The folder in which sshd keeps nothing but which it requires.
        drop(fs::create_dir_all("/run/sshd"));
        let folder = self.folder.0.display();
        let keys = HOST_KEYS
            .iter()
            .map(|kind| format!("HostKey {folder}/host_{kind}\n"))
            .collect::<Vec<_>>()
            .concat();
        let config = self.folder.write(
            "sshd_config",
            format!(
                "ListenAddress 127.0.0.1:{}\n{keys}PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n\
                 KbdInteractiveAuthentication no\nPermitRootLogin forced-commands-only\nLogLevel DEBUG\n\
                 AuthorizedKeysFile {folder}/authorized_keys\nMaxStartups 50\n{}",
                self.port, self.options
            ),
        );
        let mut command = Command::new("/usr/sbin/sshd");
        command.args(["-D", "-E"]).arg(self.folder.join("sshd.log")).arg("-f").arg(config);
        self.running = Some(started("openssh-server", &mut command, self.port));
    }

    /// Returns the authentication requests so far, from the server's log.
    pub(crate) fn logins(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.join("sshd.log")).unwrap();
        log.lines().filter(|line| line.contains("userauth-request")).map(str::to_owned).collect()
    }

    /// Generates a key of this type and form, and authorizes it. Returns the private half.
    pub(crate) fn key(&self, name: &str, arguments: &[&str], let_in: bool) -> String {
        let make = [&["-q", "-N", "", "-C", "tests", "-f", name][..], arguments].concat();
        run(&self.folder.0, "openssh-client", "ssh-keygen", &make);
        let public = fs::read_to_string(self.folder.join(&format!("{name}.pub"))).unwrap();
        if let_in {
            self.let_in(&public);
        }
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// Authorizes the public half of a key.
    pub(crate) fn let_in(&self, public: &str) {
        let all = fs::read_to_string(self.folder.join("authorized_keys")).unwrap();
        let command = "restrict,command=\"git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"\"";
        self.folder.write("authorized_keys", format!("{all}{command} {}\n", public.trim()));
    }

    /// Returns the address of a repository of this server.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("ssh://{}@127.0.0.1:{}{}/{path}", self.user, self.port, self.folder.0.display())
    }

    /// Returns the server's keys, as `ssh-keyscan` writes them.
    pub(crate) fn known_hosts(&self) -> String {
        let line = |kind: &&str| {
            let public = fs::read_to_string(self.folder.join(&format!("host_{kind}.pub"))).unwrap();
            format!("[127.0.0.1]:{} {}\n", self.port, public.trim())
        };
        HOST_KEYS.iter().map(line).collect::<Vec<_>>().concat()
    }

    /// Returns the fingerprint of a host key, as `ssh-keygen -lf` prints it.
    pub(crate) fn fingerprint(&self, kind: &str) -> String {
        let file = format!("host_{kind}.pub");
        let said = run(&self.folder.0, "openssh-client", "ssh-keygen", &["-lf", &file]);
        String::from_utf8(said).unwrap().split(' ').nth(1).unwrap().to_owned()
    }
}
