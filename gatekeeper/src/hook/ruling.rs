//! What is said to an event: judged here, and settled by what the agent honours.

use execpolicy::{ConfinementName, Context, Decision, Dialect, Verdict};

use super::capabilities::{Capabilities, Grant};
use super::event::{Event, Moment, Subject};
use super::reasons::Reasons;
use crate::written_paths::quoted;
use crate::{Command, Gatekeeper, Judgement};

/// What is said to an event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ruling {
    /// It may run; where another command is given, as that.
    Allow {
        /// The command that is run instead.
        rewritten: Option<String>,
    },
    /// A person is to be asked; where another command is given, about that.
    Ask {
        /// Why.
        reasons: Reasons,
        /// The command that is run instead, after a yes.
        rewritten: Option<String>,
    },
    /// It may not run.
    Deny(Reasons),
    /// Nothing: the agent's own rules decide.
    NoOpinion,
}

/// What becomes of a prompt where an agent cannot be told to ask.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Asking {
    /// It is denied: nobody has said yes.
    #[default]
    Deny,
    /// The agent's own rules decide, which may run it without a question.
    Leave,
}

/// How an allowed command comes back: as one that judges it again and confines it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rewriting {
    /// The words before the text: `/path/execpolicy run … --shell`.
    pub words: Vec<String>,
    /// What it runs in.
    pub confinement: ConfinementName,
}

impl Ruling {
    /// The stricter of this ruling and that of another work tree that counts too. A question keeps the command that
    /// this one runs.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Deny(reasons), _) | (_, Self::Deny(reasons)) => Self::Deny(reasons),
            (Self::Allow { rewritten }, Self::Ask { reasons, .. }) => Self::Ask { reasons, rewritten },
            (ask @ Self::Ask { .. }, _) | (Self::NoOpinion, ask @ Self::Ask { .. }) => ask,
            (Self::NoOpinion, _) | (_, Self::NoOpinion) => Self::NoOpinion,
            (allow @ Self::Allow { .. }, Self::Allow { .. }) => allow,
        }
    }

    /// The same, as far as the agent honours it at this moment. It never becomes laxer: an allow that would not be
    /// heard is not said, and a question that cannot be asked is a deny, unless the caller leaves it to the agent.
    #[must_use]
    pub fn settled(self, honoured: &Capabilities, moment: Moment, asking: Asking) -> Self {
        let rewrites = honoured.rewrite.is_some() && moment == Moment::BeforeTool;
        let grants = match honoured.grant {
            Grant::Honoured => true,
            Grant::WhenAsked => moment == Moment::WhenAsked,
            Grant::Ignored => false,
        };
        match self {
            // What was to run as something else and cannot is no allow.
            Self::Allow { rewritten } if rewritten.is_some() && rewrites => Self::Allow { rewritten },
            Self::Allow { rewritten: None } if grants => Self::Allow { rewritten: None },
            Self::Ask { reasons, rewritten } if moment == Moment::BeforeTool => {
                match (honoured.ask, asking) {
                    (Some(_), _) => Self::Ask {
                        reasons,
                        rewritten: rewritten.filter(|_| rewrites),
                    },
                    (None, Asking::Leave) => Self::NoOpinion,
                    (None, Asking::Deny) => Self::Deny(reasons.and(
                        "This agent cannot be told to ask: have the person run it, or allow it by a rule",
                    )),
                }
            }
            // An agent that is about to ask shall.
            Self::Allow { .. } | Self::Ask { .. } | Self::NoOpinion => Self::NoOpinion,
            Self::Deny(reasons) => Self::Deny(reasons),
        }
    }
}

impl Gatekeeper {
    /// Rules on an event, with the judgement that it comes of. Where rewriting is given, a command is judged in its
    /// confinement; else in none, and an allow that leans on one is a question. The context is the place that the event
    /// names; it gets what is found out on the way.
    pub fn rule_on(
        &self,
        event: &Event,
        context: &mut Context,
        rewriting: Option<&Rewriting>,
    ) -> (Ruling, Option<Judgement>) {
        let (judgement, text) = match &event.subject {
            Subject::Other => return (Ruling::NoOpinion, None),
            Subject::Unread { tool } => {
                let why = format!("execpolicy: `{tool}` runs something in a language that is not read here");
                let reasons = Reasons::of_both(&why);
                let rewritten = None;
                return (Ruling::Ask { reasons, rewritten }, None);
            }
            Subject::Writes(paths) => return self.rule_on_writes(paths, context),
            Subject::Words(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let judgement = self.judge_in_place(Command::of_argv(&words), context);
                // Where it ends for the program, who starts it decides.
                if words.iter().any(|word| word.contains('\0')) && judgement.decision() != Decision::Forbidden
                {
                    let reasons = Reasons::of_both(
                        "execpolicy: a word of it holds a NUL byte, which no argument of a program can",
                    );
                    let rewritten = None;
                    return (Ruling::Ask { reasons, rewritten }, None);
                }
                (judgement, None)
            }
            Subject::Text(text) => {
                context.confinement = rewriting.map(|rewriting| rewriting.confinement.clone());
                if rewriting.is_some() {
                    context.dialect = Dialect::Bash;
                }
                let command = Command::of_text(text, context.dialect);
                (self.judge_in_place(command, context), Some(text))
            }
        };
        let ruling = match (judgement.decision(), rewriting, text) {
            (Decision::Forbidden, ..) => Ruling::Deny(Reasons::of_judgement(&judgement)),
            (Decision::Prompt, ..) => Ruling::Ask {
                reasons: Reasons::of_judgement(&judgement),
                rewritten: None,
            },
            (Decision::Allow, Some(rewriting), Some(text)) => Ruling::Allow {
                rewritten: Some(rewriting.of(text)),
            },
            (Decision::Allow, ..) => unconfined(judgement.verdict()),
        };
        (ruling, Some(judgement))
    }

    /// Rules on files that a tool of the agent's own writes: what rules say of their paths. What no rule speaks of, the
    /// agent's own rules decide.
    fn rule_on_writes(&self, paths: &[String], context: &mut Context) -> (Ruling, Option<Judgement>) {
        let judgement = self.judge_writes(paths, context);
        let verdict = judgement.verdict();
        let asks = judgement.is_asked_by_a_rule();
        let ruling = match judgement.decision() {
            Decision::Forbidden => Ruling::Deny(Reasons::of_judgement(&judgement)),
            Decision::Prompt if asks => Ruling::Ask {
                reasons: Reasons::of_judgement(&judgement),
                rewritten: None,
            },
            Decision::Prompt => Ruling::NoOpinion,
            Decision::Allow => unconfined(verdict),
        };
        (ruling, Some(judgement))
    }
}

impl Rewriting {
    /// The command that runs this text after a person's yes, which the token stands for.
    pub fn with_token(&self, token: &str, text: &str) -> String {
        let (program, rest) = self.words.split_at(self.words.len().min(2));
        let words = program.iter().map(String::as_str);
        let words = words.chain(["--clearance", token]);
        let words = words.chain(rest.iter().map(String::as_str)).chain([text]);
        words.map(quoted).collect::<Vec<_>>().join(" ")
    }

    /// The command that runs this text, in words that every shell of the Bourne family reads alike.
    pub fn of(&self, text: &str) -> String {
        let words = self.words.iter().map(String::as_str).chain([text]);
        words.map(quoted).collect::<Vec<_>>().join(" ")
    }
}

/// An allow that needs nothing around it; a question where it leans on a confinement that nobody will make.
fn unconfined(verdict: &Verdict) -> Ruling {
    match verdict.confinement().filter(|name| !name.is_none()) {
        None => Ruling::Allow { rewritten: None },
        Some(name) => Ruling::Ask {
            reasons: Reasons::of_both(&format!(
                "execpolicy: it is allowed only in the confinement `{}`, which nothing makes here",
                name.as_str()
            )),
            rewritten: None,
        },
    }
}
