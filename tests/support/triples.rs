//! Policies, commands and contexts over a small vocabulary, for two judges to agree on.

use std::fmt::Write as _;

use execpolicy::{Approval, Decision};

use crate::choices::Choices;
use crate::policies::restriction;

/// A policy, a command and what is around it.
#[derive(Clone, Debug)]
pub struct Triple {
    /// The rules, in the order of the text.
    pub rules: Vec<Drawn>,
    /// The command.
    pub command: DrawnCommand,
    /// Who may be asked.
    pub approval: Approval,
    /// What the caller enforces.
    pub confinement: Option<&'static str>,
}

/// A rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Drawn {
    /// A `prefix_rule`.
    Prefix(Prefix),
    /// A `path_rule` on one path.
    Path {
        /// `read`, `write` or `delete`.
        access: &'static str,
        /// The pattern.
        path: &'static str,
        /// What it gets.
        decision: Decision,
    },
    /// An `env_rule` on one name.
    Env {
        /// The pattern.
        name: &'static str,
        /// What it gets.
        decision: Decision,
    },
}

/// A `prefix_rule` and all that it says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Prefix {
    /// The program.
    pub program: &'static str,
    /// What must follow.
    pub tokens: Vec<DrawnToken>,
    /// What it gets.
    pub decision: Decision,
    /// Options that take it away.
    pub without: Vec<&'static str>,
    /// Where it applies.
    pub cwd: Option<&'static str>,
    /// What it covers.
    pub covers: Vec<&'static str>,
    /// What it runs in.
    pub sandbox: Option<&'static str>,
}

/// A token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DrawnToken {
    /// This word.
    Word(&'static str),
    /// One of two words.
    Either(&'static str, &'static str),
    /// `regex("[sx]")`
    Letter,
    /// `any_token()`
    Any,
    /// `rest("s", "x")`
    Rest,
}

/// A simple command and what is around it.
#[derive(Clone, Debug)]
pub struct DrawnCommand {
    /// `u`, of which nothing is known, or `w`, which the policy describes.
    pub program: &'static str,
    /// Its words.
    pub words: Vec<DrawnWord>,
    /// A redirect's sign and target.
    pub redirect: Option<(&'static str, &'static str)>,
    /// A variable that is set before it.
    pub assignment: Option<&'static str>,
    /// The directory that a `cd` leads to first.
    pub directory: Option<&'static str>,
    /// Whether `bash -c` runs it.
    pub is_wrapped: bool,
}

/// A word of a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DrawnWord {
    /// Known.
    Exact(&'static str),
    /// `"$v"`
    One,
    /// `$@`
    Many,
}

/// Words that commands and rules share.
pub const WORDS: &[&str] = &[
    "s",
    "x",
    "d/s",
    "-q",
    "-o",
    "-os",
    "-qo",
    "--output=s",
    "--outp=d/s",
    "--",
    "--nope",
    ".env",
    "/etc/x",
    "../d/s",
];

/// Paths that rules name.
pub const PATHS: &[&str] = &[
    "$WORKSPACE/d/**",
    "**/.env",
    "**/.git/**",
    "/etc/x",
    "$WORKSPACE/s",
];

/// Programs that rules and commands name: nothing is known of `u`; the policy tells of `w`.
pub const PROGRAMS: &[&str] = &["w", "u"];

/// What is known of `w`, where `-o` does this.
fn description(does: &str) -> String {
    let output = "\"-o, --output=FILE\"";
    let harmless = if does == "harmless" {
        format!("\"-q, --quiet\", {output}")
    } else {
        "\"-q, --quiet\"".to_owned()
    };
    let more = if does == "harmless" {
        String::new()
    } else {
        format!("{does} = [{output}], ")
    };
    format!(
        "program(name = \"w\", source = \"w(1)\", complete = True, harmless = [{harmless}], {more}operands = {{\"FILE...\": \"reads\"}})\n"
    )
}

impl Triple {
    /// A policy of up to five rules, and a command.
    pub fn draw(choices: &mut Choices<'_>) -> Self {
        let count = choices.below(6);
        Self {
            rules: (0..count).map(|_| Drawn::draw(choices)).collect(),
            command: DrawnCommand::draw(choices),
            approval: match choices.below(4) {
                0 | 1 => Approval::OnRequest,
                2 => Approval::Untrusted,
                _ => Approval::Never,
            },
            confinement: match choices.below(3) {
                0 => None,
                1 => Some("workspace-write"),
                _ => Some("read-only"),
            },
        }
    }

    /// The policy's text.
    pub fn policy(&self) -> String {
        self.policy_where("writes")
    }

    /// The policy's text, where the option `-o` of `w` does this.
    pub fn policy_where(&self, does: &str) -> String {
        let mut text = description(does);
        for rule in &self.rules {
            rule.write(&mut text);
        }
        text
    }
}

impl Drawn {
    /// A rule of any kind and decision.
    pub fn draw(choices: &mut Choices<'_>) -> Self {
        let decision = decision(choices);
        Self::draw_as(choices, decision)
    }

    /// A rule that prompts or forbids.
    pub fn draw_restricting(choices: &mut Choices<'_>) -> Self {
        let decision = restriction(choices);
        Self::draw_as(choices, decision)
    }

    fn draw_as(choices: &mut Choices<'_>, decision: Decision) -> Self {
        match choices.below(8) {
            0..=4 => Self::Prefix(Prefix::draw(choices, decision)),
            5 | 6 => Self::Path {
                access: choices.pick(&["read", "write", "delete"]),
                path: choices.pick(PATHS),
                decision,
            },
            _ => Self::Env {
                name: choices.pick(&["A", "A*", "B"]),
                decision,
            },
        }
    }

    /// Its call, on one line.
    fn write(&self, text: &mut String) {
        // Writing to a string cannot fail.
        let _written = match self {
            Self::Prefix(rule) => {
                rule.write(text);
                Ok(())
            }
            Self::Path {
                access,
                path,
                decision,
            } => writeln!(
                text,
                "path_rule(access = [{access:?}], paths = [{path:?}], decision = \"{decision}\")"
            ),
            Self::Env { name, decision } => {
                writeln!(text, "env_rule(names = [{name:?}], decision = \"{decision}\")")
            }
        };
    }
}

impl Prefix {
    fn draw(choices: &mut Choices<'_>, decision: Decision) -> Self {
        let mut tokens = Vec::new();
        for _ in 0..choices.below(3) {
            tokens.push(match choices.below(8) {
                0..=3 => DrawnToken::Word(choices.pick(WORDS)),
                4 => {
                    let (one, other) = (choices.pick(WORDS), choices.pick(WORDS));
                    DrawnToken::Either(one, other)
                }
                5 => DrawnToken::Letter,
                _ => DrawnToken::Any,
            });
        }
        if choices.once_in(6) {
            tokens.push(DrawnToken::Rest);
        }
        let is_allow = decision == Decision::Allow;
        let program = choices.pick(PROGRAMS);
        let without = match choices.below(4) {
            // Of a program that nothing is known of, no spelling is sure.
            _ if program == "u" => Vec::new(),
            0 => vec!["-o", "--output"],
            1 => vec!["-q"],
            _ => Vec::new(),
        };
        let cwd = if choices.once_in(5) {
            Some(choices.pick(&["$WORKSPACE/d/**", "$WORKSPACE"]))
        } else {
            None
        };
        let covers = match choices.below(6) {
            0 => vec!["write"],
            1 => vec!["everything"],
            2 => vec!["set", "unknown"],
            _ => Vec::new(),
        };
        let sandbox = match choices.below(8) {
            0 => Some("read-only"),
            1 => Some("workspace-write"),
            2 => Some("none"),
            _ => None,
        };
        Self {
            program,
            tokens,
            decision,
            without,
            cwd,
            covers: if is_allow { covers } else { Vec::new() },
            sandbox: sandbox.filter(|_| is_allow),
        }
    }

    fn write(&self, text: &mut String) {
        let tokens: Vec<String> = self
            .tokens
            .iter()
            .map(|token| match token {
                DrawnToken::Word(word) => format!("{word:?}"),
                DrawnToken::Either(one, other) => format!("{:?}", [one, other]),
                DrawnToken::Letter => "regex(\"[sx]\")".to_owned(),
                DrawnToken::Any => "any_token()".to_owned(),
                DrawnToken::Rest => "rest(\"s\", \"x\")".to_owned(),
            })
            .collect();
        let pattern: Vec<String> = [format!("{:?}", self.program)]
            .into_iter()
            .chain(tokens)
            .collect();
        let mut arguments = vec![
            format!("pattern = [{}]", pattern.join(", ")),
            format!("decision = \"{}\"", self.decision),
        ];
        if !self.without.is_empty() {
            arguments.push(format!("without = {:?}", self.without));
        }
        arguments.extend(self.cwd.map(|cwd| format!("cwd = [{cwd:?}]")));
        arguments.extend(match self.covers.as_slice() {
            [] => None,
            ["everything"] => Some("covers = \"everything\"".to_owned()),
            words => Some(format!("covers = {words:?}")),
        });
        arguments.extend(self.sandbox.map(|sandbox| format!("sandbox = {sandbox:?}")));
        // Writing to a string cannot fail.
        let _written = writeln!(text, "prefix_rule({})", arguments.join(", "));
    }
}

impl DrawnCommand {
    fn draw(choices: &mut Choices<'_>) -> Self {
        let mut words = Vec::new();
        for _ in 0..choices.below(4) {
            // One unknown word is enough: the second judge tries every value.
            let is_known = words.iter().all(|word| matches!(word, DrawnWord::Exact(_)));
            words.push(match choices.below(10) {
                0 if is_known => DrawnWord::One,
                1 if is_known => DrawnWord::Many,
                _ => DrawnWord::Exact(choices.pick(WORDS)),
            });
        }
        let redirect = if choices.once_in(5) {
            let sign = choices.pick(&[">", ">>", "<"]);
            Some((sign, choices.pick(&["s", "d/s", ".env", "/etc/x", ".git/x"])))
        } else {
            None
        };
        Self {
            program: choices.pick(PROGRAMS),
            words,
            redirect,
            assignment: if choices.once_in(6) {
                Some(choices.pick(&["A", "B", "AB"]))
            } else {
                None
            },
            directory: if choices.once_in(5) {
                Some(choices.pick(&["d", "..", "/etc"]))
            } else {
                None
            },
            is_wrapped: choices.once_in(6),
        }
    }

    /// The command's text.
    pub fn text(&self) -> String {
        let mut parts: Vec<String> = self.assignment.iter().map(|name| format!("{name}=1")).collect();
        parts.push(self.program.to_owned());
        parts.extend(self.words.iter().map(|word| match word {
            DrawnWord::Exact(text) => (*text).to_owned(),
            DrawnWord::One => "\"$v\"".to_owned(),
            DrawnWord::Many => "$@".to_owned(),
        }));
        parts.extend(self.redirect.map(|(sign, target)| format!("{sign} {target}")));
        let mut simple = parts.join(" ");
        if self.is_wrapped {
            simple = format!("bash -c '{simple}'");
        }
        match self.directory {
            Some(directory) => format!("cd {directory} && {simple}"),
            None => simple,
        }
    }
}

fn decision(choices: &mut Choices<'_>) -> Decision {
    match choices.below(5) {
        0..=2 => Decision::Allow,
        3 => Decision::Prompt,
        _ => Decision::Forbidden,
    }
}
