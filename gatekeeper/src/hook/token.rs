//! A person's yes on its way through an agent: keyed, for one command in one place, once, and for a short time.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::approval_key::files_that_are_run;
use crate::approver::{Answer, Approver, Question, Scope};
use crate::digest::{Digest, Sum};
use crate::kept_directory::KeptDirectory;
use crate::pinned::Seen;
use crate::program_file::program_file;
use crate::random::{random_bytes, random_name};
use crate::report::VerdictReport;
use crate::surroundings::state_directory;
use crate::{Context, Judgement};

/// How long a yes holds: the person has to read the question, and nobody else is to find it later.
const LIFE: Duration = Duration::from_secs(600);

/// Yeses that are remembered as spent at a time. Past it no more are taken until some are over.
const MOST: usize = 10_000;

/// The tokens of one user: the key that makes them, and those that are spent. Every profile hides both.
#[derive(Debug)]
pub struct Tokens(KeptDirectory);

/// Everything that a token holds for.
#[derive(Clone, Copy, Debug)]
pub struct TokenTerms<'a> {
    /// The command with the verdict that is asked about: another verdict is another question.
    pub judgement: &'a Judgement,
    /// Where it starts.
    pub directory: &'a Path,
    /// What it runs in; `None` is nothing.
    pub confinement: Option<&'a str>,
    /// The policy that it is judged by.
    pub policy: Digest,
    /// The `PATH`, as far as it leads to its programs: an agent's shell adds to it.
    pub path: Option<&'a OsStr>,
}

/// An approver who has nothing but a token to go by.
#[derive(Debug)]
pub struct TokenApprover<'a> {
    tokens: Tokens,
    token: &'a str,
    policy: Digest,
    path: Option<OsString>,
    now: SystemTime,
    refusal: Mutex<Option<TokenError>>,
}

/// Why a token is no yes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It was not made here for this command, in this directory, under this policy, in this confinement.
    #[error("it was given for something else")]
    Foreign,
    /// Its time is over.
    #[error("its time is over")]
    Expired,
    /// It was used before.
    #[error("it was used before")]
    Spent,
    /// What is needed to check it cannot be had.
    #[error("it cannot be checked: {0}")]
    Unchecked(#[from] io::Error),
}

impl Tokens {
    /// The tokens of the user whose state is kept where the context says.
    ///
    /// # Errors
    /// The context does not say, or as [`Tokens::open`].
    pub fn of(context: &Context) -> io::Result<Self> {
        let state = state_directory(context);
        let state = state.ok_or_else(|| io::Error::other("it is not known where yeses are kept"))?;
        Self::open(&state.join("clearance"))
    }

    /// The tokens in a directory of the user's own, which is made where there is none.
    ///
    /// # Errors
    /// It cannot be made, or somebody else may write it.
    pub fn open(directory: &Path) -> io::Result<Self> {
        KeptDirectory::create(directory).map(Self)
    }

    /// A token for a command that a person is about to be asked about.
    ///
    /// # Errors
    /// No key can be read or made.
    pub fn issue(&self, terms: &TokenTerms<'_>, now: SystemTime) -> io::Result<String> {
        let key = self.key()?;
        let nonce = random_name()?;
        let end = seconds(now).saturating_add(LIFE.as_secs());
        let head = format!("{end:x}.{nonce}");
        let seal = terms.sealed(&key, &head);
        Ok(format!("{head}.{seal}"))
    }

    /// Takes a token, once.
    ///
    /// # Errors
    /// [`TokenError`] for whatever is no yes to these terms.
    pub fn redeem(&self, token: &str, terms: &TokenTerms<'_>, now: SystemTime) -> Result<(), TokenError> {
        let (head, seal) = token.rsplit_once('.').ok_or(TokenError::Foreign)?;
        let seal = blake3::Hash::from_hex(seal).map_err(|_| TokenError::Foreign)?;
        // Compared in a time that does not depend on where they differ.
        if seal != terms.sealed(&self.key()?, head) {
            return Err(TokenError::Foreign);
        }
        let (end, _) = head.split_once('.').ok_or(TokenError::Foreign)?;
        if is_over(end, now) {
            return Err(TokenError::Expired);
        }
        self.spend(head, now)
    }

    /// Notes that a token is used, and forgets those whose time is over.
    fn spend(&self, head: &str, now: SystemTime) -> Result<(), TokenError> {
        let lock = self.0.lock("lock")?;
        let known = self.0.read("spent", u64::MAX)?.unwrap_or_default();
        let known =
            String::from_utf8(known).map_err(|_| io::Error::other("the list of spent yeses is no text"))?;
        let mut kept: Vec<&str> = known
            .lines()
            .filter(|line| line.split('.').next().is_some_and(|end| !is_over(end, now)))
            .collect();
        if kept.contains(&head) {
            return Err(TokenError::Spent);
        }
        if kept.len() >= MOST {
            return Err(io::Error::other("too many yeses were given within a short time").into());
        }
        kept.push(head);
        self.0
            .replace("spent", (kept.join("\n") + "\n").as_bytes(), &lock)?;
        Ok(())
    }

    /// The key; made at its first use.
    fn key(&self) -> io::Result<[u8; 32]> {
        let known = |bytes: Vec<u8>| {
            <[u8; 32]>::try_from(bytes).map_err(|_| io::Error::other("the key is not one of 32 bytes"))
        };
        if let Some(key) = self.0.read("key", 32)? {
            return known(key);
        }
        let lock = self.0.lock("lock")?;
        if let Some(key) = self.0.read("key", 32)? {
            return known(key);
        }
        let key: [u8; 32] = random_bytes()?;
        self.0.replace("key", &key, &lock)?;
        Ok(key)
    }
}

impl TokenTerms<'_> {
    /// The files that the named programs lead to, as far as their names are known, and those that these are told to run:
    /// whoever changes one of them makes another command.
    fn programs(&self) -> Vec<(Option<PathBuf>, Option<Seen>)> {
        let path = self.path.iter().map(|path| ("PATH".into(), OsString::from(path)));
        let path: Vec<_> = path.collect();
        let segments = self.judgement.verdict().segments();
        let names = segments
            .iter()
            .filter_map(|segment| segment.segment.argv.first()?.value.exact());
        let programs = names.map(|name| program_file(name.as_ref(), self.directory, &path));
        let told = segments.iter().flat_map(files_that_are_run);
        let told = told
            .map(|file| self.directory.join(file))
            .filter(|file| file.is_file());
        let files = programs.chain(told.map(Some));
        files
            .map(|file| {
                let seen = file.as_deref().and_then(|file| Seen::at(file).ok());
                (file, seen)
            })
            .collect()
    }

    /// The keyed digest of all that a token holds for, with its own head.
    fn sealed(&self, key: &[u8; 32], head: &str) -> blake3::Hash {
        let mut sum = Sum::new();
        sum.add(b"execpolicy clearance token 1");
        sum.add(head.as_bytes());
        sum.add(self.judgement.command().source().text().as_bytes());
        // What was shown, without what may be proposed later.
        let report = VerdictReport::of(self.judgement.command(), self.judgement.verdict(), None);
        sum.add(diagnostics::render::to_json(&report).as_bytes());
        sum.add(self.directory.as_os_str().as_encoded_bytes());
        sum.add(format!("{:?}", self.confinement).as_bytes());
        sum.add(self.policy.bytes());
        for file in self.programs() {
            sum.add(format!("{file:?}").as_bytes());
        }
        blake3::keyed_hash(key, sum.end().bytes())
    }
}

impl<'a> TokenApprover<'a> {
    /// One for the token that came with a command, which is judged by this policy.
    ///
    /// # Errors
    /// Tokens cannot be checked.
    pub fn open(
        context: &Context,
        token: &'a str,
        policy: Digest,
        path: Option<OsString>,
        now: SystemTime,
    ) -> Result<Self, TokenError> {
        Ok(Self {
            tokens: Tokens::of(context)?,
            token,
            policy,
            path,
            now,
            refusal: Mutex::new(None),
        })
    }

    /// Why it said no, once it has.
    pub fn refusal(&self) -> Option<String> {
        let refusal = self.refusal.lock().unwrap_or_else(PoisonError::into_inner);
        refusal.as_ref().map(ToString::to_string)
    }
}

impl Approver for TokenApprover<'_> {
    fn ask(&self, question: &Question<'_>) -> Answer {
        let terms = TokenTerms {
            judgement: question.judgement,
            directory: question.directory,
            confinement: question
                .confinement
                .map(|confinement| confinement.profile.name.as_str()),
            policy: self.policy,
            path: self.path.as_deref(),
        };
        match self.tokens.redeem(self.token, &terms, self.now) {
            Ok(()) => Answer::Yes(Scope::Once),
            Err(why) => {
                *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                Answer::No
            }
        }
    }
}

/// Seconds since the epoch. A clock before it is at it, where every yes is over.
fn seconds(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Whether a token of this end is over. One that ends later than any that is made now is no better.
fn is_over(end: &str, now: SystemTime) -> bool {
    let now = seconds(now);
    let end = u64::from_str_radix(end, 16).unwrap_or(0);
    end <= now || end > now.saturating_add(LIFE.as_secs())
}

#[cfg(test)]
mod tests;
