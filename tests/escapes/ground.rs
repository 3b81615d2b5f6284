//! A work tree, things outside of it that an attempt may reach for, and the sandbox between them.

use std::fs;
use std::io::{self, Read};
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// The user number of an ordinary user: no entry of a user database is needed.
const ORDINARY: u32 = 1000;

/// In what time an attempt ends.
const PATIENCE: &str = "wall_seconds=60";

/// Who tries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum User {
    /// Who runs the tests.
    Own,
    /// An ordinary user, where the tests are run by root.
    Ordinary,
}

impl User {
    /// Both.
    pub(crate) fn all() -> [Self; 2] {
        [Self::Own, Self::Ordinary]
    }

    /// For names of tests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Own => "by who runs the tests",
            Self::Ordinary => "by user 1000",
        }
    }

    /// Why nothing can be tried as this user.
    pub(crate) fn cannot(self) -> Option<String> {
        let is_root =
            fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        match self {
            Self::Own => None,
            Self::Ordinary if is_root => None,
            Self::Ordinary => Some("only root can be somebody else".to_owned()),
        }
    }
}

/// Where attempts are made.
pub(crate) struct Ground {
    root: tempfile::TempDir,
    user: User,
    variables: Vec<(String, String)>,
    sleepers: Vec<Child>,
}

/// What an attempt said.
pub(crate) struct Probed {
    /// Its status; `None` if a signal ended it or it did not end.
    pub(crate) status: Option<i32>,
    /// What it wrote.
    pub(crate) text: String,
}

/// Names abstract sockets apart.
static COUNT: AtomicU32 = AtomicU32::new(0);

impl Ground {
    /// Makes everything that an attempt may find.
    pub(crate) fn prepare(user: User) -> io::Result<Self> {
        // Not below `/tmp`, which is the command's own.
        let root = tempfile::Builder::new().prefix("ground").tempdir_in("/var/tmp")?;
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755))?;
        let mut ground = Self {
            root,
            user,
            variables: Vec::new(),
            sleepers: Vec::new(),
        };
        ground.work_tree()?;
        ground.outside_files()?;
        ground.listeners()?;
        for name in ["VPID", "VPID2"] {
            let sleeper = ground.as_user("sleep").arg("120").spawn()?;
            ground.variables.push((name.to_owned(), sleeper.id().to_string()));
            ground.sleepers.push(sleeper);
        }
        Ok(ground)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn owned(&self, path: &Path) -> io::Result<()> {
        match self.user {
            User::Own => Ok(()),
            User::Ordinary => chown(path, Some(ORDINARY), Some(ORDINARY)),
        }
    }

    fn put(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.path(name);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(path, text)
    }

    fn work_tree(&mut self) -> io::Result<()> {
        self.put("home/.profile", "")?;
        self.put("ws/file", "text\n")?;
        self.put("ws/src/m.py", "x = 1\n")?;
        self.put("ws/.execpolicy/policy", "deny\n")?;
        self.put(
            "ws/crate/Cargo.toml",
            "[package]\nname = \"c\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n",
        )?;
        self.put("ws/crate/src/main.rs", "fn main() {}\n")?;
        self.variables
            .push(("WS".to_owned(), self.path("ws").display().to_string()));
        self.own_all()?;
        let git = "git init -q . && git add -A && git -c user.email=a@b -c user.name=n commit -qm 1";
        let made = self
            .as_user("bash")
            .args(["-c", git])
            .current_dir(self.path("ws"))
            .status()?;
        if made.success() {
            Ok(())
        } else {
            Err(io::Error::other("git made no repository"))
        }
    }

    fn outside_files(&mut self) -> io::Result<()> {
        for name in [
            "f",
            "f2",
            "f3",
            "rm1",
            "mv1",
            "tr",
            "meta",
            "leak",
            "ssh/id_ed25519",
        ] {
            self.put(&format!("out/{name}"), "original text\n")?;
        }
        self.variables
            .push(("OUT".to_owned(), self.path("out").display().to_string()));
        let file = tempfile::Builder::new().prefix("host").tempfile_in("/tmp")?;
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))?;
        let (_, path) = file.keep().map_err(|kept| kept.error)?;
        self.variables
            .push(("HOSTTMP".to_owned(), path.display().to_string()));
        self.own_all()
    }

    fn own_all(&self) -> io::Result<()> {
        let mut waiting = vec![self.root.path().to_owned()];
        while let Some(path) = waiting.pop() {
            self.owned(&path)?;
            if path.is_dir() {
                for entry in fs::read_dir(&path)? {
                    waiting.push(entry?.path());
                }
            }
        }
        Ok(())
    }

    /// Listeners that live as long as the tests do.
    fn listeners(&mut self) -> io::Result<()> {
        let tcp = TcpListener::bind("127.0.0.1:0")?;
        self.variables
            .push(("TCP".to_owned(), tcp.local_addr()?.port().to_string()));
        thread::spawn(move || {
            for stream in tcp.incoming() {
                drop(stream);
            }
        });
        let udp = UdpSocket::bind("127.0.0.1:0")?;
        self.variables
            .push(("UDP".to_owned(), udp.local_addr()?.port().to_string()));
        let log = self.path("out/udp.log");
        thread::spawn(move || {
            let mut bytes = [0; 64];
            while let Ok(count) = udp.recv(&mut bytes) {
                drop(fs::write(&log, bytes.get(..count).unwrap_or_default()));
            }
        });
        let path = self.path("out/s.sock");
        let named = UnixListener::bind(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777))?;
        self.variables
            .push(("SOCK".to_owned(), path.display().to_string()));
        thread::spawn(move || {
            for stream in named.incoming() {
                drop(stream);
            }
        });
        let name = format!(
            "escapes-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
        self.variables.push(("ABS".to_owned(), name));
        thread::spawn(move || {
            for stream in listener.incoming() {
                drop(stream);
            }
        });
        Ok(())
    }

    /// A command of the user who tries, with the ground's variables and one secret.
    fn as_user(&self, program: &str) -> Command {
        let mut command = match self.user {
            User::Own => Command::new(program),
            User::Ordinary => {
                let mut command = Command::new("setpriv");
                let ordinary = ORDINARY.to_string();
                command.args([
                    "--reuid",
                    &ordinary,
                    "--regid",
                    &ordinary,
                    "--clear-groups",
                    "--",
                    program,
                ]);
                command
            }
        };
        command
            .envs(self.variables.iter().cloned())
            .env("HOME", self.path("home"))
            .env("CANARY_SECRET", "s3cr3t")
            .env_remove("CARGO_TARGET_DIR")
            .env("PATH", path(self.user))
            .stdin(Stdio::null());
        command
    }

    /// Makes an attempt inside, with a descriptor that the launcher was given by mistake.
    ///
    /// Who needs a compiler has the home directory where it is.
    pub(crate) fn confined(&self, probe: &str) -> io::Result<Probed> {
        let names = self
            .variables
            .iter()
            .flat_map(|(name, _)| ["--env".to_owned(), name.clone()]);
        let binary = binary().map_err(io::Error::other)?;
        let launch = "exec 9<>\"$OUT/leak\"; exec \"$@\"";
        let mut child = self
            .as_user("bash")
            .args(["-c", launch, "bash"])
            .arg(binary)
            .args(["sandbox", "--profile", "workspace-write", "--limit", PATIENCE])
            .args(names)
            .args(["--", "bash", "--noprofile", "--norc", "-c", probe])
            .current_dir(self.path("ws"))
            .envs(
                std::env::var_os("HOME")
                    .filter(|_| probe.contains("cargo "))
                    .map(|home| ("HOME", home)),
            )
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let streams = [
            child
                .stdout
                .take()
                .map(|stream| Box::new(stream) as Box<dyn Read + Send>),
            child
                .stderr
                .take()
                .map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        ];
        let readers: Vec<_> = streams
            .into_iter()
            .flatten()
            .map(|mut stream| {
                thread::spawn(move || {
                    let mut bytes = Vec::new();
                    // What was read until the stream broke is what there is.
                    drop(stream.read_to_end(&mut bytes));
                    String::from_utf8_lossy(&bytes).into_owned()
                })
            })
            .collect();
        let status = child.wait()?.code();
        let text = readers
            .into_iter()
            .filter_map(|reader| reader.join().ok())
            .collect();
        Ok(Probed { status, text })
    }

    /// Whether a command outside succeeds.
    pub(crate) fn outside(&self, command: &str) -> io::Result<bool> {
        let mut asked = self.as_user("bash");
        asked
            .args(["-c", command])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(asked.status()?.success())
    }
}

/// The ordinary directories; for who runs the tests also that of the compiler, which may be in a home.
fn path(user: User) -> String {
    let ordinary = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let compiler = Path::new(env!("CARGO")).parent().map(Path::display);
    match (user, compiler) {
        (User::Own, Some(compiler)) => format!("{ordinary}:{compiler}"),
        (User::Own, None) | (User::Ordinary, _) => ordinary.to_owned(),
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        for sleeper in &mut self.sleepers {
            drop(sleeper.kill());
            drop(sleeper.wait());
        }
        if let Some((_, path)) = self.variables.iter().find(|(name, _)| name == "HOSTTMP") {
            drop(fs::remove_file(path));
        }
    }
}

/// The binary under test, where every user can execute it. Copied before any attempt is made: a file that somebody has
/// open for writing, and a process that is being forked has, is not executed.
pub(crate) fn binary() -> Result<&'static Path, String> {
    static COPY: OnceLock<Result<(tempfile::TempDir, PathBuf), String>> = OnceLock::new();
    let copied = COPY.get_or_init(|| {
        let copy = || -> io::Result<(tempfile::TempDir, PathBuf)> {
            let root = tempfile::Builder::new().prefix("binary").tempdir_in("/var/tmp")?;
            fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755))?;
            let path = root.path().join("execpolicy");
            fs::copy(env!("CARGO_BIN_EXE_execpolicy"), &path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
            Ok((root, path))
        };
        copy().map_err(|error| error.to_string())
    });
    copied
        .as_ref()
        .map(|(_, path)| path.as_path())
        .map_err(Clone::clone)
}
