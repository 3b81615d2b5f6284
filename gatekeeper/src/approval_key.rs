//! What a yes that is remembered was given to, and what no yes is remembered for.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use execpolicy::{Effect, EffectKind, Executed, SegmentVerdict, UnknownEffect};
use shell_parser::{Limits, WorkingDirectory};

use crate::clearance::Terms;
use crate::digest::{Digest, Sum};
use crate::pinned::Seen;
use crate::program_file::program_file;
use crate::{Judgement, Prepared};

/// Files that are looked at for one question, beside those of [`add_program`].
const MOST_NAMED: usize = 1_000;

/// Everything that a remembered yes holds for: the command in its one spelling, the files it would execute, where, under
/// which policy, with which environment and in which confinement.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct ApprovalKey(Digest);

/// Why a yes counts once: the same words may run something else the next time.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OnceOnly {
    /// A part of the command is not understood, or is only known when it runs, or a policy file does not load.
    #[error("not all of it is known before it runs")]
    NotKnown,
    /// A program runs, or may run, code that comes from elsewhere than its own file: a script and what that loads, a
    /// module, what a directory configures. Nothing is known of a program that no policy describes.
    #[error("`{program}` may run what another file holds, and that may change")]
    Loads {
        /// The program, as it is called.
        program: Box<str>,
    },
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
    /// [`OnceOnly`] unless it is known that the same key is the same code: of each program, that it runs its own file
    /// and nothing else.
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
            runs_nothing_else(segment)?;
            add_program(&mut sum, segment, terms)?;
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
    let runs_any = segments.iter().any(runs_code);
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

/// The program of a segment: whoever changes its file makes another command.
fn add_program(sum: &mut Sum, segment: &SegmentVerdict, terms: &Terms) -> Result<(), OnceOnly> {
    let Some(program) = segment.segment.argv.first() else {
        return Ok(());
    };
    let name = program.value.exact().ok_or(OnceOnly::NotKnown)?;
    let start = terms.directory.path();
    let from = match &segment.segment.directory {
        WorkingDirectory::Moved(path) => start.join(&**path),
        // A name without a slash leads to the same file wherever it is called.
        WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown
            if name.contains('/') && !name.starts_with('/') =>
        {
            return Err(OnceOnly::NotKnown);
        }
        WorkingDirectory::Start | WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => start.to_owned(),
    };
    let file = program_file(OsStr::new(name), &from, terms.enclosure.environment());
    sum.add(name.as_bytes());
    if let Some(file) = file {
        sum.add_seen(&file, Seen::at(&file).ok());
    }
    Ok(())
}

/// That a segment runs its program's file and nothing beside it, but for commands that are segments of their own.
fn runs_nothing_else(segment: &SegmentVerdict) -> Result<(), OnceOnly> {
    let program = segment.segment.argv.first().and_then(|word| word.value.exact());
    let loads = || OnceOnly::Loads {
        program: program.unwrap_or("a program").into(),
    };
    // Whoever obeys a directory runs what it configures: hooks, filters, an editor.
    if !segment.trusted.is_empty() {
        return Err(loads());
    }
    for Effect { kind, .. } in &segment.effects {
        match kind {
            EffectKind::Execute(Executed::Script(text)) if text.exact().is_some() => {}
            EffectKind::Execute(Executed::Command(words))
                if words.iter().all(|word| word.exact().is_some()) => {}
            EffectKind::Execute(Executed::Script(_) | Executed::Command(_))
            | EffectKind::Unknown(UnknownEffect::Word) => return Err(OnceOnly::NotKnown),
            EffectKind::Execute(Executed::Code { .. } | Executed::Startup(_))
            | EffectKind::Configured(_)
            | EffectKind::Unknown(
                UnknownEffect::Program
                | UnknownEffect::Subcommand
                | UnknownEffect::Option
                | UnknownEffect::Operand,
            ) => return Err(loads()),
            EffectKind::Setting { name, .. } => {
                return Err(OnceOnly::Sets {
                    variable: name.clone(),
                });
            }
            EffectKind::List(_)
            | EffectKind::Read(_)
            | EffectKind::Write(_)
            | EffectKind::Delete(_)
            | EffectKind::DeleteAll(_)
            | EffectKind::Connect(_)
            | EffectKind::Escalate
            | EffectKind::Signal
            | EffectKind::Configure
            | EffectKind::Overwrite => {}
        }
    }
    Ok(())
}

/// Whether the program runs code, or may: what is not known of it is not known to run none.
fn runs_code(segment: &SegmentVerdict) -> bool {
    segment.effects.iter().any(|effect| {
        matches!(
            effect.kind,
            EffectKind::Execute(_) | EffectKind::Configured(_) | EffectKind::Unknown(_)
        )
    })
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
