//! What the file system says of symbolic links.

mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry};
use std::io::ErrorKind;
use std::path::Path;

use execpolicy::{Link, LinkReader, Links};

use self::tree::Left;

/// Paths and directory entries that are looked at for one command. What is past it may lead anywhere.
const LOOKUPS: usize = 10_000;

/// Where no links are looked for that a command is handed, unless the workspace lies there: only root puts any there, and
/// thousands lead out of its parts.
const SYSTEM: &str = "/usr";

/// What a name in a directory may hold (`NAME_MAX`).
const NAME_BYTES: usize = 255;

/// Reads links, each path once.
#[derive(Debug)]
pub(crate) struct Reader {
    /// What is known of each path; `None` is no link, or nothing at all.
    seen: BTreeMap<Box<str>, Option<Link>>,
    left: usize,
    left_in_trees: Left,
    is_in_system: bool,
}

impl Reader {
    /// Nothing is known yet, for commands of this workspace.
    pub(crate) fn new(workspace: Option<&str>) -> Self {
        Self {
            seen: BTreeMap::new(),
            left: LOOKUPS,
            left_in_trees: Left::all(),
            is_in_system: workspace.is_some_and(|workspace| Path::new(workspace).starts_with(SYSTEM)),
        }
    }

    /// What is known now.
    pub(crate) fn into_links(self) -> Links {
        let seen = self.seen.into_iter();
        Links::Table(seen.filter_map(|(path, link)| Some((path, link?))).collect())
    }

    /// Takes one lookup, if there is one left.
    fn take(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }
}

impl LinkReader for Reader {
    fn link(&mut self, path: &str) -> Option<Link> {
        if let Some(known) = self.seen.get(path) {
            return known.clone();
        }
        let link = match self.take() {
            Some(()) => read(path),
            None => Some(Link::Unknown),
        };
        self.seen.insert(path.into(), link.clone());
        link
    }

    fn names(&mut self, directory: &str) -> Option<BTreeSet<Box<str>>> {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            // A shell may list it that is in a directory on the way.
            Err(error) if error.kind() == ErrorKind::InvalidFilename => {
                self.seen.insert(directory.into(), Some(Link::Unknown));
                return None;
            }
            // What cannot be listed, the shell cannot list either: a pattern matches nothing there.
            Err(_) => return Some(BTreeSet::new()),
        };
        let mut names = BTreeSet::new();
        for entry in entries.map_while(Result::ok) {
            let name = self.take().and_then(|()| name_of_interest(&entry));
            match name {
                Some(Some(name)) => names.insert(name.into()),
                Some(None) => continue,
                None => {
                    self.seen.insert(directory.into(), Some(Link::Unknown));
                    return None;
                }
            };
        }
        Some(names)
    }

    fn leading_out(&mut self, directory: &str) -> Option<BTreeSet<Box<str>>> {
        if !self.is_in_system && Path::new(directory).starts_with(SYSTEM) {
            return Some(BTreeSet::new());
        }
        let Some(links) = tree::leading_out(directory, &mut self.left_in_trees) else {
            self.seen.insert(directory.into(), Some(Link::Unknown));
            return None;
        };
        let mut paths = BTreeSet::new();
        for (path, link) in links {
            self.seen.insert(path.clone(), Some(link));
            paths.insert(path);
        }
        Some(paths)
    }
}

/// What stands at a path.
fn read(path: &str) -> Option<Link> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Some(target(Path::new(path))),
        Ok(_) => None,
        Err(error) if is_nothing(error.kind(), path) => None,
        Err(_) => Some(Link::Unknown),
    }
}

/// Where a link leads.
fn target(link: &Path) -> Link {
    let target = fs::read_link(link).ok();
    let target = target.and_then(|target| target.into_os_string().into_string().ok());
    target.map_or(Link::Unknown, |target| Link::To(target.into()))
}

/// Whether an error says that there is nothing at a path. One that is too long as a whole may be there: a program reaches
/// it from a directory on the way.
fn is_nothing(kind: ErrorKind, path: &str) -> bool {
    let is_absent = matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory);
    let is_no_name = || path.split('/').any(|name| name.len() > NAME_BYTES);
    is_absent || (kind == ErrorKind::InvalidFilename && is_no_name())
}

/// The name of an entry that is a link or may hold one; `Some(None)` is any other, `None` one that has no name as text.
#[expect(
    clippy::option_option,
    reason = "a name that is no text is not the same as one that does not matter"
)]
fn name_of_interest(entry: &DirEntry) -> Option<Option<String>> {
    let matters = entry
        .file_type()
        .map_or(true, |kind| kind.is_symlink() || kind.is_dir());
    if matters {
        entry.file_name().into_string().ok().map(Some)
    } else {
        Some(None)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use execpolicy::{Context, Decision, Directory};

    use crate::{Command, Defaults, Dialect, Gatekeeper};

    /// The decisions on commands in a workspace that holds `file`, `src/`, and these links; `~` is the home directory.
    fn decided(links: &[(&str, &str)], commands: &[&str]) -> Vec<Decision> {
        let place = tempfile::tempdir().unwrap();
        // The directory for temporary files may itself be reached by a link.
        let place = place.path().canonicalize().unwrap();
        let [home, workspace] = ["home", "w"].map(|name| place.join(name));
        std::fs::create_dir_all(home.join(".ssh")).unwrap();
        std::fs::create_dir_all(workspace.join("src")).unwrap();
        std::fs::write(home.join(".ssh/id_rsa"), "key").unwrap();
        std::fs::write(workspace.join("file"), "text").unwrap();
        for (link, target) in links {
            let target = target.replace('~', home.to_str().unwrap());
            symlink(target, workspace.join(link)).unwrap();
        }
        let policy = execpolicy::PolicyFile {
            source: diagnostics::Source::new("policy", "prefix_rule(pattern = [['tee', 'cat', 'rm']])"),
            layer: execpolicy::Layer::new("command line"),
        };
        let gatekeeper = Gatekeeper::of(&[policy], Defaults::BuiltIn).unwrap();
        let decide = |text: &&str| {
            let mut context = Context {
                workspace: workspace.to_str().map(Into::into),
                cwd: Directory::Known(workspace.to_str().unwrap().into()),
                home: home.to_str().map(Into::into),
                ..Context::default()
            };
            let command = Command::of_text(text, Dialect::Bash);
            gatekeeper.judge_in_place(command, &mut context).decision()
        };
        commands.iter().map(decide).collect()
    }

    #[test]
    fn a_path_is_judged_by_where_its_links_lead() {
        let links = [
            ("notes", "~/.ssh/id_rsa"),
            ("keys", "~/.ssh"),
            ("near", "file"),
            ("hop", "notes"),
            ("loop", "loop"),
            ("new", "~/.profile"),
            ("src/deep", "../../home/.ssh/id_rsa"),
            ("self", "/proc/self/environ"),
        ];
        let cases = [
            ("cat file", Decision::Allow),
            ("cat near", Decision::Allow),
            ("cat absent", Decision::Allow),
            ("cat notes", Decision::Prompt),
            ("cat hop", Decision::Prompt),
            ("cat keys/id_rsa", Decision::Prompt),
            ("cat keys/*", Decision::Prompt),
            ("cat src/deep", Decision::Prompt),
            ("cat s*/d*", Decision::Prompt),
            ("cat n*", Decision::Prompt),
            ("cat f*", Decision::Allow),
            ("cat near*", Decision::Allow),
            ("cat src/../file", Decision::Allow),
            ("cat keys/../.ssh/id_rsa", Decision::Prompt),
            ("cat loop", Decision::Prompt),
            ("cat self", Decision::Prompt),
            ("cat < /dev/stdin", Decision::Allow),
            ("cat < notes", Decision::Prompt),
            ("tee file", Decision::Allow),
            ("tee near", Decision::Allow),
            ("tee new", Decision::Prompt),
            ("tee keys/x", Decision::Prompt),
            ("rm near", Decision::Allow),
            ("rm keys/id_rsa", Decision::Prompt),
            ("git status", Decision::Allow),
            ("cd src && git status", Decision::Allow),
            ("cd keys && git status", Decision::Prompt),
            ("git -C keys status", Decision::Prompt),
            ("cd keys && cat x", Decision::Prompt),
            ("cd src; cat deep", Decision::Prompt),
            ("(cd src; tee ../new)", Decision::Prompt),
            ("cd src; cat near", Decision::Allow),
            ("cat sr?/../src/deep", Decision::Prompt),
            ("ls keys", Decision::Allow),
        ];
        let found = decided(&links, &cases.map(|(command, _)| command));
        for ((command, decision), found) in cases.into_iter().zip(found) {
            assert_eq!(found, decision, "{command}");
        }
    }

    #[test]
    fn what_is_found_is_judged_by_where_links_among_it_lead() {
        let out = [("notes.txt", "~/.ssh/id_rsa"), ("near.txt", "file")];
        let inside = [
            ("near.txt", "file"),
            ("src/up", "../file"),
            ("src/lib", "/usr/lib"),
        ];
        let deep = [("src/back", "../../home/.ssh")];
        let cases: [(&[_], &str, Decision); 17] = [
            (&out, "find . -name '*.txt' -exec cat {} +", Decision::Prompt),
            (&out, "find . -exec grep -l x {} ';'", Decision::Prompt),
            (
                &out,
                "find -name '*.txt' -print0 | xargs -0 cat",
                Decision::Prompt,
            ),
            (
                &out,
                "find . -name '*.txt' -type f -exec cat {} +",
                Decision::Allow,
            ),
            (&out, "find . -type f -print0 | xargs -0 cat", Decision::Allow),
            (&out, "find src -exec cat {} +", Decision::Allow),
            (&out, "find . -name '*.txt' -exec ls -l {} +", Decision::Allow),
            (&out, "find . -name '*.txt' -exec echo {} +", Decision::Allow),
            (&inside, "find . -exec cat {} +", Decision::Allow),
            (
                &inside,
                "cd src && find . -name 'u*' -exec cat {} +",
                Decision::Allow,
            ),
            (&deep, "find src -exec cat {} +", Decision::Prompt),
            (&deep, "cd src && find -exec grep -r x {} +", Decision::Prompt),
            (&deep, "grep -r x .", Decision::Allow),
            (&deep, "grep -R x .", Decision::Prompt),
            (&deep, "cd src; grep -R x", Decision::Prompt),
            (&inside, "grep -R x .", Decision::Allow),
            (&inside, "diff -r src .", Decision::Allow),
        ];
        for (links, command, decision) in cases {
            assert_eq!(decided(links, &[command]), [decision], "{command}");
        }
    }

    #[test]
    fn a_workspace_may_be_reached_by_a_link() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().canonicalize().unwrap();
        std::fs::create_dir_all(place.join("real")).unwrap();
        symlink("real", place.join("w")).unwrap();
        symlink("..", place.join("real/up")).unwrap();
        let at = |name: &str| place.join(name).to_str().unwrap().to_owned();
        let policy = execpolicy::PolicyFile {
            source: diagnostics::Source::new("policy", "prefix_rule(pattern = ['tee'])"),
            layer: execpolicy::Layer::new("command line"),
        };
        let gatekeeper = Gatekeeper::of(&[policy], Defaults::BuiltIn).unwrap();
        for (command, decision) in [
            ("tee x".to_owned(), Decision::Allow),
            (format!("tee {}", at("real/x")), Decision::Allow),
            (format!("tee {}", at("w/x")), Decision::Allow),
            (format!("tee {}", at("x")), Decision::Prompt),
            ("tee up/x".to_owned(), Decision::Prompt),
            ("tee up/real/x".to_owned(), Decision::Allow),
            ("git status".to_owned(), Decision::Allow),
        ] {
            let mut context = Context {
                workspace: Some(at("w").into()),
                cwd: Directory::Known(at("w").into()),
                home: Some("/home/u".into()),
                ..Context::default()
            };
            let text = Command::of_text(&command, Dialect::Bash);
            let found = gatekeeper.judge_in_place(text, &mut context).decision();
            assert_eq!(found, decision, "{command}");
        }
    }

    #[test]
    fn past_a_number_of_lookups_a_path_may_lead_anywhere() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().to_str().unwrap();
        let mut reader = super::Reader::new(None);
        reader.left = 1;
        assert_eq!(execpolicy::LinkReader::link(&mut reader, directory), None);
        assert_eq!(
            execpolicy::LinkReader::link(&mut reader, "/"),
            Some(super::Link::Unknown)
        );
        std::fs::write(place.path().join("x"), "").unwrap();
        assert_eq!(execpolicy::LinkReader::names(&mut reader, directory), None);
        let mut reader = super::Reader::new(None);
        reader.left_in_trees.entries = 0;
        assert_eq!(execpolicy::LinkReader::leading_out(&mut reader, directory), None);
        assert_eq!(
            execpolicy::LinkReader::link(&mut reader, directory),
            Some(super::Link::Unknown)
        );
    }
}
