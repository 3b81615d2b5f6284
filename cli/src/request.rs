//! From arguments as they are typed to a request that can be judged.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Severity, Source, Span};
use gatekeeper::{
    Approval, Command, ConfinementName, Context, Dialect, Gatekeeper, Links, Places, Surroundings,
    SurroundingsError, codes,
};

use crate::args::{ApprovalWord, CheckArgs, DialectWord, Format, Subject};
use crate::exit::Exit;
use crate::policy::{Policies, Policy};
use crate::{environment, output};

/// Arguments that make sense, with the policy loaded.
#[derive(Debug)]
pub(crate) struct Request {
    /// What is asked about.
    pub(crate) asked: Asked,
    /// The format that was asked for by name.
    pub(crate) format: Option<Format>,
}

/// What is asked about.
#[derive(Debug)]
pub(crate) enum Asked {
    /// One command, in its context, with the policy.
    Command(Box<Gatekeeper>, Command, Context),
    /// Every line of stdin; the place and the people where a line does not say otherwise.
    Lines(Box<Policies>, Surroundings),
}

impl Request {
    /// Reads the arguments and the policy files. What is wrong with them is told on stderr.
    pub(crate) fn resolve(args: &CheckArgs) -> Result<Self, Exit> {
        let format = args.format;
        let wrong = |finding| output::wrong_usage(finding, format);
        let place = Place {
            cwd: args.start.cwd.as_deref(),
            workspace: args.start.workspace.as_deref(),
            home: args.home.as_deref(),
            temporary: environment::temporary(),
            path: environment::path(),
            approval: args.approval,
            confinement: args.confinement.as_deref(),
            dialect: args.dialect.into(),
        };
        let surroundings = place.surroundings().map_err(wrong)?;
        let context = context(&surroundings).map_err(wrong)?;
        let command = command(&args.subject, context.dialect).map_err(wrong)?;
        let policy = Policy::new(&args.policy);
        let places = policy.places(&surroundings, context.workspace.as_deref());
        let places = places.map_err(|error| wrong(wrong_place(&error)))?;
        let broken = |findings: Vec<Diagnostic>| {
            output::complain(&findings, format);
            Exit::Failed
        };
        let asked = if let Some(command) = command {
            let gatekeeper = policy.open(&places).map_err(broken)?;
            Asked::Command(Box::new(gatekeeper), command, context)
        } else {
            let policies = policy.batch(places, format).map_err(broken)?;
            Asked::Lines(Box::new(policies), surroundings)
        };
        Ok(Self { asked, format })
    }
}

/// What arguments say of the place and the people; the environment says the rest.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) cwd: Option<&'a Path>,
    pub(crate) workspace: Option<&'a Path>,
    pub(crate) home: Option<&'a Path>,
    /// Where the command's temporary files go; `None` is `/tmp`.
    pub(crate) temporary: Option<PathBuf>,
    /// The `PATH` that names are looked up by; `None` is not looked at here.
    pub(crate) path: Option<OsString>,
    pub(crate) approval: ApprovalWord,
    pub(crate) confinement: Option<&'a str>,
    pub(crate) dialect: Dialect,
}

impl Place<'_> {
    /// With what the environment says; paths are made absolute.
    pub(crate) fn surroundings(&self) -> Result<Surroundings, Diagnostic> {
        let here = environment::directory();
        let path = |what: &str, given: Option<PathBuf>| -> Result<Option<String>, Diagnostic> {
            let absolute = given.map(|path| here.as_deref().unwrap_or(Path::new("")).join(path));
            absolute.map(|path| text_of(what, path.as_os_str())).transpose()
        };
        let owned = |path: Option<&Path>| path.map(Path::to_owned);
        // Who forgets `$HOME` is not rid of the user's policy: the user database names it, too.
        let home = owned(self.home).or_else(environment::home);
        Ok(Surroundings {
            store: Vec::new(),
            cwd: path("--cwd", owned(self.cwd).or_else(|| here.clone()))?,
            workspace: path("--workspace", owned(self.workspace))?,
            home: path("--home", home)?,
            temporary: path("$TMPDIR", self.temporary.clone())?,
            settings: path("$XDG_CONFIG_HOME", environment::settings())?,
            data: path("$XDG_DATA_HOME", environment::data())?,
            state: path("$XDG_STATE_HOME", environment::state())?,
            agents: environment::agents(),
            environment: environment::names(),
            path: self.path.clone(),
            links: Links::Assumed,
            approval: self.approval.into(),
            confinement: self.confinement.map(ConfinementName::new),
            dialect: self.dialect,
        })
    }
}

/// Where the call was made, with the work tree that it names, and where the layers are for that. Nothing is run there.
/// What is wrong with it is told on stderr.
pub(crate) fn here(workspace: Option<&Path>, format: Option<Format>) -> Result<(Context, Places), Exit> {
    let place = Place {
        cwd: None,
        workspace,
        home: None,
        path: None,
        temporary: None,
        approval: ApprovalWord::OnRequest,
        confinement: None,
        dialect: Dialect::Bash,
    };
    let found = place.surroundings().and_then(|surroundings| {
        let context = context(&surroundings)?;
        let places = surroundings.places(context.workspace.as_deref());
        Ok((context, places.map_err(|error| wrong_place(&error))?))
    });
    found.map_err(|finding| output::wrong_usage(finding, format))
}

/// The command that is asked about; `None` where the lines of stdin are.
fn command(subject: &Subject, dialect: Dialect) -> Result<Option<Command>, Diagnostic> {
    match &subject.shell {
        _ if subject.stdin => Ok(None),
        Some(text) => command_of_text(text, dialect).map(Some),
        None => command_of(&subject.argv).map(Some),
    }
}

/// The context, or what is wrong with a directory.
pub(crate) fn context(surroundings: &Surroundings) -> Result<Context, Diagnostic> {
    surroundings.context().map_err(|error| wrong_place(&error))
}

/// What is wrong with a directory.
pub(crate) fn wrong_place(error: &SurroundingsError) -> Diagnostic {
    Diagnostic::new(codes::WRONG_SURROUNDINGS, Severity::Error, error.to_string())
        .help("name a directory that holds the project and nothing else of the user's")
}

/// The command that a shell reads from this text.
pub(crate) fn command_of_text(text: &OsStr, dialect: Dialect) -> Result<Command, Diagnostic> {
    Ok(Command::of_text(&text_of("--shell", text)?, dialect))
}

/// The command of these words.
pub(crate) fn command_of(argv: &[OsString]) -> Result<Command, Diagnostic> {
    let mut words = Vec::with_capacity(argv.len());
    for (index, word) in argv.iter().enumerate() {
        words.push(text_of(&format!("argument {}", index.saturating_add(1)), word)?);
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(Command::of_argv(&words))
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
