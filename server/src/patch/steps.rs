//! The steps of a patch: forward to the new files, or back to the old ones from wherever they ended.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    AtFlags, FileType, Gid, Mode, OFlags, RenameFlags, Stat, Uid, fchmod, fchown, linkat, openat, renameat,
    renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::fault::reach;
use super::place::{Held, Identity};

/// The steps of a patch, as its journal keeps them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Steps {
    /// Directories that are there already, by their real paths.
    pub(super) directories: Vec<(PathBuf, Identity)>,
    /// Directories that are made, those above first.
    pub(super) made: Vec<PathBuf>,
    /// One for each name.
    pub(super) edits: Vec<Step>,
}

/// What is done to one name.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Step {
    pub(super) directory: PathBuf,
    pub(super) name: String,
    /// A name beside it that nobody else has: first of the new file, then of the old one.
    pub(super) aside: String,
    /// The file that is there.
    pub(super) before: Option<Identity>,
    /// The hash of what is there afterwards.
    pub(super) after: Option<String>,
}

/// A file to be written.
#[derive(Clone, Debug)]
pub(super) struct New {
    pub(super) bytes: Vec<u8>,
    /// Whose mode and owner it gets; left out, those of a new file.
    pub(super) like: Option<Like>,
}

/// The mode and the owner of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Like {
    pub(super) mode: u32,
    pub(super) owner: (u32, u32),
}

/// What the names of files aside begin with.
const ASIDE: &str = ".patch_";

/// Bits of a mode that are kept; the others give rights to whoever wrote the content.
const KEPT_MODE: u32 = 0o777;

impl Steps {
    /// Refuses what no patch has: a name that leads elsewhere, or one aside that is not of a patch.
    ///
    /// # Errors
    /// In words.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_name = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['/', '\0']);
        let is_aside = |name: &str| is_name(name) && name.starts_with(ASIDE);
        let is_real = |path: &Path| {
            let mut parts = path.components();
            parts.next() == Some(Component::RootDir) && parts.all(|part| matches!(part, Component::Normal(_)))
        };
        let paths = self.directories.iter().map(|(path, _)| path).chain(&self.made);
        let mut paths = paths.chain(self.edits.iter().map(|step| &step.directory));
        if paths.all(|path| is_real(path))
            && self
                .edits
                .iter()
                .all(|step| is_name(&step.name) && is_aside(&step.aside))
        {
            Ok(())
        } else {
            Err("a name in it is none that a patch has".to_owned())
        }
    }

    /// Goes through all steps; `is_still` says of the old file of a step whether it is what was looked at.
    ///
    /// # Errors
    /// At the first that fails; what was done is to be undone by [`Steps::back`].
    pub(super) fn forward(
        &self,
        held: &mut Held,
        news: &[Option<New>],
        is_still: &dyn Fn(usize, &Stat) -> bool,
    ) -> io::Result<()> {
        for path in &self.made {
            reach("make")?;
            held.make(path)?;
        }
        let mut written = Vec::with_capacity(self.edits.len());
        for (step, new) in self.edits.iter().zip(news) {
            let directory = held.get(&step.directory)?;
            written.push(match new {
                Some(new) => Some(step.write(&directory, new)?),
                None => None,
            });
        }
        for (index, ((step, new), written)) in self.edits.iter().zip(news).zip(written).enumerate() {
            let directory = held.get(&step.directory)?;
            step.put(&directory)?;
            let changed = || io::Error::other(format!("`{}` was changed meanwhile", step.name));
            if step.before.is_some() {
                reach("look")?;
                let old = step.old_name(&directory)?;
                let found = statat(&*directory, &old, AtFlags::SYMLINK_NOFOLLOW)?;
                if !is_still(index, &found) {
                    return Err(changed());
                }
            }
            if let (Some(new), Some(written)) = (new, written)
                && (look(&directory, &step.name)? != Some(written)
                    || read(&directory, &step.name)?.as_deref() != Some(&new.bytes))
            {
                return Err(changed());
            }
        }
        reach("sync")?;
        held.sync()
    }

    /// Undoes what was done, from whatever step on; goes on past errors. A file that somebody has written since is left as
    /// it is; that is told.
    ///
    /// # Errors
    /// The first.
    pub(super) fn back(&self, held: &mut Held, told: &mut Vec<String>) -> io::Result<()> {
        let mut result = Ok(());
        for step in self.edits.iter().rev() {
            if let Ok(directory) = held.get(&step.directory) {
                result = result.and(step.back(&directory, told));
            }
        }
        for path in self.made.iter().rev() {
            let removed = reach("unmake").and_then(|()| held.unmake(path));
            result = result.and(removed);
        }
        result.and(held.sync())
    }

    /// Removes what is left of the old files.
    ///
    /// # Errors
    /// The first.
    pub(super) fn finish(&self, held: &Held) -> io::Result<()> {
        let mut result = Ok(());
        for step in &self.edits {
            if let Ok(directory) = held.get(&step.directory) {
                result = result.and(step.clean(&directory));
            }
        }
        result.and(held.sync())
    }
}

impl Step {
    /// Where the old file is kept on file systems that cannot exchange two names.
    fn second(&self) -> String {
        format!("{}.old", self.aside)
    }

    /// Writes the new file aside.
    fn write(&self, directory: &OwnedFd, new: &New) -> io::Result<Identity> {
        reach("create")?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = if new.like.is_some() { 0o600 } else { 0o666 };
        let file = openat(directory, &self.aside, flags, Mode::from_raw_mode(mode))?;
        let found = rustix::fs::fstat(&file)?;
        let mut file = File::from(file);
        reach("write")?;
        file.write_all(&new.bytes)?;
        if let Some(like) = new.like {
            reach("mode")?;
            let (user, group) = like.owner;
            if (found.st_uid, found.st_gid) != like.owner {
                fchown(&file, Some(Uid::from_raw(user)), Some(Gid::from_raw(group))).map_err(|error| {
                    io::Error::other(format!("`{}` cannot keep its owner: {error}", self.name))
                })?;
            }
            fchmod(&file, Mode::from_raw_mode(like.mode & KEPT_MODE))?;
        }
        reach("write out")?;
        file.sync_all()?;
        Ok((found.st_dev, found.st_ino))
    }

    /// Puts the new file in its place, or takes the old one away.
    fn put(&self, directory: &OwnedFd) -> io::Result<()> {
        reach("put")?;
        match (self.before, &self.after) {
            (Some(_), Some(_)) => {
                let exchanged = renameat_with(
                    directory,
                    &self.aside,
                    directory,
                    &self.name,
                    RenameFlags::EXCHANGE,
                );
                match exchanged {
                    Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => self.put_by_link(directory),
                    exchanged => Ok(exchanged?),
                }
            }
            (Some(_), None) => Ok(renameat(directory, &self.name, directory, &self.aside)?),
            (None, _) => move_to_nothing(directory, &self.aside, &self.name),
        }
    }

    fn put_by_link(&self, directory: &OwnedFd) -> io::Result<()> {
        linkat(directory, &self.name, directory, self.second(), AtFlags::empty())?;
        reach("put over")?;
        Ok(renameat(directory, &self.aside, directory, &self.name)?)
    }

    /// The name that the old file has once the new one is in its place.
    fn old_name(&self, directory: &OwnedFd) -> io::Result<String> {
        let second = self.second();
        Ok(if look(directory, &second)?.is_some() {
            second
        } else {
            self.aside.clone()
        })
    }

    fn back(&self, directory: &OwnedFd, told: &mut Vec<String>) -> io::Result<()> {
        reach("back")?;
        let Some(before) = self.before else {
            return self.take_back(directory);
        };
        let second = self.second();
        let now = look(directory, &self.name)?;
        if look(directory, &second)?.is_some() {
            if now.is_none() || now == Some(before) || self.is_new(directory)? {
                renameat(directory, &second, directory, &self.name)?;
                remove(directory, &second)?;
            } else {
                self.leave(directory, &second, told);
            }
        } else if look(directory, &self.aside)? == Some(before) {
            if now.is_none() {
                move_to_nothing(directory, &self.aside, &self.name)?;
            } else if self.is_new(directory)? {
                renameat_with(
                    directory,
                    &self.aside,
                    directory,
                    &self.name,
                    RenameFlags::EXCHANGE,
                )?;
            } else {
                self.leave(directory, &self.aside, told);
                return Ok(());
            }
        }
        reach("remove aside")?;
        remove(directory, &self.aside)
    }

    /// Whether the file holds what the patch has written, and nothing that somebody wrote later.
    fn is_new(&self, directory: &OwnedFd) -> io::Result<bool> {
        let hash = read(directory, &self.name)?.map(|bytes| hash(&bytes));
        Ok(hash.is_some() && hash == self.after)
    }

    /// Leaves what somebody wrote later where it is, and the old file, which has this name, beside it.
    fn leave(&self, directory: &OwnedFd, old: &str, told: &mut Vec<String>) {
        let clear = format!("{}.before-patch", self.name);
        let kept = match move_to_nothing(directory, old, &clear) {
            Ok(()) => &*clear,
            Err(_) => old,
        };
        told.push(format!(
            "`{}` was written by somebody after a patch that is undone; it is left as it is, and what it held before the \
             patch is in `{kept}` beside it",
            self.directory.join(&self.name).display()
        ));
    }

    /// Removes a file that was added, unless somebody wrote to it later.
    fn take_back(&self, directory: &OwnedFd) -> io::Result<()> {
        let aside = look(directory, &self.aside)?;
        let is_there = aside.is_none() || look(directory, &self.name)? == aside;
        if is_there && self.is_new(directory)? {
            remove(directory, &self.name)?;
        }
        reach("remove aside")?;
        remove(directory, &self.aside)
    }

    fn clean(&self, directory: &OwnedFd) -> io::Result<()> {
        reach("clean")?;
        remove(directory, &self.aside)?;
        remove(directory, &self.second())
    }
}

/// The hash of a content.
pub(super) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// Gives a file another name, unless there is something of that name.
fn move_to_nothing(directory: &OwnedFd, from: &str, to: &str) -> io::Result<()> {
    match renameat_with(directory, from, directory, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            linkat(directory, from, directory, to, AtFlags::empty())?;
            remove(directory, from)
        }
        moved => Ok(moved?),
    }
}

/// Which file has this name.
fn look(directory: &OwnedFd, name: &str) -> io::Result<Option<Identity>> {
    match statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(found) => Ok(Some((found.st_dev, found.st_ino))),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What the file of this name holds; `None` where there is none.
fn read(directory: &OwnedFd, name: &str) -> io::Result<Option<Vec<u8>>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = match openat(directory, name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT | Errno::LOOP) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let found = rustix::fs::fstat(&file)?;
    let length = u64::try_from(found.st_size).unwrap_or(u64::MAX);
    if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile || length > super::MOST_OF_A_FILE {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let most = super::MOST_OF_A_FILE.saturating_add(1);
    File::from(file).take(most).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn remove(directory: &OwnedFd, name: &str) -> io::Result<()> {
    match unlinkat(directory, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
