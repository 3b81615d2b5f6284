//! Why no rule is proposed.

/// Why no rule is proposed for a verdict.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoAmendment {
    /// It is an allow, or a refusal that nobody is asked about.
    #[error("nobody is asked")]
    NotAsked,
    /// A policy file does not load.
    #[error("a policy file does not load, and no rule answers for it")]
    BrokenFile,
    /// A part of the command is not understood.
    #[error("a part of the command is not understood, and no rule answers for it")]
    Gap,
    /// More than one part asks.
    #[error("more than one part of the command asks, and a rule answers for one")]
    Several,
    /// A rule of a layer has spoken of the part that asks: to allow some of it, or to ask.
    #[error("a rule of a policy file has spoken of this command, and no other is proposed beside it")]
    Layer,
    /// The words before the first that matters say too little: shells, interpreters, wrappers, bare `rm`; or they are
    /// not known.
    #[error("the first words of the command say too little of what it will do")]
    Words,
    /// The program may lie where anybody puts files.
    #[error("the program may lie where anybody may put one")]
    Temporary,
    /// The command does more than the rule speaks for.
    #[error("the command does more than `{rule}` would speak for")]
    Unchanged {
        /// The rule.
        rule: Box<str>,
    },
    /// It cannot be shown what the rule would allow and what it would not.
    #[error("no command shows what `{rule}` would allow beside this one, and what it would not")]
    Unclear {
        /// The rule.
        rule: Box<str>,
    },
}

impl NoAmendment {
    /// What to do instead.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotAsked => "run it, or read why it is refused: no rule is needed or none would help",
            Self::BrokenFile => "mend the file first; `execpolicy status` names it",
            Self::Gap => "write it so that all of it is known before it runs, or ask for each run",
            Self::Several => "ask for one part at a time, or have the person say yes each time",
            Self::Layer => {
                "change that rule; explain_command and `execpolicy explain` name its file and line"
            }
            Self::Words => "name a sub-command or the script itself, or have the person say yes each time",
            Self::Temporary => "put the program on the `PATH`, outside of temporary directories",
            Self::Unchanged { .. } => {
                "run it without what it does beside that, or write a rule about its effects"
            }
            Self::Unclear { .. } => "write the rule by hand, with a narrower pattern",
        }
    }
}
