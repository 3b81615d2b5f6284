//! Judging the paths of a patch, each by itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gatekeeper::hook::Reasons;
use gatekeeper::risk::Risk;
use gatekeeper::sandbox::Profile;
use gatekeeper::{Approval, ConfinementName, Context, Decision, Gatekeeper, Judgement};

use super::granted::Granted;
use super::place::Place;
use super::plan::Edit;
use crate::protocol::{FileChange, FileChangeKind};
use crate::server::Server;
use crate::thread::Thread;

/// Directories that hold no files but the state of the system and of its programs; they are granted to nobody.
const OF_THE_SYSTEM: [&str; 4] = ["/proc", "/sys", "/run", "/dev"];

/// What policy says of a patch.
#[derive(Debug)]
pub(super) enum Ruling {
    /// It may be applied.
    Allowed,
    /// A person is to be asked.
    Asks {
        /// The paths that it is about, as they were given and as they are.
        about: Vec<String>,
        /// Why, on one line.
        reason: String,
        risk: Risk,
        /// Of these paths those that something speaks against.
        guarded: BTreeSet<PathBuf>,
        /// The directory that may be granted for all later patches.
        root: Option<PathBuf>,
    },
    /// It may not.
    Forbidden(String),
}

impl Ruling {
    /// What a yes to this question is good for when the policy has changed: whatever the ruling by the new one is, unless it
    /// asks for more.
    ///
    /// # Errors
    /// Why the yes is good for nothing, in words.
    pub(super) fn still(&self, now: Self) -> Result<Self, String> {
        let why = match (self, &now) {
            (_, Self::Allowed) => return Ok(now),
            (_, Self::Forbidden(why)) => why,
            (
                Self::Asks {
                    about, reason, root, ..
                },
                Self::Asks {
                    about: about_now,
                    reason: reason_now,
                    root: root_now,
                    ..
                },
            ) => {
                let is_same = reason == reason_now && (root_now.is_none() || root == root_now);
                if is_same && about_now.iter().all(|path| about.contains(path)) {
                    return Ok(now);
                }
                reason_now
            }
            (Self::Allowed | Self::Forbidden(_), Self::Asks { reason, .. }) => reason,
        };
        Err(format!("the policy has changed meanwhile: {why}"))
    }
}

/// Judges the paths of patches in one place.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    gatekeeper: &'a Gatekeeper,
    context: Context,
    /// What the thread's commands are confined by; `Err` where that cannot be found out.
    confined: Result<Option<Profile>, String>,
}

/// What is said of one path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Word {
    Allowed,
    /// Nothing speaks for it.
    Asked,
    /// Something speaks against it.
    Guarded,
    Forbidden,
}

impl<'a> Judge<'a> {
    /// One for the place of a thread.
    ///
    /// # Errors
    /// Where the thread has no place any more.
    pub(super) fn of(server: &Server, thread: &Thread, gatekeeper: &'a Gatekeeper) -> Result<Self, String> {
        let context = thread.surroundings.context().map_err(|error| error.to_string())?;
        let name = context.confinement.as_ref().filter(|name| !name.is_none());
        let confined = confined(gatekeeper, name, &context, server);
        Ok(Self {
            gatekeeper,
            context,
            confined,
        })
    }

    /// Why no patch may look at a file, if a rule forbids to read it: otherwise it would tell by its conflicts what the file
    /// holds.
    pub(super) fn hidden(&self, changes: &[FileChange], cwd: &Path) -> Option<String> {
        changes.iter().find_map(|change| {
            if matches!(change.kind, FileChangeKind::Add {}) {
                return None;
            }
            // What has no place is told when the files are looked at.
            let real = Place::of(&change.path, cwd).ok()?.path();
            let reading = self.reading(&cwd.join(&change.path), &real)?;
            let is_forbidden = reading.decision_of_effects() == Decision::Forbidden;
            is_forbidden.then(|| Reasons::of_judgement(&reading).person)
        })
    }

    /// What speaks against reading a file, which was given so and really is there.
    fn reading(&self, given: &Path, real: &Path) -> Option<Judgement> {
        let judged = |path: &Path| {
            let path = path.to_string_lossy();
            self.gatekeeper.judge_reading(&path, &mut self.context.clone())
        };
        let of_given = (given != real).then(|| judged(given)).flatten();
        strictest(judged(real), of_given)
    }

    /// Rules on the edits of a patch; `wish` is the directory that the person may grant.
    pub(super) fn rule(&self, edits: &[Edit], granted: &Granted, wish: Option<&Path>) -> Ruling {
        let mut asked: Vec<String> = Vec::new();
        let mut speaks_against = None;
        let mut guarded = BTreeSet::new();
        for edit in edits {
            let (word, against) = self.word_on(edit);
            let passes = match word {
                Word::Allowed => true,
                Word::Asked => {
                    granted.has_root_of(&edit.path) || granted.has_file(&edit.path, edit.is_removal())
                }
                Word::Guarded => {
                    guarded.insert(edit.path.clone());
                    granted.has_guarded(&edit.path, edit.is_removal(), self.gatekeeper.digest())
                }
                Word::Forbidden => return self.forbidden(edit, against),
            };
            if !passes {
                asked.extend(names(edit));
                speaks_against = strictest(speaks_against, against);
            }
        }
        if asked.is_empty() {
            return Ruling::Allowed;
        }
        let mut context = self.context.clone();
        let judgement = self.gatekeeper.judge_writes(&asked, &mut context);
        let mut risk = Risk::of(&judgement, &context);
        let speaks = if judgement.decision() == Decision::Allow {
            speaks_against.as_ref()
        } else {
            Some(&judgement)
        };
        let mut reason = match speaks {
            Some(judgement) => Reasons::of_judgement(judgement).person,
            None => self.why_not_contained(),
        };
        if let Some(against) = &speaks_against {
            risk = Risk::of(against, &context).raised_by(risk);
        }
        let root = wish.map(|wish| self.root(wish));
        let root = match root {
            Some(Ok(root)) => Some(root),
            Some(Err(why)) => {
                reason = format!("{reason}; `grantRoot` is not offered: {why}");
                None
            }
            None => None,
        };
        Ruling::Asks {
            about: asked,
            reason,
            risk,
            guarded,
            root,
        }
    }

    fn forbidden(&self, edit: &Edit, against: Option<Judgement>) -> Ruling {
        let judgement = self.judged(&names(edit));
        let speaks = match against {
            Some(against) if judgement.decision() != Decision::Forbidden => against,
            _ => judgement,
        };
        Ruling::Forbidden(Reasons::of_judgement(&speaks).person)
    }

    fn judged(&self, paths: &[String]) -> Judgement {
        self.gatekeeper.judge_writes(paths, &mut self.context.clone())
    }

    /// What is said of one name, and the judgement of its removal, or of reading it, where rules speak against that.
    fn word_on(&self, edit: &Edit) -> (Word, Option<Judgement>) {
        let judgement = self.judged(&names(edit));
        let removal = if edit.is_removal() {
            let path = edit.path.to_string_lossy();
            self.gatekeeper.judge_removal(&path, &mut self.context.clone())
        } else {
            None
        };
        // What was there has been read, and is somewhere else afterwards or in the question.
        let reading = edit
            .before
            .as_ref()
            .and_then(|_| self.reading(&edit.given, &edit.path));
        let against = strictest(removal, reading);
        let of_effects = against
            .as_ref()
            .map_or(Decision::Allow, Judgement::decision_of_effects);
        let word = match (judgement.decision(), of_effects) {
            (Decision::Forbidden, _) | (_, Decision::Forbidden) => Word::Forbidden,
            (_, Decision::Prompt) => Word::Guarded,
            (Decision::Prompt, Decision::Allow) if judgement.is_asked_by_a_rule() => Word::Guarded,
            (Decision::Prompt, Decision::Allow) => self.guarded_or(&edit.path, Word::Asked),
            (Decision::Allow, Decision::Allow) => match judgement.verdict().confinement() {
                Some(name) if !name.is_none() => self.contained(&edit.path),
                // A rule allows it, whatever it would run in.
                _ => Word::Allowed,
            },
        };
        (self.asked_of_somebody(word), against)
    }

    /// Where nobody can be asked, a question is a no.
    fn asked_of_somebody(&self, word: Word) -> Word {
        let can_be_asked = match (self.context.approval, word) {
            (_, Word::Allowed | Word::Forbidden) | (Approval::Untrusted | Approval::OnRequest, _) => true,
            (Approval::Never, _) => false,
            (Approval::Granular { fallback, .. }, Word::Asked) => fallback,
            (Approval::Granular { rules, .. }, Word::Guarded) => rules,
        };
        if can_be_asked { word } else { Word::Forbidden }
    }

    /// What the confinement of the thread's commands says: they could write it themselves, or not.
    fn contained(&self, path: &Path) -> Word {
        match &self.confined {
            Ok(Some(profile)) if profile.writable.iter().any(|root| path.starts_with(root)) => {
                self.guarded_or(path, Word::Allowed)
            }
            Ok(_) => self.guarded_or(path, Word::Asked),
            Err(_) => Word::Guarded,
        }
    }

    fn guarded_or(&self, path: &Path, otherwise: Word) -> Word {
        let Ok(Some(profile)) = &self.confined else {
            return if self.confined.is_err() {
                Word::Guarded
            } else {
                otherwise
            };
        };
        let mut guarded = profile.protected.iter().chain(&profile.hidden);
        if guarded.any(|guarded| path.starts_with(guarded)) {
            Word::Guarded
        } else {
            otherwise
        }
    }

    fn why_not_contained(&self) -> String {
        match &self.confined {
            Err(why) => format!("execpolicy: it is not known what commands may write here: {why}"),
            Ok(_) => "execpolicy: it writes what the commands of this thread may not".to_owned(),
        }
    }

    /// The real path of a directory that may be granted.
    fn root(&self, wish: &Path) -> Result<PathBuf, String> {
        let start = match &self.context.cwd {
            gatekeeper::Directory::Known(path) => PathBuf::from(&**path),
            gatekeeper::Directory::Unknown => PathBuf::from("/"),
        };
        let root = std::fs::canonicalize(start.join(wish)).map_err(|error| error.to_string())?;
        let Some(text) = root.to_str().filter(|_| root.is_dir()) else {
            return Err("it is no directory".to_owned());
        };
        if OF_THE_SYSTEM.iter().any(|place| root.starts_with(place)) {
            return Err("it is the system's own".to_owned());
        }
        let places = [self.context.home.as_deref(), self.context.workspace.as_deref()];
        let [home, workspace] = places.map(|place| place.and_then(|place| std::fs::canonicalize(place).ok()));
        if root.parent().is_none()
            || home.is_some_and(|home| home.starts_with(&root))
            || workspace.is_some_and(|workspace| workspace != root && workspace.starts_with(&root))
        {
            return Err("it is the root, or holds the home directory or the work tree".to_owned());
        }
        let inside = format!("{text}/file");
        let said = self.judged(&[text.to_owned(), inside]);
        if said.decision() == Decision::Forbidden || said.is_asked_by_a_rule() {
            return Err("a rule speaks of it".to_owned());
        }
        if self.guarded_or(&root, Word::Allowed) == Word::Guarded {
            return Err("it is protected".to_owned());
        }
        Ok(root)
    }
}

/// What the thread's commands are confined by.
fn confined(
    gatekeeper: &Gatekeeper,
    name: Option<&ConfinementName>,
    context: &Context,
    server: &Server,
) -> Result<Option<Profile>, String> {
    let Some(name) = name else {
        return Ok(None);
    };
    // What was not looked at is not kept from the commands either.
    let found = gatekeeper.confinement(name, context, &server.options.variables);
    found
        .map(|found| Some(found.profile))
        .map_err(|error| error.to_string())
}

/// Of two judgements of effects the one that decides.
fn strictest(one: Option<Judgement>, other: Option<Judgement>) -> Option<Judgement> {
    match (one, other) {
        (Some(one), Some(other)) if other.decision_of_effects() > one.decision_of_effects() => Some(other),
        (one, other) => one.or(other),
    }
}

/// A path as it was given and as it is.
fn names(edit: &Edit) -> Vec<String> {
    let real = edit.path.to_string_lossy().into_owned();
    let given = edit.given.to_string_lossy().into_owned();
    if given == real {
        vec![real]
    } else {
        vec![given, real]
    }
}
