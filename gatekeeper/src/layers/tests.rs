//! Layers in directories, and what goes wrong with them.

mod refused;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::{Command, Context, Decision, Defaults, Dialect, Gatekeeper};

/// A host with all three places, and nothing in them.
struct Ground {
    root: TempDir,
}

impl Ground {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        // Whatever mask the tests are run under.
        for directory in ["", "etc", "settings", "data", "work"] {
            let path = root.path().join(directory);
            fs::create_dir_all(&path).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }
        Self { root }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn with(self, path: &str, text: &str) -> Self {
        self.put(path, text);
        self
    }

    fn put(&self, path: &str, text: &str) {
        let file = self.path(path);
        let directory = file.parent().unwrap();
        if !directory.exists() {
            fs::create_dir(directory).unwrap();
            fs::set_permissions(directory, Permissions::from_mode(0o755)).unwrap();
        }
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    }

    fn allow(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), Permissions::from_mode(mode)).unwrap();
    }

    fn places(&self) -> Places {
        Places {
            system: Some(SystemPlace {
                root: self.root.path().to_owned(),
                owner: geteuid().as_raw(),
            }),
            user: Some(self.path("settings/execpolicy")),
            workspace: Some(self.path("work")),
            store: Some(self.path("data/execpolicy")),
        }
    }

    fn layers(&self) -> Layers {
        Layers::find(&self.places(), &[])
    }

    fn trust(&self) {
        let layers = self.layers();
        let store = TrustStore::at(self.path("data/execpolicy"));
        store.trust(layers.project().unwrap()).unwrap();
    }

    /// The decision on a text, with each broken file: its layer, its name, and what is wrong.
    fn judged(&self, text: &str) -> (Decision, Vec<String>) {
        let gatekeeper = Gatekeeper::of_found(&self.layers(), Defaults::BuiltIn);
        let judgement = gatekeeper.judge(Command::of_text(text, Dialect::Bash), &Context::default());
        let broken = gatekeeper.broken().iter().map(|file| {
            let name = Path::new(&*file.file).strip_prefix(self.root.path());
            let name = name.unwrap_or(Path::new(&*file.file)).display().to_string();
            format!("{} {name}: {}", file.layer, file.findings[0].message)
        });
        (judgement.decision(), broken.collect())
    }
}

const SYSTEM: &str = "etc/execpolicy/a.codexpolicy";
const USER: &str = "settings/execpolicy/a.codexpolicy";
const PROJECT_FILE: &str = "work/.execpolicy/a.codexpolicy";
const ALLOW: &str = "prefix_rule(pattern = ['c0'])\n";
const FORBID: &str = "prefix_rule(pattern = ['c0'], decision = 'forbidden')\n";

#[test]
fn every_layer_speaks_and_the_strictest_counts() {
    for file in [SYSTEM, USER] {
        assert_eq!(
            Ground::new().with(file, ALLOW).judged("c0"),
            (Decision::Allow, vec![])
        );
    }
    for (one, other) in [(SYSTEM, USER), (USER, SYSTEM), (PROJECT_FILE, USER)] {
        let ground = Ground::new().with(one, FORBID).with(other, ALLOW);
        assert_eq!(ground.judged("c0"), (Decision::Forbidden, vec![]), "{one}");
    }
}

#[test]
fn files_of_other_names_and_below_are_not_read() {
    let ground = Ground::new()
        .with("settings/execpolicy/a.rules", ALLOW)
        .with("settings/execpolicy/a.codexpolicy~", "nonsense(")
        .with("settings/execpolicy/.#a.codexpolicy", "nonsense(")
        .with("settings/execpolicy/more/a.codexpolicy", "nonsense(");
    assert_eq!(ground.judged("c0"), (Decision::Allow, vec![]));
}

#[test]
fn what_a_project_loosens_counts_once_it_is_trusted_and_what_it_restricts_at_once() {
    let loosening = [
        ALLOW,
        "program(name = 'c0', source = 'x', operands = {'X...': 'harmless'})\n",
    ];
    for text in loosening {
        let ground = Ground::new().with(PROJECT_FILE, text);
        assert_eq!(ground.judged("c0"), (Decision::Prompt, vec![]), "{text}");
        ground.trust();
        assert_eq!(ground.judged("c0"), (Decision::Allow, vec![]), "{text}");
    }
    let ground = Ground::new().with(USER, ALLOW).with(PROJECT_FILE, FORBID);
    assert_eq!(ground.judged("c0"), (Decision::Forbidden, vec![]));
}

#[test]
fn a_changed_byte_a_new_file_and_one_that_is_gone_withdraw_trust() {
    type Change = fn(&Ground);
    let changes: [(&str, Change, &str); 5] = [
        (
            "a byte",
            |ground| ground.put(PROJECT_FILE, &format!("{ALLOW}\n")),
            "a.codexpolicy",
        ),
        (
            "a new file",
            |ground| ground.put("work/.execpolicy/b.rules", ""),
            "b.rules",
        ),
        (
            "a file gone",
            |ground| fs::remove_file(ground.path("work/.execpolicy/z.rules")).unwrap(),
            "z.rules",
        ),
        (
            "a new name",
            |ground| {
                let path = |name: &str| ground.path(&format!("work/.execpolicy/{name}"));
                fs::rename(path("z.rules"), path("a.rules")).unwrap();
            },
            "a.rules",
        ),
        (
            "two texts exchanged",
            |ground| {
                ground.put(PROJECT_FILE, "# z\n");
                ground.put("work/.execpolicy/z.rules", ALLOW);
            },
            "a.codexpolicy",
        ),
    ];
    for (name, change, first) in changes {
        let ground = Ground::new()
            .with(PROJECT_FILE, ALLOW)
            .with("work/.execpolicy/z.rules", "# z\n");
        ground.trust();
        assert_eq!(ground.judged("c0").0, Decision::Allow, "{name}");
        change(&ground);
        assert_eq!(ground.judged("c0"), (Decision::Prompt, vec![]), "{name}");
        let layers = ground.layers();
        let Trust::Withdrawn { changed } = layers.trust() else {
            panic!("{name}: {:?}", layers.trust());
        };
        assert_eq!(changed[0], first, "{name}");
        let notice = layers.notice(1).unwrap();
        assert!(notice.message.contains("is not trusted any more"), "{notice:?}");
    }
}

#[test]
fn a_strangers_file_builds_on_its_neighbours_and_nobody_builds_on_it() {
    let ground = Ground::new()
        .with(
            "work/.execpolicy/a.rules",
            "host_executable(name = 'c0', paths = ['/x/c0'])\n",
        )
        .with(
            "work/.execpolicy/b.rules",
            "prefix_rule(pattern = ['c0'], match = ['/x/c0'], sandbox = 'p')\n",
        )
        .with(
            "work/.execpolicy/0.rules",
            "sandbox_profile(name = 'p', writable = [])\n",
        );
    assert_eq!(ground.judged("ls"), (Decision::Allow, vec![]));
    let given = ground.path("given.rules");
    fs::write(&given, "prefix_rule(pattern = ['c1'], sandbox = 'p')\n").unwrap();
    let layers = Layers::find(&ground.places(), &[given]);
    let gatekeeper = Gatekeeper::of_found(&layers, Defaults::BuiltIn);
    assert_eq!(
        gatekeeper.broken()[0].findings[0].message,
        "no profile `p` is described"
    );
}

#[test]
fn a_strangers_words_are_told_as_such() {
    let text =
        "prefix_rule(pattern = ['c0'], decision = 'prompt', justification = 'say `yes`\\u202e to it')\n";
    let ground = Ground::new().with(PROJECT_FILE, text);
    let told = |ground: &Ground| {
        let gatekeeper = Gatekeeper::of_found(&ground.layers(), Defaults::BuiltIn);
        let command = Command::of_text("c0", Dialect::Bash);
        let judgement = gatekeeper.judge(command, &Context::default());
        judgement.findings()[0].message.clone()
    };
    assert_eq!(
        told(&ground),
        "prompt: `c0`: in words that nobody vouches for: `say 'yes'\\u{202e} to it` (matched by a rule of layer `project`)"
    );
    ground.trust();
    assert!(
        told(&ground).starts_with("prompt: `c0`: say `yes`"),
        "{}",
        told(&ground)
    );
}

#[test]
fn links_inside_a_project_and_out_of_the_other_layers_are_followed() {
    let ground = Ground::new()
        .with("work/policies/a.rules", FORBID)
        .with("elsewhere/a.rules", ALLOW);
    symlink("policies", ground.path("work/.execpolicy")).unwrap();
    symlink("../elsewhere", ground.path("settings/execpolicy")).unwrap();
    assert_eq!(ground.judged("c0"), (Decision::Forbidden, vec![]));
    fs::remove_file(ground.path("work/policies/a.rules")).unwrap();
    assert_eq!(ground.judged("c0"), (Decision::Allow, vec![]));
}

#[test]
fn what_is_not_there_is_no_layer() {
    let ground = Ground::new();
    let mut places = ground.places();
    places.user = Some(PathBuf::from("/dev/null/.config/execpolicy"));
    places.workspace = Some(ground.path("nowhere"));
    let layers = Layers::find(&places, &[]);
    assert!(layers.broken().is_empty() && layers.found().iter().all(|found| !found.exists));
    assert!(matches!(layers.trust(), Trust::Nothing));
}
