//! What this host enforces: each promise of the sandbox tried, and what would raise the tier.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sandbox::{
    Command, Host, Layer, Limits, Namespaces, Network, Plan, Profile, Protection, Status, Stream, Tier, plan,
};
use serde::Serialize;

/// What was found about this host.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Examination {
    /// The tier that was reached, as the attempts prove it.
    pub tier: &'static str,
    /// Layer by layer: how it is, and what would make it whole.
    pub layers: Vec<LayerFinding>,
    /// What was tried.
    pub attempts: Vec<Attempt>,
}

/// One layer of the sandbox on this host.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerFinding {
    /// Its name.
    pub layer: &'static str,
    /// How it is, in words.
    pub state: String,
    /// What would make it whole: a setting of the kernel, or a newer one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// One promise, tried.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The promise.
    pub promise: &'static str,
    /// Whether it was kept.
    pub result: AttemptResult,
    /// Why it was not kept, or not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How an attempt went.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AttemptResult {
    /// The promise was kept.
    Kept,
    /// It was broken.
    Broken,
    /// This tier does not make it, or the host has no means to try it.
    NotTried,
}

/// A promise, and the script that breaks it if it can: it exits with 0 if it was broken.
struct Try {
    promise: &'static str,
    protection: Protection,
    script: &'static str,
}

/// What is tried. `OUT` is a directory outside, `KEY` a hidden file, `PORT` a port that this process listens on, `PID` this
/// process.
const TRIES: &[Try] = &[
    Try {
        promise: "files outside the writable directories stay as they are",
        protection: Protection::Writes,
        script: ": > \"$OUT/made\"",
    },
    Try {
        promise: "modes of files outside stay as they are",
        protection: Protection::Attributes,
        script: "chmod 0700 \"$OUT/file\"",
    },
    Try {
        promise: "what is protected inside a writable directory stays as it is",
        protection: Protection::Protected,
        script: ": > .git/made || mv .git moved",
    },
    Try {
        promise: "what is hidden is not read",
        protection: Protection::Hidden,
        script: "cat \"$KEY\"",
    },
    Try {
        promise: "/tmp is the command's own",
        protection: Protection::Scratch,
        script: "test -e \"$TMPFILE\"",
    },
    Try {
        promise: "the host's loopback is not reached",
        protection: Protection::Network,
        script: "exec 3<>\"/dev/tcp/127.0.0.1/$PORT\"",
    },
    Try {
        promise: "other processes are not seen",
        protection: Protection::Processes,
        script: "test \"$(readlink /proc/$PID/exe)\" = \"$EXE\"",
    },
    Try {
        promise: "no namespaces are made inside",
        protection: Protection::SystemCalls,
        script: "unshare -U true",
    },
    Try {
        promise: "no privileges are had, and none are gained",
        protection: Protection::Privileges,
        script: "grep -qE '^Cap(Eff|Prm|Bnd):.0*[1-9a-f]|^NoNewPrivs:.0' /proc/self/status",
    },
];

/// Tries every promise on this host, with a few short commands in directories of its own.
///
/// # Errors
/// Where no directories can be made to try it in.
pub fn examine(host: &Host) -> io::Result<Examination> {
    let ground = Ground::make()?;
    let mut attempts: Vec<Attempt> = TRIES.iter().map(|one| ground.attempt(one, host)).collect();
    attempts.push(ground.survival(host));
    let is_broken = attempts
        .iter()
        .any(|attempt| attempt.result == AttemptResult::Broken);
    let tier = if is_broken { Tier::None } else { host.tier() };
    Ok(Examination {
        tier: tier.name(),
        layers: layers(host),
        attempts,
    })
}

impl Examination {
    /// Whether the host keeps everything.
    pub fn is_full(&self) -> bool {
        self.tier == Tier::Full.name()
    }
}

/// Directories to try things in.
struct Ground {
    root: PathBuf,
    temporary: PathBuf,
    listener: Option<std::net::TcpListener>,
}

impl Ground {
    fn make() -> io::Result<Self> {
        // Not below `/tmp`, which is the command's own.
        let name = format!("execpolicy-doctor-{}", std::process::id());
        let root = Path::new("/var/tmp").join(&name);
        let temporary = Path::new("/tmp").join(&name);
        fs::create_dir(&root)?;
        let ground = Self {
            root,
            temporary,
            listener: std::net::TcpListener::bind("127.0.0.1:0").ok(),
        };
        fs::create_dir_all(ground.root.join("work/.git"))?;
        fs::create_dir(ground.root.join("out"))?;
        fs::write(ground.root.join("out/file"), "")?;
        fs::write(ground.root.join("key"), "secret")?;
        fs::write(&ground.temporary, "")?;
        Ok(ground)
    }

    fn profile(&self, host: &Host) -> Profile {
        let port = self
            .listener
            .as_ref()
            .and_then(|listener| listener.local_addr().ok());
        let exe = std::env::current_exe().unwrap_or_default();
        let variables = [
            ("PATH", "/usr/local/bin:/usr/bin:/bin".into()),
            ("OUT", self.root.join("out").into_os_string()),
            ("KEY", self.root.join("key").into_os_string()),
            ("TMPFILE", self.temporary.clone().into_os_string()),
            (
                "PORT",
                port.map_or_else(String::new, |port| port.port().to_string())
                    .into(),
            ),
            ("PID", std::process::id().to_string().into()),
            ("EXE", exe.into_os_string()),
        ];
        Profile {
            name: "doctor".to_owned(),
            writable: vec![self.root.join("work")],
            protected: vec![self.root.join("work/.git")],
            hidden: vec![self.root.join("key")],
            network: Network::Loopback,
            environment: variables.map(|(name, value)| (name.into(), value)).to_vec(),
            limits: Limits {
                wall_seconds: Some(10),
                ..Limits::default()
            },
            accepted: host.tier(),
            ..Profile::default()
        }
    }

    fn plan(&self, host: &Host) -> Result<Plan, String> {
        plan(&self.profile(host), host).map_err(|error| error.to_string())
    }

    fn run(&self, host: &Host, script: &str) -> Result<Status, String> {
        let shell = ["/bin/bash", "/usr/bin/bash"]
            .into_iter()
            .find(|path| Path::new(path).exists());
        let program = shell.ok_or("there is no bash to try it with")?;
        let command = Command {
            program: program.into(),
            arguments: ["bash", "--noprofile", "--norc", "-c", script]
                .map(Into::into)
                .to_vec(),
            directory: self.root.join("work"),
            input: Stream::Null,
            output: Stream::Null,
            errors: Stream::Null,
        };
        let running = self
            .plan(host)?
            .launch(command)
            .map_err(|error| error.to_string())?;
        Ok(running.wait().status)
    }

    fn attempt(&self, tried: &Try, host: &Host) -> Attempt {
        let attempt = |result, why| Attempt {
            promise: tried.promise,
            result,
            why,
        };
        let holes = self.plan(host).map(|plan| plan.enforcement().holes.clone());
        let hole = holes
            .iter()
            .flatten()
            .find(|hole| hole.protection == tried.protection && hole.need == sandbox::Need::Must);
        if let Some(hole) = hole {
            return attempt(AttemptResult::NotTried, Some(hole.why.clone()));
        }
        match self.run(host, tried.script) {
            Ok(Status::Exited(0)) => attempt(AttemptResult::Broken, None),
            Ok(Status::Exited(_)) => attempt(AttemptResult::Kept, None),
            Ok(Status::Killed(signal)) => {
                attempt(AttemptResult::NotTried, Some(format!("ended by signal {signal}")))
            }
            Ok(Status::TimedOut) => attempt(AttemptResult::NotTried, Some("it took too long".to_owned())),
            Err(why) => attempt(AttemptResult::Broken, Some(why)),
        }
    }

    /// Leaves a process behind and looks whether it goes on.
    fn survival(&self, host: &Host) -> Attempt {
        let late = self.root.join("work/late");
        let script = "setsid sh -c 'sleep 0.6; : > late' & disown; true";
        let (result, why) = match self.run(host, script) {
            Ok(_) => {
                std::thread::sleep(std::time::Duration::from_millis(800));
                let result = if late.exists() {
                    AttemptResult::Broken
                } else {
                    AttemptResult::Kept
                };
                (result, None)
            }
            Err(why) => (AttemptResult::Broken, Some(why)),
        };
        Attempt {
            promise: "nothing that a command started outlives it",
            result,
            why,
        }
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // What cannot be removed lies in directories that the host empties.
        drop(fs::remove_dir_all(&self.root));
        drop(fs::remove_file(&self.temporary));
    }
}

fn layers(host: &Host) -> Vec<LayerFinding> {
    let everything = Profile {
        accepted: Tier::None,
        ..Profile::default()
    };
    let Ok(plan) = plan(&everything, host) else {
        return Vec::new();
    };
    let enforcement = plan.enforcement();
    let finding = |layer, state: &Layer, remedy: Option<&str>| LayerFinding {
        layer,
        state: state.to_string(),
        remedy: remedy.map(ToOwned::to_owned).filter(|_| *state != Layer::Full),
    };
    vec![
        finding(
            "namespaces",
            &enforcement.namespaces,
            Some(namespaces_remedy(&host.namespaces)),
        ),
        finding(
            "landlock",
            &enforcement.landlock,
            Some("a kernel from 6.12 on, with `landlock` in the `lsm=` parameter it is started with"),
        ),
        finding(
            "seccomp",
            &enforcement.seccomp,
            Some("a kernel built with CONFIG_SECCOMP_FILTER"),
        ),
        LayerFinding {
            layer: "observer",
            state: if host.notifications { "available" } else { "absent" }.to_owned(),
            remedy: (!host.notifications).then(|| "a kernel from 5.5 on".to_owned()),
        },
        LayerFinding {
            layer: "bound of processes",
            state: if host.process_bound {
                "for every user"
            } else {
                "for all but root"
            }
            .to_owned(),
            remedy: (!host.process_bound).then(|| "a kernel from 6.14 on".to_owned()),
        },
    ]
}

fn namespaces_remedy(namespaces: &Namespaces) -> &'static str {
    let Namespaces::Absent { why } = namespaces else {
        return "";
    };
    if why.contains("max_user_namespaces") {
        "`sysctl -w user.max_user_namespaces=10000`"
    } else if why.contains("unprivileged_userns_clone") {
        "`sysctl -w kernel.unprivileged_userns_clone=1`"
    } else if why.contains("apparmor") {
        "an AppArmor profile for execpolicy with `userns,`, or `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`"
    } else {
        "start the container with a seccomp profile that lets `clone` and `unshare` make namespaces"
    }
}
