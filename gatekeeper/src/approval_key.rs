//! What a yes that is remembered was given to, and what no yes is remembered for.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use execpolicy::{EffectKind, Executed, SegmentVerdict, UnknownEffect};
use shell_parser::{Input, Limits, WorkingDirectory};

use crate::clearance::Terms;
use crate::digest::{Digest, Sum};
use crate::pinned::Seen;
use crate::program_file::program_file;
use crate::{Judgement, Prepared};

/// Files that are looked at for one question, beside those of [`add_files`].
const MOST_NAMED: usize = 1_000;

/// Everything that a remembered yes holds for: the command in its one spelling, the files it would execute, where, under
/// which policy, with which environment and in which confinement.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct ApprovalKey(Digest);

/// Why a yes counts once: it is not known that the same words run the same programs the next time.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OnceOnly {
    /// A part of the command is not understood, or is only known when it runs, or a policy file does not load.
    #[error("not all of it is known before it runs")]
    NotKnown,
    /// A variable is set for a program. It may name what else is run.
    #[error("`{variable}` is set, and may name what else is run")]
    Sets {
        /// The variable.
        variable: Box<str>,
    },
}

impl ApprovalKey {
    /// The key of a command.
    ///
    /// # Errors
    /// [`OnceOnly`] where what it runs is not in its words: something is not understood, a program's name or place is only
    /// known at run time, a variable leads elsewhere, a policy file does not load.
    pub(crate) fn of(prepared: &Prepared) -> Result<Self, OnceOnly> {
        let judgement = prepared.judgement();
        let verdict = judgement.verdict();
        if !verdict.broken().is_empty() || !verdict.gaps().is_empty() {
            return Err(OnceOnly::NotKnown);
        }
        let terms = prepared.terms();
        let mut sum = Sum::new();
        add_command(&mut sum, judgement, terms);
        sum.add_seen(terms.executable.path(), Some(terms.executable.seen()));
        // What is in a directory may change, so its time of change does not count.
        sum.add_place(terms.directory.path(), terms.directory.seen());
        for digest in [terms.policy, terms.environment] {
            sum.add(digest.bytes());
        }
        // Their order is that of their fields, and what they hold is sorted.
        sum.add(format!("{:?}", terms.confinement).as_bytes());
        sum.add(format!("{:?}", terms.enclosure.confinement()).as_bytes());
        // Where a path leads, and what was said of that: a link that is moved makes another question.
        sum.add(
            format!(
                "{:?}",
                (&terms.context.links, judgement.decision(), judgement.doings())
            )
            .as_bytes(),
        );
        for segment in verdict.segments() {
            sets_nothing(segment)?;
            add_files(&mut sum, segment, terms).ok_or(OnceOnly::NotKnown)?;
        }
        Ok(Self(sum.end()))
    }
}

/// Of exactly what was prepared, to the byte: the command, its verdict, the files it would execute, where, under which
/// policy, with which environment and in which confinement. Whatever of that changes makes another digest.
pub(crate) fn exact(prepared: &Prepared) -> Digest {
    let terms = prepared.terms();
    let judgement = prepared.judgement();
    let mut sum = Sum::new();
    sum.add(judgement.command().source().text().as_bytes());
    sum.add(diagnostics::render::to_json(&judgement.report()).as_bytes());
    for word in &terms.arguments {
        sum.add(word.as_encoded_bytes());
    }
    sum.add_seen(terms.executable.path(), Some(terms.executable.seen()));
    sum.add_place(terms.directory.path(), terms.directory.seen());
    for digest in [terms.policy, terms.environment] {
        sum.add(digest.bytes());
    }
    let confinement = terms.enclosure.confinement();
    sum.add(format!("{:?}", (&terms.confinement, &terms.grants, confinement)).as_bytes());
    let found = (&terms.context.lookup, &terms.context.links);
    sum.add(format!("{found:?}").as_bytes());
    add_named(&mut sum, judgement, terms);
    sum.end()
}

/// Every file that a command names which runs code, as far as its words are known: also where one of them is not.
fn add_named(sum: &mut Sum, judgement: &Judgement, terms: &Terms) {
    let segments = judgement.verdict().segments();
    let runs_any = segments.iter().any(may_run_files);
    let start = terms.directory.path();
    let environment = terms.enclosure.environment();
    let mut left = MOST_NAMED;
    for segment in segments {
        let words = segment.segment.argv.iter().map(|word| word.value.exact());
        let mut words: VecDeque<Option<&str>> = words.collect();
        let program = words.pop_front().flatten();
        // What is read may come from a file that is no word, and so may what is run.
        let redirects = segment.segment.redirects.iter();
        let read = redirects.filter_map(|redirect| redirect.target.exact());
        let named = words.into_iter().flatten().chain(read);
        let named: Vec<&str> = named.chain(files_that_are_run(segment)).collect();
        for directory in directories(&segment.segment.directory, start) {
            let program = program.and_then(|name| program_file(OsStr::new(name), &directory, environment));
            let named = named.iter().filter(|_| runs_any).map(|file| directory.join(file));
            for file in program.into_iter().chain(named.filter(|file| file.is_file())) {
                if let Some(rest) = left.checked_sub(1) {
                    left = rest;
                    sum.add_seen(&file, Seen::at(&file).ok());
                }
            }
        }
    }
}

/// Where a segment may start, as far as that is known.
fn directories(directory: &WorkingDirectory, start: &Path) -> Vec<PathBuf> {
    match directory {
        WorkingDirectory::Start | WorkingDirectory::Unknown => vec![start.to_owned()],
        WorkingDirectory::Moved(path) => vec![start.join(&**path)],
        WorkingDirectory::OneOf(several) => several.iter().flat_map(|one| directories(one, start)).collect(),
    }
}

/// A text in its one spelling, so that blanks and quotes make no other command of it; words to the byte.
fn add_command(sum: &mut Sum, judgement: &Judgement, terms: &Terms) {
    let command = judgement.command();
    if command.is_rendered() {
        sum.add(b"words");
        for word in &terms.arguments {
            sum.add(word.as_encoded_bytes());
        }
    } else {
        let spelling = shell_parser::print(command.script(), &Limits::default());
        sum.add(b"text");
        sum.add(spelling.as_deref().unwrap_or(command.source().text()).as_bytes());
    }
}

/// That a segment sets no variable which may name what else is run.
fn sets_nothing(segment: &SegmentVerdict) -> Result<(), OnceOnly> {
    for effect in &segment.effects {
        if let EffectKind::Setting { name, .. } = &effect.kind {
            return Err(OnceOnly::Sets {
                variable: name.clone(),
            });
        }
    }
    Ok(())
}

/// The program of a segment, and the files that it is told to run: whoever changes one of them makes another command.
fn add_files(sum: &mut Sum, segment: &SegmentVerdict, terms: &Terms) -> Option<()> {
    let Some(program) = segment.segment.argv.first() else {
        return Some(());
    };
    let name = program.value.exact()?;
    let start = terms.directory.path();
    let directory: Option<PathBuf> = match &segment.segment.directory {
        WorkingDirectory::Start => Some(start.to_owned()),
        WorkingDirectory::Moved(path) => Some(start.join(&**path)),
        WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => None,
    };
    // A name without a slash leads to the same file wherever it is called.
    let by_path = name.contains('/') && !name.starts_with('/');
    if by_path && directory.is_none() {
        return None;
    }
    let from = directory.as_deref().unwrap_or(start);
    let file = program_file(OsStr::new(name), from, terms.enclosure.environment());
    sum.add(name.as_bytes());
    if let Some(file) = file {
        sum.add_seen(&file, Seen::at(&file).ok());
    }
    if runs_what_is_not_said(segment) {
        return None;
    }
    for told in files_of_code(segment)? {
        let file = directory.as_ref()?.join(told);
        sum.add_seen(&file, Some(Seen::at(&file).ok()?));
    }
    for path in files_that_are_run(segment) {
        let file = directory.as_ref()?.join(path);
        if file.is_file() {
            sum.add_seen(&file, Seen::at(&file).ok());
        }
    }
    Some(())
}

/// Whether a segment runs what neither its words nor a file that they name say: code or a command that is only known at
/// run time, a file that a word only known at run time names, what another command writes.
fn runs_what_is_not_said(segment: &SegmentVerdict) -> bool {
    let mut executed = segment.effects.iter().filter_map(|effect| executed(&effect.kind));
    let mut words = segment.segment.argv.iter();
    runs_code(segment) && (is_fed(segment) || words.any(|word| word.value.exact().is_none()))
        || executed.any(|executed| match executed {
            Executed::Script(text) | Executed::Code { text, .. } => text.exact().is_none(),
            Executed::Command(words) => words.iter().any(|word| word.exact().is_none()),
            Executed::Startup(_) => false,
        })
}

/// Whether what a segment reads comes out of another command, or is a text that is only known at run time.
fn is_fed(segment: &SegmentVerdict) -> bool {
    match &segment.segment.input {
        Input::Pipe(_) | Input::Stage(_) | Input::Found(_) => true,
        Input::Text(text) => text.exact().is_none(),
        Input::Inherited | Input::File => false,
    }
}

/// The files that a program which runs code may read from, those of the blocks around it too; `None` where it is not
/// known which.
fn files_of_code(segment: &SegmentVerdict) -> Option<Vec<&str>> {
    if !runs_code(segment) || segment.segment.input != Input::File {
        return Some(Vec::new());
    }
    let redirects = segment.segment.redirects.iter();
    let reading = redirects.filter(|redirect| redirect.fd == 0);
    reading.map(|redirect| redirect.target.exact()).collect()
}

/// Whether the program runs code, or may: nobody knows what its operand is.
fn runs_code(segment: &SegmentVerdict) -> bool {
    segment.effects.iter().any(|effect| {
        executed(&effect.kind).is_some() || effect.kind == EffectKind::Unknown(UnknownEffect::Operand)
    })
}

/// Whether the program may run a file that it is told of: what is not known of it is not known to run none.
fn may_run_files(segment: &SegmentVerdict) -> bool {
    segment.effects.iter().any(|effect| {
        matches!(
            effect.kind,
            EffectKind::Execute(_) | EffectKind::Configured(_) | EffectKind::Unknown(_)
        )
    })
}

fn executed(kind: &EffectKind) -> Option<&Executed> {
    if let EffectKind::Execute(executed) = kind {
        Some(executed)
    } else {
        None
    }
}

/// What may name a file that the program runs: a script for an interpreter, a file of tasks. Not each is one.
pub(crate) fn files_that_are_run(segment: &SegmentVerdict) -> Vec<&str> {
    let words = segment.segment.argv.iter().skip(1);
    let words: Vec<&str> = words.filter_map(|word| word.value.exact()).collect();
    let runs = segment.effects.iter().flat_map(|effect| match &effect.kind {
        EffectKind::Configured(path) => path.exact().into_iter().collect(),
        EffectKind::Execute(_) | EffectKind::Unknown(UnknownEffect::Operand) => words.clone(),
        EffectKind::List(_)
        | EffectKind::Read(_)
        | EffectKind::Write(_)
        | EffectKind::Delete(_)
        | EffectKind::DeleteAll(_)
        | EffectKind::Connect(_)
        | EffectKind::Escalate
        | EffectKind::Signal
        | EffectKind::Configure
        | EffectKind::Overwrite
        | EffectKind::Setting { .. }
        | EffectKind::Unknown(_) => Vec::new(),
    });
    runs.collect()
}

impl Sum {
    fn add_seen(&mut self, path: &Path, seen: Option<Seen>) {
        self.add(path.as_os_str().as_encoded_bytes());
        self.add(format!("{seen:?}").as_bytes());
    }

    fn add_place(&mut self, path: &Path, seen: Seen) {
        self.add(path.as_os_str().as_encoded_bytes());
        self.add(format!("{:?}", seen.identity()).as_bytes());
    }
}
