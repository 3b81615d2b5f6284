//! Where a command runs and who may be asked, from what a caller says and what the file system shows.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use execpolicy::{Approval, ConfinementName, Context, Dialect, Directory, Links};

use crate::lookup::lookup;
use crate::{Places, SystemPlace};

/// What a caller says of the place and the people; what it leaves out is found as the fields say.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Surroundings {
    /// Where the command starts, absolute. `None` is not known.
    pub cwd: Option<String>,
    /// The root of the work tree, absolute. `None` is the repository that holds `cwd`, else `cwd`; or no workspace,
    /// where that is `/`, the home directory or above it.
    pub workspace: Option<String>,
    /// The user's home directory, absolute. `None` is not known.
    pub home: Option<String>,
    /// Where temporary files go, absolute. `None` is `/tmp`.
    pub temporary: Option<String>,
    /// The directory of the user's settings, absolute. `None` is `.config` in `home`.
    pub settings: Option<String>,
    /// The directory of the user's data, absolute. `None` is `.local/share` in `home`.
    pub data: Option<String>,
    /// The directory of what programs of the user keep from one run to the next, absolute. `None` is `.local/state` in
    /// `home`.
    pub state: Option<String>,
    /// Files of the caller's own that no command may have to do with, absolute and without symbolic links: the socket that
    /// it serves on.
    pub store: Vec<String>,
    /// Files and directories, absolute, that tell an agent whom to ask: as guarded as policy.
    pub agents: Vec<String>,
    /// Names of the variables in the environment.
    pub environment: Vec<Box<str>>,
    /// The value of `PATH`. `None` is one with no directory that a confined command may write.
    pub path: Option<OsString>,
    /// What is known of symbolic links, by absolute paths. Nothing is to be looked up where anything is said.
    pub links: Links,
    /// Who may be asked.
    pub approval: Approval,
    /// What the caller will enforce. `None` is nothing.
    pub confinement: Option<ConfinementName>,
    /// How a text is read.
    pub dialect: Dialect,
}

/// Bytes of a path; the kernel takes no longer one.
const MAX_BYTES: usize = 4096;

/// Surroundings that cannot be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SurroundingsError {
    /// A relative path, or one with a NUL byte.
    #[error("the {what} `{path}` is not an absolute path")]
    NotAbsolute {
        /// What it was to be.
        what: &'static str,
        /// What was given.
        path: String,
    },
    /// A path that is longer than the kernel takes.
    #[error("the {what} is longer than {MAX_BYTES} bytes")]
    TooLong {
        /// What it was to be.
        what: &'static str,
    },
    /// A workspace that holds everything of the user's.
    #[error("the workspace `{path}` is the root, the home directory or above it")]
    TooWide {
        /// What was given.
        path: String,
    },
}

impl Surroundings {
    /// The context of a judgement. Looks for `.git` in the directories above `cwd` when no workspace is given; the
    /// paths need not exist.
    ///
    /// # Errors
    /// A path that is not absolute or too long, or a given workspace that is too wide to be one.
    pub fn context(&self) -> Result<Context, SurroundingsError> {
        let cwd = self
            .cwd
            .as_deref()
            .map(|path| absolute("directory", path))
            .transpose()?;
        let home = self
            .home
            .as_deref()
            .map(|path| absolute("home directory", path))
            .transpose()?;
        let workspace = match (self.workspace.as_deref(), cwd.as_deref()) {
            (Some(path), _) => Some(given_workspace(path, home.as_deref())?),
            (None, Some(cwd)) => found_workspace(cwd, home.as_deref()),
            (None, None) => None,
        };
        let temporary = absolute("temporary directory", self.temporary.as_deref().unwrap_or("/tmp"))?;
        let settings = self.settings_of(home.as_deref())?;
        let kept = [self.data_of(home.as_deref())?, self.state_of(home.as_deref())?];
        let store = kept
            .iter()
            .flatten()
            .map(|directory| format!("{directory}/execpolicy").into());
        let own = self.store.iter().map(|path| absolute("file", path));
        let own = own.collect::<Result<Vec<_>, _>>()?;
        let agents = self
            .agents
            .iter()
            .map(|path| absolute("settings of an agent", path));
        let agents = agents.collect::<Result<Vec<_>, _>>()?;
        let mut context = Context {
            policy: policy_directories(settings.as_deref(), workspace.as_deref())
                .chain(own_executable())
                .chain(agents)
                .collect(),
            store: store.chain(own).collect(),
            temporary: Some(temporary),
            workspace,
            cwd: cwd.map_or(Directory::Unknown, Directory::Known),
            home,
            environment: self.environment.clone(),
            links: links(&self.links)?,
            dialect: self.dialect,
            approval: self.approval,
            confinement: self.confinement.clone(),
            ..Context::default()
        };
        if let Some(path) = &self.path {
            context.lookup = lookup(path, &context);
        }
        Ok(context)
    }
}

impl Surroundings {
    /// Where the layers of policy are on this host, for a command in this workspace: that of its
    /// [context](Surroundings::context).
    ///
    /// # Errors
    /// A directory of the user's that is not absolute or too long.
    pub fn places(&self, workspace: Option<&str>) -> Result<Places, SurroundingsError> {
        let home = self.home.as_deref();
        let home = home.map(|path| absolute("home directory", path)).transpose()?;
        let own = |directory: Option<Box<str>>| directory.map(|path| Path::new(&*path).join("execpolicy"));
        Ok(Places {
            system: Some(SystemPlace::of_host()),
            user: own(self.settings_of(home.as_deref())?),
            workspace: workspace.map(PathBuf::from),
            store: own(self.data_of(home.as_deref())?),
        })
    }

    fn settings_of(&self, home: Option<&str>) -> Result<Option<Box<str>>, SurroundingsError> {
        of_user("settings directory", self.settings.as_deref(), home, ".config")
    }

    fn data_of(&self, home: Option<&str>) -> Result<Option<Box<str>>, SurroundingsError> {
        of_user("data directory", self.data.as_deref(), home, ".local/share")
    }

    fn state_of(&self, home: Option<&str>) -> Result<Option<Box<str>>, SurroundingsError> {
        of_user("state directory", self.state.as_deref(), home, ".local/state")
    }
}

/// Where the state of a context's user is kept: [`Surroundings::context`] puts it behind the data.
pub(crate) fn state_directory(context: &Context) -> Option<PathBuf> {
    context.store.get(1).map(|path| PathBuf::from(&**path))
}

/// A directory of the user's: where it was said to be, else where it is by default.
fn of_user(
    what: &'static str,
    given: Option<&str>,
    home: Option<&str>,
    default: &str,
) -> Result<Option<Box<str>>, SurroundingsError> {
    match (given, home) {
        (Some(path), _) => absolute(what, path).map(Some),
        (None, Some(home)) => Ok(Some(format!("{home}/{default}").into())),
        (None, None) => Ok(None),
    }
}

/// The links, by normalised paths.
fn links(given: &Links) -> Result<Links, SurroundingsError> {
    let Links::Table(table) = given else {
        return Ok(Links::Assumed);
    };
    let each = table
        .iter()
        .map(|(path, link)| Ok((absolute("link", path)?, link.clone())));
    Ok(Links::Table(each.collect::<Result<_, SurroundingsError>>()?))
}

/// The program that judges: whoever changes it changes every verdict to come.
fn own_executable() -> Option<Box<str>> {
    let file = std::env::current_exe().ok()?;
    Some(file.to_str()?.into())
}

/// Where the layers of policy are read from: the system's, the user's, the project's.
fn policy_directories(settings: Option<&str>, workspace: Option<&str>) -> impl Iterator<Item = Box<str>> {
    let users = settings.map(|settings| format!("{settings}/execpolicy").into());
    let projects = workspace.map(|workspace| format!("{workspace}/.execpolicy").into());
    std::iter::once("/etc/execpolicy".into())
        .chain(users)
        .chain(projects)
}

fn given_workspace(path: &str, home: Option<&str>) -> Result<Box<str>, SurroundingsError> {
    let root = absolute("workspace", path)?;
    if too_wide(&root, home) {
        return Err(SurroundingsError::TooWide {
            path: path.to_owned(),
        });
    }
    Ok(root)
}

/// The nearest directory at or above `cwd` that holds `.git` (a directory, or a work tree's file), else `cwd`. A
/// repository that is too wide (one of dotfiles, in the home directory) is passed over.
fn found_workspace(cwd: &str, home: Option<&str>) -> Option<Box<str>> {
    let mut candidates = Path::new(cwd)
        .ancestors()
        .filter_map(Path::to_str)
        .take_while(|directory| !too_wide(directory, home));
    let repository = candidates
        .clone()
        .find(|directory| Path::new(directory).join(".git").symlink_metadata().is_ok());
    repository.or_else(|| candidates.next()).map(Into::into)
}

/// Whether it is `/`, the home directory, or above that.
fn too_wide(root: &str, home: Option<&str>) -> bool {
    root == "/" || home.is_some_and(|home| Path::new(home).starts_with(root))
}

/// The path without `.`, `..` and doubled slashes; links are not followed.
fn absolute(what: &'static str, path: &str) -> Result<Box<str>, SurroundingsError> {
    if path.len() > MAX_BYTES {
        return Err(SurroundingsError::TooLong { what });
    }
    if !path.starts_with('/') || path.contains('\0') {
        return Err(SurroundingsError::NotAbsolute {
            what,
            path: path.to_owned(),
        });
    }
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    Ok(format!("/{}", names.join("/")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(
        cwd: &str,
        given: Option<&str>,
        home: Option<&str>,
    ) -> Result<Option<Box<str>>, SurroundingsError> {
        let surroundings = Surroundings {
            cwd: Some(cwd.to_owned()),
            workspace: given.map(str::to_owned),
            home: home.map(str::to_owned),
            ..Surroundings::default()
        };
        surroundings.context().map(|context| context.workspace)
    }

    macro_rules! workspaces {
        ($($name:ident: $cwd:expr, $given:expr, $home:expr => ($want:pat);)+) => {
            $(#[test] fn $name() {
                let found = workspace($cwd, $given, $home);
                let shown = found.as_ref().map(Option::as_deref);
                assert!(matches!(shown, $want), "{shown:?}");
            })+
        };
    }

    workspaces! {
        the_directory: "/nowhere/at/all", None, Some("/home/u") => (Ok(Some("/nowhere/at/all")));
        normalised: "/nowhere/./x//../at/", None, None => (Ok(Some("/nowhere/at")));
        given: "/nowhere/at", Some("/nowhere"), Some("/home/u") => (Ok(Some("/nowhere")));
        never_the_root: "/", None, None => (Ok(None));
        never_the_root_by_dots: "/..", None, None => (Ok(None));
        never_home: "/home/u", None, Some("/home/u/") => (Ok(None));
        never_above_home: "/home", None, Some("/home/u") => (Ok(None));
        beside_home: "/home/us", None, Some("/home/u") => (Ok(Some("/home/us")));
        given_root: "/a", Some("/"), None => (Err(SurroundingsError::TooWide { .. }));
        given_home: "/a", Some("/home/u"), Some("/home/u") => (Err(SurroundingsError::TooWide { .. }));
        relative: "a", None, None => (Err(SurroundingsError::NotAbsolute { what: "directory", .. }));
        relative_workspace: "/a", Some("b"), None => (Err(SurroundingsError::NotAbsolute { what: "workspace", .. }));
        long: &"/a".repeat(2048), None, None => (Ok(Some(_)));
        too_long: &"/a".repeat(2049), None, None => (Err(SurroundingsError::TooLong { what: "directory" }));
        home_too_long: "/a", None, Some(&"/a".repeat(2049)) => (Err(SurroundingsError::TooLong { what: "home directory" }));
        workspace_too_long: "/a", Some(&"/a".repeat(2049)), None => (Err(SurroundingsError::TooLong { what: "workspace" }));
        nul: "/a\0b", None, None => (Err(SurroundingsError::NotAbsolute { .. }));
    }

    #[test]
    fn the_repository_around_the_directory() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(root.path().join(".git"), "gitdir: elsewhere").unwrap();
        let found = workspace(inner.to_str().unwrap(), None, None).unwrap();
        assert_eq!(found.as_deref(), root.path().to_str());
    }

    #[test]
    fn where_trust_and_log_are_kept() {
        let found = |data: Option<&str>, state: Option<&str>| {
            let surroundings = Surroundings {
                home: Some("/home/u".to_owned()),
                data: data.map(str::to_owned),
                state: state.map(str::to_owned),
                ..Surroundings::default()
            };
            surroundings.context().unwrap().store.join(" ")
        };
        for (data, state, wanted) in [
            (
                None,
                None,
                "/home/u/.local/share/execpolicy /home/u/.local/state/execpolicy",
            ),
            (
                Some("/x/data"),
                Some("/x/state/"),
                "/x/data/execpolicy /x/state/execpolicy",
            ),
        ] {
            assert_eq!(found(data, state), wanted);
        }
    }

    #[test]
    fn policy_and_temporary_directories() {
        let found = |settings: Option<&str>, temporary: Option<&str>| {
            let surroundings = Surroundings {
                cwd: Some("/nowhere/at".to_owned()),
                home: Some("/home/u".to_owned()),
                settings: settings.map(str::to_owned),
                temporary: temporary.map(str::to_owned),
                ..Surroundings::default()
            };
            let context = surroundings.context().unwrap();
            let (own, policy) = context.policy.split_last().unwrap();
            assert_eq!(**own, *std::env::current_exe().unwrap().to_str().unwrap());
            (policy.join(" "), context.temporary.unwrap().into_string())
        };
        for (settings, temporary, users, wanted) in [
            (None, None, "/home/u/.config/execpolicy", "/tmp"),
            (Some("/x/conf/"), Some("/x/tmp/."), "/x/conf/execpolicy", "/x/tmp"),
        ] {
            let policy = format!("/etc/execpolicy {users} /nowhere/at/.execpolicy");
            assert_eq!(found(settings, temporary), (policy, wanted.to_owned()));
        }
    }
}
