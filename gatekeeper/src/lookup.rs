//! Which names a `PATH` leads into directories that confined commands may write.

use std::collections::{BTreeMap, BTreeSet};
use std::env::split_paths;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use execpolicy::{Context, Directory, Lookup, Program};

use crate::program_file::is_executable;

/// Entries of such directories that are looked at. Where there are more, no name is sure.
const MOST: usize = 10_000;

/// What bare names lead to by the `PATH` among these variables, as a command that is run gets it: only absolute places
/// stay in it.
pub(crate) fn found_on_path(variables: &[(OsString, OsString)], context: &Context) -> Lookup {
    let path = variables.iter().find(|(name, _)| name == "PATH");
    let Some((_, path)) = path else {
        return Lookup::Assumed;
    };
    let places = split_paths(path).filter(|place| place.is_absolute());
    lookup_in(places.collect(), context)
}

/// What bare names lead to by this `PATH`.
///
/// A name is what everybody means by it, but where the first file of that name stands in the work tree or among
/// temporary files: a confined command could have put it there. Where the `PATH` has relative places, which a command
/// moves as it likes, only names that are found before them are sure.
///
/// Nearly always no such directory is on the `PATH`, and nothing is looked at but where its directories are.
pub(crate) fn lookup(path: &OsStr, context: &Context) -> Lookup {
    lookup_in(split_paths(path).collect(), context)
}

fn lookup_in(places: Vec<PathBuf>, context: &Context) -> Lookup {
    let open = Open::of(context);
    let mut left = MOST;
    let mut replaceable = BTreeSet::new();
    // Directories that came before, which no confined command may write.
    let mut firm: Vec<PathBuf> = Vec::new();
    for place in places {
        if !place.is_absolute() {
            return sure(&firm, &replaceable);
        }
        if !open.holds(&place) {
            firm.push(place);
            continue;
        }
        let Ok(entries) = fs::read_dir(&place) else {
            // What is not there holds no program yet; what cannot be listed may hold any.
            if place.exists() {
                return sure(&firm, &replaceable);
            }
            continue;
        };
        for entry in entries {
            let Some(rest) = left.checked_sub(1) else {
                return Lookup::Table(BTreeMap::new());
            };
            left = rest;
            // A name that is no text is the name of no command that was judged.
            let name = entry.map(|entry| entry.file_name().into_string());
            let Ok(Ok(name)) = name else { continue };
            if !firm.iter().any(|place| is_executable(&place.join(&name))) {
                replaceable.insert(name.into_boxed_str());
            }
        }
    }
    if replaceable.is_empty() {
        Lookup::Assumed
    } else {
        Lookup::AssumedBut(replaceable)
    }
}

/// Whether a name that was sure is so no more.
pub(crate) fn is_less_sure(before: &Lookup, now: &Lookup) -> bool {
    let none = BTreeSet::new();
    let before = match before {
        Lookup::Assumed => &none,
        Lookup::AssumedBut(replaceable) => replaceable,
        // Who said it answers for it.
        Lookup::Table(_) => return false,
    };
    match now {
        Lookup::Assumed => false,
        Lookup::AssumedBut(replaceable) => !replaceable.is_subset(before),
        Lookup::Table(_) => true,
    }
}

/// Only names that are found in these directories are sure, and not those that are replaceable.
fn sure(firm: &[PathBuf], replaceable: &BTreeSet<Box<str>>) -> Lookup {
    let mut table = BTreeMap::new();
    for place in firm {
        let entries = fs::read_dir(place).into_iter().flatten();
        for entry in entries.take(MOST).flatten() {
            let path = entry.path();
            let (Ok(name), Some(text)) = (entry.file_name().into_string(), path.to_str()) else {
                continue;
            };
            let name = name.into_boxed_str();
            if !replaceable.contains(&name) && !table.contains_key(&name) && is_executable(&path) {
                let program = Program {
                    path: text.into(),
                    replaceable: false,
                };
                table.insert(name, program);
            }
        }
    }
    Lookup::Table(table)
}

/// Directories that confined commands may write, by the names that they were given and by where links lead.
struct Open(Vec<PathBuf>);

impl Open {
    fn of(context: &Context) -> Self {
        let workspace = context.workspace.as_deref();
        let named = [workspace, context.temporary.as_deref(), Some("/tmp")];
        let mut places: Vec<PathBuf> = named.into_iter().flatten().map(PathBuf::from).collect();
        if let Directory::Known(directory) = &context.cwd
            && workspace.is_none()
        {
            places.push(Path::new(&**directory).to_owned());
        }
        let real: Vec<PathBuf> = places
            .iter()
            .filter_map(|place| place.canonicalize().ok())
            .collect();
        places.extend(real);
        Self(places)
    }

    fn holds(&self, place: &Path) -> bool {
        let holds = |place: &Path| self.0.iter().any(|open| place.starts_with(open));
        holds(place) || place.canonicalize().is_ok_and(|place| holds(&place))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use execpolicy::Decision;

    use super::*;
    use crate::{Command, Defaults, Dialect, Gatekeeper, Surroundings};

    /// A workspace `w` with programs in `w/.venv/bin`, beside it `bin` with programs, and `link` to the former.
    struct Ground(tempfile::TempDir);

    impl Ground {
        fn new() -> Self {
            // Not below `/tmp`, which is everybody's.
            let ground = Self(tempfile::tempdir_in("/var/tmp").unwrap());
            for file in [
                "w/.venv/bin/ls",
                "w/.venv/bin/python",
                "w/.venv/bin/tool",
                "bin/ls",
                "bin/cat",
            ] {
                let file = ground.0.path().join(file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(&file, "").unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            }
            symlink("w/.venv/bin", ground.0.path().join("link")).unwrap();
            ground
        }

        fn at(&self, path: &str) -> String {
            path.replace('@', self.0.path().to_str().unwrap())
        }

        fn context(&self, path: &str) -> Context {
            let surroundings = Surroundings {
                cwd: Some(self.at("@/w")),
                workspace: Some(self.at("@/w")),
                home: Some("/home/u".to_owned()),
                path: Some(self.at(path).into()),
                ..Surroundings::default()
            };
            surroundings.context().unwrap()
        }
    }

    fn shown(lookup: &Lookup) -> String {
        match lookup {
            Lookup::Assumed => "assumed".to_owned(),
            Lookup::AssumedBut(names) => {
                format!("but {}", names.iter().cloned().collect::<Vec<_>>().join(" "))
            }
            Lookup::Table(table) => format!("only {}", table.keys().cloned().collect::<Vec<_>>().join(" ")),
        }
    }

    #[test]
    fn names_are_sure_where_nothing_writable_comes_before_them() {
        let ground = Ground::new();
        for (path, wanted) in [
            ("/usr/bin:/bin", "assumed"),
            ("@/bin:/usr/bin", "assumed"),
            ("@/w/.venv/bin:@/bin", "but ls python tool"),
            ("@/bin:@/w/.venv/bin", "but python tool"),
            ("@/w/../w/.venv/bin", "but ls python tool"),
            ("@/link:@/bin", "but ls python tool"),
            ("@/w/nothing:@/bin", "assumed"),
            ("@/bin:.", "only cat ls"),
            ("@/bin::/usr/bin", "only cat ls"),
            (".venv/bin:@/bin", "only "),
            ("@/w/.venv/bin:@/bin:.", "only cat"),
        ] {
            assert_eq!(shown(&ground.context(path).lookup), wanted, "{path}");
        }
    }

    #[test]
    fn a_command_gets_only_the_absolute_places() {
        let ground = Ground::new();
        let context = ground.context("/usr/bin");
        for (path, wanted) in [
            (".:@/bin", "assumed"),
            (".:@/w/.venv/bin:@/bin", "but ls python tool"),
        ] {
            let variables = [("PATH".into(), ground.at(path).into())];
            assert_eq!(shown(&found_on_path(&variables, &context)), wanted, "{path}");
        }
        assert_eq!(found_on_path(&[], &context), Lookup::Assumed);
    }

    #[test]
    fn what_was_put_there_is_allowed_by_nobody() {
        let ground = Ground::new();
        let policy = execpolicy::PolicyFile {
            source: diagnostics::Source::new("policy", "prefix_rule(pattern = ['tool'])"),
            layer: execpolicy::Layer::new("command line"),
        };
        let gatekeeper = Gatekeeper::of(&[policy], Defaults::BuiltIn).unwrap();
        let planted = "@/w/.venv/bin:/usr/bin";
        for (path, text, wanted) in [
            ("/usr/bin", "ls", Decision::Allow),
            ("/usr/bin", "tool", Decision::Allow),
            (planted, "ls", Decision::Prompt),
            (planted, "tool", Decision::Prompt),
            (planted, "cat x", Decision::Allow),
            (planted, "cat x | ls", Decision::Prompt),
            (planted, "env ls", Decision::Prompt),
            (planted, "f() { ls; }; f", Decision::Prompt),
            (planted, "find . -exec ls {} +", Decision::Prompt),
            (planted, "echo $(ls)", Decision::Prompt),
            (planted, "/usr/bin/ls", Decision::Allow),
        ] {
            let mut context = ground.context(path);
            let command = Command::of_text(text, Dialect::Bash);
            let found = gatekeeper.judge_in_place(command, &mut context).decision();
            assert_eq!(found, wanted, "{path}: {text}");
            if !text.contains(' ') {
                let mut context = ground.context(path);
                let found = gatekeeper.judge_in_place(Command::of_argv(&[text]), &mut context);
                assert_eq!(found.decision(), wanted, "{path}: the word {text}");
            }
        }
    }

    #[test]
    fn a_name_that_is_taken_meanwhile_is_seen() {
        let but = |names: &[&str]| Lookup::AssumedBut(names.iter().map(|name| (*name).into()).collect());
        for (before, now, wanted) in [
            (Lookup::Assumed, Lookup::Assumed, false),
            (Lookup::Assumed, but(&["ls"]), true),
            (but(&["ls"]), but(&["ls"]), false),
            (but(&["ls", "cat"]), but(&["ls"]), false),
            (but(&["ls"]), but(&["cat", "ls"]), true),
            (but(&["ls"]), Lookup::Table(BTreeMap::new()), true),
            (Lookup::Table(BTreeMap::new()), but(&["ls"]), false),
        ] {
            assert_eq!(is_less_sure(&before, &now), wanted, "{before:?} {now:?}");
        }
    }
}
