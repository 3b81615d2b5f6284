//! From arguments as they are typed to a request that can be judged.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Severity, Source, Span};
use gatekeeper::{
    Approval, Command, ConfinementName, Context, Defaults, Dialect, Gatekeeper, Links, Surroundings, codes,
};

use crate::args::{ApprovalWord, CheckArgs, DialectWord, Format, Subject};
use crate::exit::Exit;
use crate::{environment, output};

/// Arguments that make sense, with the policy loaded.
#[derive(Debug)]
pub(crate) struct Request {
    /// The policy.
    pub(crate) gatekeeper: Gatekeeper,
    /// What is asked about.
    pub(crate) asked: Asked,
    /// The format that was asked for by name.
    pub(crate) format: Option<Format>,
}

/// What is asked about.
#[derive(Debug)]
pub(crate) enum Asked {
    /// One command, in its context.
    Command(Command, Context),
    /// Every line of stdin; the place and the people where a line does not say otherwise.
    Lines(Surroundings),
}

impl Request {
    /// Reads the arguments and the policy files. What is wrong with them is told on stderr.
    pub(crate) fn resolve(args: &CheckArgs) -> Result<Self, Exit> {
        let format = args.format;
        let wrong = |finding: Diagnostic| {
            output::complain(&[finding], format);
            Exit::Usage
        };
        let surroundings = surroundings(args).map_err(wrong)?;
        let asked = asked(&args.subject, surroundings).map_err(wrong)?;
        let defaults = if args.no_default {
            Defaults::None
        } else {
            Defaults::BuiltIn
        };
        let gatekeeper = Gatekeeper::open(&args.rules, defaults).map_err(|error| {
            output::complain(&error.findings, format);
            Exit::Failed
        })?;
        Ok(Self {
            gatekeeper,
            asked,
            format,
        })
    }
}

fn surroundings(args: &CheckArgs) -> Result<Surroundings, Diagnostic> {
    let here = environment::directory();
    let path = |what: &str, given: Option<PathBuf>| -> Result<Option<String>, Diagnostic> {
        let absolute = given.map(|path| here.as_deref().unwrap_or(Path::new("")).join(path));
        absolute.map(|path| text_of(what, path.as_os_str())).transpose()
    };
    Ok(Surroundings {
        cwd: path("--cwd", args.cwd.clone().or_else(|| here.clone()))?,
        workspace: path("--workspace", args.workspace.clone())?,
        home: path("--home", args.home.clone().or_else(environment::home))?,
        temporary: path("$TMPDIR", environment::temporary())?,
        settings: path("$XDG_CONFIG_HOME", environment::settings())?,
        data: path("$XDG_DATA_HOME", environment::data())?,
        state: path("$XDG_STATE_HOME", environment::state())?,
        environment: environment::names(),
        links: Links::Assumed,
        approval: args.approval.into(),
        confinement: args.confinement.as_deref().map(ConfinementName::new),
        dialect: args.dialect.into(),
    })
}

fn asked(subject: &Subject, surroundings: Surroundings) -> Result<Asked, Diagnostic> {
    let context = surroundings.context().map_err(|error| {
        Diagnostic::new(codes::WRONG_SURROUNDINGS, Severity::Error, error.to_string())
            .help("name a directory that holds the project and nothing else of the user's")
    })?;
    if subject.stdin {
        return Ok(Asked::Lines(surroundings));
    }
    if let Some(text) = &subject.shell {
        let text = text_of("--shell", text)?;
        return Ok(Asked::Command(Command::of_text(&text, context.dialect), context));
    }
    let mut words = Vec::with_capacity(subject.argv.len());
    for (index, word) in subject.argv.iter().enumerate() {
        words.push(text_of(&format!("argument {}", index.saturating_add(1)), word)?);
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(Asked::Command(Command::of_argv(&words), context))
}

/// The argument as text, or a finding that points to its first byte that is none.
fn text_of(what: &str, argument: &OsStr) -> Result<String, Diagnostic> {
    let Some(text) = argument.to_str() else {
        let bytes = argument.as_encoded_bytes();
        let bad = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
        let shown = Source::new(what, String::from_utf8_lossy(bytes));
        // The replacement character that stands for the bad byte is three bytes long.
        let span = Span::of(bad, bad.saturating_add(3));
        let message = format!("{what} is not UTF-8: byte {}", bad.saturating_add(1));
        return Err(Diagnostic::new(codes::NOT_TEXT, Severity::Error, message)
            .at(&shown, span, "this byte")
            .help("a command that is not UTF-8 cannot be judged; give it as text"));
    };
    Ok(text.to_owned())
}

impl From<ApprovalWord> for Approval {
    fn from(word: ApprovalWord) -> Self {
        match word {
            ApprovalWord::Untrusted => Self::Untrusted,
            ApprovalWord::OnRequest => Self::OnRequest,
            ApprovalWord::Never => Self::Never,
        }
    }
}

impl From<DialectWord> for Dialect {
    fn from(word: DialectWord) -> Self {
        match word {
            DialectWord::Bash => Self::Bash,
            DialectWord::Sh => Self::Sh,
            DialectWord::Zsh => Self::Zsh,
            DialectWord::Unknown => Self::Unknown,
        }
    }
}
