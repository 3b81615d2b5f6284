//! What a segment does to the world.

use execpolicy::{Effect, EffectKind, Executed, SegmentVerdict, Standing, UnknownEffect};
use serde::Serialize;
use shell_parser::Value;

use super::{BasisReport, WordReport, offsets};

/// One thing a segment does, or may do.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EffectReport {
    /// What it is.
    #[serde(flatten)]
    pub happening: Happening,
    /// The words that cause it.
    pub span: [usize; 2],
    /// Whether it is what the program is for, or asked for beside that.
    pub standing: StandingWord,
    /// Who speaks of it: rules that allow it or that it meets, and what the fallback says where nobody else allows it.
    /// Only `explain` tells it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<BasisReport>,
}

/// Whether an allow for the program speaks for an effect.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum StandingWord {
    /// It is what the program is for.
    Ordinary,
    /// It is asked for beside that.
    Extra,
}

/// The kinds of effect.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Happening {
    /// Names or metadata of a path are read.
    List {
        /// The path.
        path: WordReport,
    },
    /// The content of a path is read.
    Read {
        /// The path.
        path: WordReport,
    },
    /// A path is created or changed.
    Write {
        /// The path.
        path: WordReport,
    },
    /// A path is removed.
    Delete {
        /// The path.
        path: WordReport,
    },
    /// A path is removed with all that is below it.
    DeleteAll {
        /// The path.
        path: WordReport,
    },
    /// A host is connected to.
    Connect {
        /// The host.
        host: WordReport,
    },
    /// Another command (`argv`), shell text (`script`), text in another language (`code`) or a shell's start-up
    /// file (`startup`) is run.
    Execute {
        /// Program and arguments.
        #[serde(skip_serializing_if = "Option::is_none")]
        argv: Option<Vec<WordReport>>,
        /// A text in the shell's language.
        #[serde(skip_serializing_if = "Option::is_none")]
        script: Option<WordReport>,
        /// The language of `code`.
        #[serde(skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// A text in that language.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<WordReport>,
        /// A file that a shell reads when it starts: `bash -l`.
        #[serde(skip_serializing_if = "Option::is_none")]
        startup: Option<WordReport>,
    },
    /// What this directory configures is run.
    Configured {
        /// The directory.
        path: WordReport,
    },
    /// More rights are taken.
    Escalate,
    /// Another process is signalled.
    Signal,
    /// Something that lasts is configured.
    Configure,
    /// What others have on another machine is rewritten or removed.
    Overwrite,
    /// A variable is set in the environment of programs.
    Setting {
        /// The variable.
        name: String,
        /// What it gets.
        value: WordReport,
    },
    /// What it does is not known.
    Unknown {
        /// What is not known: the `program`, its `subcommand`, an `option`, an `operand` or a `word`.
        reason: String,
    },
}

impl EffectReport {
    pub(super) fn of(effect: &Effect, judged: &SegmentVerdict) -> Self {
        let mut basis = Vec::new();
        let covered = judged.covered.iter().filter(|covered| covered.effect == *effect);
        for said in covered.flat_map(|covered| &covered.bases).map(BasisReport::of) {
            if !basis.contains(&said) {
                basis.push(said);
            }
        }
        Self {
            happening: Happening::of(&effect.kind),
            span: offsets(effect.cause),
            standing: match effect.standing {
                Standing::Ordinary => StandingWord::Ordinary,
                Standing::Extra => StandingWord::Extra,
            },
            basis,
        }
    }
}

impl Happening {
    fn of(kind: &EffectKind) -> Self {
        match kind {
            EffectKind::List(path) => Self::List { path: path.into() },
            EffectKind::Read(path) => Self::Read { path: path.into() },
            EffectKind::Write(path) => Self::Write { path: path.into() },
            EffectKind::Delete(path) => Self::Delete { path: path.into() },
            EffectKind::DeleteAll(path) => Self::DeleteAll { path: path.into() },
            EffectKind::Connect(host) => Self::Connect { host: host.into() },
            EffectKind::Execute(executed) => Self::of_execute(executed),
            EffectKind::Configured(path) => Self::Configured { path: path.into() },
            EffectKind::Escalate => Self::Escalate,
            EffectKind::Signal => Self::Signal,
            EffectKind::Configure => Self::Configure,
            EffectKind::Overwrite => Self::Overwrite,
            EffectKind::Setting { name, value } => Self::Setting {
                name: name.to_string(),
                value: value.into(),
            },
            EffectKind::Unknown(why) => Self::Unknown {
                reason: unknown(*why).to_owned(),
            },
        }
    }

    fn of_execute(executed: &Executed) -> Self {
        let words = |values: &[Value]| values.iter().map(WordReport::from).collect();
        let (mut argv, mut script, mut language, mut code, mut startup) = (None, None, None, None, None);
        match executed {
            Executed::Command(words_of_argv) => argv = Some(words(words_of_argv)),
            Executed::Script(text) => script = Some(text.into()),
            Executed::Code { language: of, text } => {
                language = Some(of.to_string());
                code = Some(text.into());
            }
            Executed::Startup(file) => startup = Some(file.into()),
        }
        Self::Execute {
            argv,
            script,
            language,
            code,
            startup,
        }
    }
}

fn unknown(why: UnknownEffect) -> &'static str {
    match why {
        UnknownEffect::Program => "program",
        UnknownEffect::Subcommand => "subcommand",
        UnknownEffect::Option => "option",
        UnknownEffect::Operand => "operand",
        UnknownEffect::Word => "word",
    }
}
