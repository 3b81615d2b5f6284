//! Puts the hook into an agent's settings file, and takes it out again as if it had never been there.

mod record;
mod replacement;

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Agent;
use super::settings::{Content, Settings, SettingsError};
use record::Record;
use replacement::replace;

/// Bytes of a settings file. A longer one is not touched.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The settings file of an agent, with what is remembered of it.
#[derive(Debug)]
pub struct Installation {
    agent: Agent,
    settings: &'static Settings,
    /// Where it really is, behind all links.
    path: PathBuf,
    store: PathBuf,
}

/// What becomes of a settings file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettingsChange {
    /// The file.
    pub path: PathBuf,
    /// What it holds; `None` is no file.
    pub before: Option<String>,
    /// What it will hold; `None` is no file.
    pub after: Option<String>,
    /// What is remembered of it afterwards.
    record: Option<Record>,
    /// Directories that were made for it, and go with it.
    made: Vec<PathBuf>,
}

/// Why a settings file is left as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallationError {
    /// The agent has no settings file for hooks.
    #[error("{agent} has no settings file for hooks{scope}")]
    NoSettings {
        /// The agent.
        agent: &'static str,
        /// Of which kind.
        scope: &'static str,
    },
    /// The agent takes its settings from somewhere below the directory that it is started in.
    #[error("`${variable}` is no absolute path, so where the agent's settings are is not known")]
    Moved {
        /// What says so.
        variable: &'static str,
    },
    /// What it holds.
    #[error("`{}` is left as it is: {why}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// Why.
        why: SettingsError,
    },
    /// What the system said.
    #[error("`{}` cannot be {doing}: {source}", path.display())]
    System {
        /// What was tried.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Installation {
    /// The file that an agent with this home directory and these variables reads in every project of this user, or in
    /// this project alone.
    ///
    /// # Errors
    /// [`InstallationError::NoSettings`], or [`InstallationError::Moved`].
    pub fn place(
        agent: Agent,
        home: &Path,
        project: Option<&Path>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<PathBuf, InstallationError> {
        let settings = agent.settings();
        let moved = settings.into_iter().flat_map(|settings| settings.moved);
        let moved = moved
            .filter_map(|(name, below)| Some((*name, PathBuf::from(variable(name)?), *below)))
            .find(|(_, directory, _)| !directory.as_os_str().is_empty());
        let found = match (project, moved) {
            (None, Some((variable, directory, _))) if !directory.is_absolute() => {
                return Err(InstallationError::Moved { variable });
            }
            (None, Some((_, directory, below))) => Some(directory.join(below)),
            (None, None) => settings.map(|settings| home.join(settings.user)),
            (Some(project), _) => settings
                .and_then(|settings| settings.project)
                .map(|below| project.join(below)),
        };
        found.ok_or(InstallationError::NoSettings {
            agent: agent.name(),
            scope: if project.is_some() { " in a project" } else { "" },
        })
    }

    /// The settings file at this place, or where links lead from there. What is remembered of it is kept in `store`.
    ///
    /// # Errors
    /// [`InstallationError`] where the agent has none, or it cannot be found.
    pub fn at(agent: Agent, path: &Path, store: &Path) -> Result<Self, InstallationError> {
        let settings = agent.settings().ok_or(InstallationError::NoSettings {
            agent: agent.name(),
            scope: "",
        })?;
        let path = match fs::canonicalize(path) {
            Ok(path) => path,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => path.to_owned(),
            Err(error) => return Err(system("found", path)(error)),
        };
        Ok(Self {
            agent,
            settings,
            path,
            store: store.to_owned(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The commands in it that run this hook.
    ///
    /// # Errors
    /// [`InstallationError`] where it cannot be read or is not understood.
    pub fn commands(&self) -> Result<Vec<String>, InstallationError> {
        match self.text()? {
            None => Ok(Vec::new()),
            Some(text) => self
                .settings
                .commands(self.agent, &text)
                .map_err(|why| self.refused(why)),
        }
    }

    /// What keeps the agent from running the hook in it as `install` writes it, in words.
    ///
    /// # Errors
    /// [`InstallationError`] where it cannot be read or is not understood.
    pub fn flaws(&self) -> Result<Vec<String>, InstallationError> {
        let Some(text) = self.text()? else {
            return Ok(Vec::new());
        };
        let flaws = self.settings.flaws(self.agent, &text);
        let mut flaws = flaws.map_err(|why| self.refused(why))?;
        let found = self.path.metadata().map_err(system("read", &self.path))?;
        if self.mode() & 0o111 != 0 && found.permissions().mode() & 0o100 == 0 {
            flaws.push("it is not executable".to_owned());
        }
        Ok(flaws)
    }

    /// What the file becomes with the hook in it, once. Nothing is written.
    ///
    /// # Errors
    /// [`InstallationError`] where it cannot be read, is not understood or is read-only.
    pub fn install(&self, command: &str) -> Result<SettingsChange, InstallationError> {
        let now = self.text()?;
        // What was there before the first time is what is gone back to.
        let (before, made) = match self.remembered()? {
            Some(record) if record.holds(now.as_deref()) => (record.before, record.made),
            Some(record) if now.is_some() => (
                self.without(now.as_deref(), record.before.as_deref())?,
                record.made,
            ),
            Some(_) | None => (self.without(now.as_deref(), None)?, self.missing_directories()),
        };
        let after = self.settings.with(self.agent, before.as_deref(), command);
        let after = after.map_err(|why| self.refused(why))?;
        self.permitted(SettingsChange {
            path: self.path.clone(),
            before: now,
            record: Some(Record::new(&self.path, before, &after, made)),
            after: Some(after),
            made: Vec::new(),
        })
    }

    /// What the file becomes without the hook: what it was before, to the byte; or, where somebody has changed it since,
    /// what it is now without the hook. Nothing is written.
    ///
    /// # Errors
    /// [`InstallationError`] where it cannot be read, is not understood or is read-only.
    pub fn uninstall(&self) -> Result<SettingsChange, InstallationError> {
        let now = self.text()?;
        let (after, made) = match self.remembered()? {
            Some(record) if record.holds(now.as_deref()) => (record.before, record.made),
            Some(record) => (
                self.without(now.as_deref(), record.before.as_deref())?,
                record.made,
            ),
            None => (self.without(now.as_deref(), None)?, Vec::new()),
        };
        self.permitted(SettingsChange {
            path: self.path.clone(),
            before: now,
            after,
            record: None,
            made,
        })
    }

    /// Writes a change, whole or not at all: what is remembered first, the file itself last.
    ///
    /// # Errors
    /// [`InstallationError::System`], or somebody has changed the file since the change was made up.
    pub fn write(&self, change: &SettingsChange) -> Result<(), InstallationError> {
        if self.text()? != change.before {
            let changed = io::Error::other("it was changed meanwhile");
            return Err(system("changed", &self.path)(changed));
        }
        if let Some(record) = &change.record {
            self.remember(record)?;
        }
        match &change.after {
            Some(after) if change.before.as_ref() == Some(after) => {}
            Some(after) => {
                let parent = self.path.parent().unwrap_or(Path::new("/"));
                fs::create_dir_all(parent).map_err(system("made", parent))?;
                replace(&self.path, after.as_bytes(), self.mode()).map_err(system("written", &self.path))?;
            }
            None if change.before.is_some() => {
                fs::remove_file(&self.path).map_err(system("removed", &self.path))?;
            }
            None => {}
        }
        if change.record.is_none() {
            for directory in &change.made {
                // Somebody may have put something else there.
                drop(fs::remove_dir(directory));
            }
            drop(fs::remove_file(self.record_path()));
        }
        Ok(())
    }

    fn without(&self, text: Option<&str>, was: Option<&str>) -> Result<Option<String>, InstallationError> {
        match text {
            None => Ok(None),
            Some(text) => self
                .settings
                .without(self.agent, text, was)
                .map_err(|why| self.refused(why)),
        }
    }

    /// What the file holds; `None` where there is none.
    fn text(&self) -> Result<Option<String>, InstallationError> {
        read(&self.path).map_err(system("read", &self.path))
    }

    /// The mode that it gets where there is none.
    fn mode(&self) -> u32 {
        match self.settings.content {
            Content::Own { executable: true, .. } => 0o755,
            Content::Own { .. } | Content::Shared { .. } => 0o644,
        }
    }

    /// The change, where the file may change: who has made it read-only does not want that, and another file in its place
    /// would get around it.
    fn permitted(&self, change: SettingsChange) -> Result<SettingsChange, InstallationError> {
        let is_read_only = || match self.path.metadata() {
            Ok(found) => Ok(found.permissions().mode() & 0o200 == 0),
            Err(error) => Err(system("read", &self.path)(error)),
        };
        if change.before.is_some() && change.before != change.after && is_read_only()? {
            return Err(self.refused(SettingsError::ReadOnly));
        }
        Ok(change)
    }

    /// The directories that have to be made for it, the innermost first.
    fn missing_directories(&self) -> Vec<PathBuf> {
        let above = self.path.ancestors().skip(1);
        above
            .take_while(|directory| !directory.exists())
            .map(Path::to_owned)
            .collect()
    }

    fn record_path(&self) -> PathBuf {
        self.store.join("hooks").join(Record::name(&self.path))
    }

    fn remembered(&self) -> Result<Option<Record>, InstallationError> {
        let path = self.record_path();
        let text = read(&path).map_err(system("read", &path))?;
        // What is not understood is nothing: the hook is then taken out of what the file is now.
        Ok(text.and_then(|text| Record::read(&text)))
    }

    fn remember(&self, record: &Record) -> Result<(), InstallationError> {
        let directory = self.store.join("hooks");
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&directory);
        made.map_err(system("made", &directory))?;
        let path = self.record_path();
        replace(&path, record.text().as_bytes(), 0o600).map_err(system("written", &path))
    }

    fn refused(&self, why: SettingsError) -> InstallationError {
        InstallationError::Settings {
            path: self.path.clone(),
            why,
        }
    }
}

fn system(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> InstallationError {
    let path = path.to_owned();
    move |source| InstallationError::System { doing, path, source }
}

/// The text of a file; `None` where there is none.
fn read(path: &Path) -> io::Result<Option<String>> {
    // Before it is opened: opening a pipe waits for whoever writes to it.
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(found) if !found.is_file() => return Err(io::Error::other("it is not a file")),
        Ok(found) if found.len() > LONGEST => {
            return Err(io::Error::other(format!("it is longer than {LONGEST} bytes")));
        }
        Ok(_) => {}
    }
    let mut text = String::new();
    File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests;
