//! Reads the arguments of a shell: `bash -lc TEXT`.

mod input;

use diagnostics::Span;
use shell_parser::{Argument, Dialect, Input, RedirectMode, WorkingDirectory};

use crate::knowledge::effects::{Effects, anything};
use crate::knowledge::name;
use crate::{Context, Effect, EffectKind, Executed, Standing, UnknownEffect};

/// The shells whose arguments are understood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shell {
    Bash,
    Dash,
    Zsh,
}

/// What the options say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    /// A file, or standard input.
    Commands,
    /// `-s`: standard input, whatever the words.
    Input,
    /// `-c`: a text.
    Text,
    /// `--version`, `--help`.
    Information,
}

impl Shell {
    /// The shell of this name, wherever the file is.
    pub(crate) fn named(program: &str) -> Option<Self> {
        match name::base(program) {
            "bash" => Some(Self::Bash),
            "sh" | "dash" => Some(Self::Dash),
            "zsh" => Some(Self::Zsh),
            _ => None,
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Self::Bash => Dialect::Bash,
            Self::Dash => Dialect::Sh,
            Self::Zsh => Dialect::Zsh,
        }
    }

    /// Whether an option of one letter changes nothing of how the text is read.
    fn is_plain(self, letter: char) -> bool {
        match self {
            Self::Bash => matches!(
                letter,
                'e' | 'u' | 'x' | 'v' | 'n' | 'f' | 'C' | 'h' | 'm' | 'b' | 'E' | 'T' | 'p'
            ),
            Self::Dash => matches!(letter, 'e' | 'u' | 'x' | 'v' | 'n' | 'f' | 'C' | 'm' | 'b' | 'p'),
            Self::Zsh => matches!(letter, 'e' | 'u' | 'x' | 'v' | 'n' | 'f' | 'd'),
        }
    }
}

/// Reads the words behind a shell's name. A text that is known is to be judged by itself; everything else that it
/// may run is an effect.
pub(crate) fn read(shell: Shell, words: &[Argument], effects: &mut Effects<'_>) {
    let context = effects.context;
    let mut mode = Mode::Commands;
    // It then expands history and aliases in what it reads.
    let mut interactive = false;
    let mut next = 0_usize;
    while let Some(word) = words.get(next) {
        let Some(text) = word.value.exact() else {
            break;
        };
        next = next.saturating_add(1);
        match text {
            "-" | "--" => break,
            "--version" | "--help" => mode = Mode::Information,
            "--norc" | "--noprofile" | "--noediting" | "--verbose" if shell == Shell::Bash => {}
            "--login" if shell != Shell::Dash => startup(shell, context, word.span, effects),
            _ if text.starts_with("--") || !text.starts_with(['-', '+']) => {
                if text.starts_with("--") {
                    effects.unknown(UnknownEffect::Option, word.span);
                } else {
                    next = next.saturating_sub(1);
                    break;
                }
            }
            _ => {
                for letter in text.chars().skip(1) {
                    match letter {
                        'c' if text.starts_with('-') => mode = Mode::Text,
                        's' if text.starts_with('-') && mode == Mode::Commands => mode = Mode::Input,
                        'l' | 'i' => {
                            interactive |= letter == 'i';
                            startup(shell, context, word.span, effects);
                        }
                        'o' if shell != Shell::Zsh => {
                            let named = words.get(next);
                            next = next.saturating_add(1);
                            if !named.is_some_and(|named| named.value.exact().is_some_and(is_plain_name)) {
                                effects.unknown(UnknownEffect::Option, word.span);
                            }
                        }
                        'O' if shell == Shell::Bash => {
                            next = next.saturating_add(1);
                            effects.unknown(UnknownEffect::Option, word.span);
                        }
                        _ if shell.is_plain(letter) => {}
                        _ => effects.unknown(UnknownEffect::Option, word.span),
                    }
                }
            }
        }
    }
    match (mode, words.get(next)) {
        (Mode::Information, _) => {}
        (Mode::Text, Some(text)) => {
            effects.text(
                shell.dialect(),
                text.value.clone(),
                text.span,
                WorkingDirectory::Start,
            );
        }
        (Mode::Input, _) | (Mode::Commands, None) if !interactive => standard_input(shell, effects),
        (Mode::Commands, Some(file)) => effects.unknown(UnknownEffect::Operand, file.span),
        (Mode::Input, _) | (Mode::Text | Mode::Commands, None) => {
            effects.unknown(UnknownEffect::Operand, effects.name_span());
        }
    }
}

/// The shell runs what it reads: a here-document's text, or something that is not known.
fn standard_input(shell: Shell, effects: &mut Effects<'_>) {
    let span = effects.name_span();
    match &effects.segment.input {
        Input::Text(text) => {
            let here =
                effects.segment.redirects.iter().find(|redirect| {
                    matches!(redirect.mode, RedirectMode::Heredoc | RedirectMode::Herestring)
                });
            let span = here.map_or(span, |redirect| redirect.span);
            if text
                .exact()
                .is_some_and(|text| !input::is_left_alone(shell.dialect(), text))
            {
                effects.unknown(UnknownEffect::Operand, span);
            }
            effects.text(shell.dialect(), text.clone(), span, WorkingDirectory::Start);
        }
        Input::Pipe(_) | Input::Stage(_) | Input::Found(_) => {
            effects.execute(Executed::Script(anything()), span);
        }
        Input::Inherited | Input::File => effects.unknown(UnknownEffect::Operand, span),
    }
}

/// Whether an option that `-o` names changes nothing of how the text is read.
fn is_plain_name(name: &str) -> bool {
    matches!(
        name,
        "errexit" | "nounset" | "pipefail" | "xtrace" | "verbose" | "noglob" | "noclobber" | "noexec"
    )
}

/// The files that a login or interactive shell runs first; they are the user's own (bash manual, 6.2).
fn startup(shell: Shell, context: &Context, cause: Span, effects: &mut Effects<'_>) {
    let (system, own) = match shell {
        Shell::Bash => ("/etc/profile", ".bash_profile"),
        Shell::Dash => ("/etc/profile", ".profile"),
        Shell::Zsh => ("/etc/zsh/zprofile", ".zprofile"),
    };
    let own = context.home.as_ref().map(|home| format!("{home}/{own}").into());
    let files = [Some(system.into()), own];
    effects
        .found
        .extend(files.into_iter().flatten().map(|file| Effect {
            kind: EffectKind::Execute(Executed::Startup(shell_parser::Value::Exact(file))),
            cause,
            standing: Standing::Ordinary,
        }));
}
