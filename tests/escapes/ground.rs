//! A work tree, things outside of it that an attempt may reach for, and the sandbox between them.

use std::fs;
use std::io;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use super::binary::binary;
use super::heard::{Heard, hear};
use super::user::User;

/// In what time an attempt ends.
const PATIENCE: &str = "wall_seconds=60";

/// Where attempts are made.
pub(crate) struct Ground {
    root: tempfile::TempDir,
    user: User,
    variables: Vec<(String, String)>,
    sleepers: Vec<Child>,
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
        self.user.own(self.root.path())?;
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
        self.user.own(self.root.path())
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
        let mut command = self.user.command(program);
        command
            .envs(self.variables.iter().cloned())
            .env("HOME", self.path("home"))
            .env("CANARY_SECRET", "s3cr3t");
        command
    }

    /// Makes an attempt inside, with a descriptor that the launcher was given by mistake.
    ///
    /// Who needs a compiler has the home directory where it is.
    pub(crate) fn confined(&self, probe: &str) -> io::Result<Heard> {
        hear(&mut self.launch(&[], &[], probe)?)
    }

    /// As [`Ground::confined`], where bubblewrap lets no namespaces be made and the lower tier is accepted; also the
    /// protections that the report says are not kept.
    pub(crate) fn confined_less(&self, probe: &str) -> io::Result<(Heard, Vec<String>)> {
        let outer = [
            "bwrap",
            "--dev-bind",
            "/",
            "/",
            "--unshare-user",
            "--disable-userns",
        ];
        let report = self.path("out/report.json");
        let report = report.display().to_string();
        let accept = ["--accept-tier", "landlock", "--report", report.as_str()];
        let heard = hear(&mut self.launch(&outer, &accept, probe)?)?;
        let text = fs::read_to_string(&report).unwrap_or_default();
        let told: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let holes = told
            .pointer("/enforcement/holes")
            .and_then(serde_json::Value::as_array);
        let names = holes
            .into_iter()
            .flatten()
            .filter_map(|hole| hole.get("protection")?.as_str());
        Ok((heard, names.map(ToOwned::to_owned).collect()))
    }

    /// The launcher, in another program where one is named, with these options.
    fn launch(&self, outer: &[&str], options: &[&str], probe: &str) -> io::Result<Command> {
        let names = self
            .variables
            .iter()
            .flat_map(|(name, _)| ["--env".to_owned(), name.clone()]);
        let binary = binary().map_err(io::Error::other)?;
        let launch = "exec 9<>\"$OUT/leak\"; exec \"$@\"";
        let mut command = self.as_user("bash");
        command
            .args(["-c", launch, "bash"])
            .args(outer)
            .arg(binary)
            .args(["sandbox", "--profile", "workspace-write", "--limit", PATIENCE])
            .args(options)
            .args(names)
            .args(["--", "bash", "--noprofile", "--norc", "-c", probe])
            .current_dir(self.path("ws"))
            .envs(
                std::env::var_os("HOME")
                    .filter(|_| probe.contains("cargo "))
                    .map(|home| ("HOME", home)),
            );
        Ok(command)
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
