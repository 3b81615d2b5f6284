//! Why a segment got its decision.

use execpolicy::{Basis, Certainty, EffectMatch, RuleMatch, Token};
use serde::Serialize;

use super::{DecisionWord, offsets};

/// One reason for a segment's decision.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BasisReport {
    /// A rule of a policy file.
    Rule {
        /// The file, as it was named.
        file: String,
        /// The rule's line, from 1.
        line: usize,
        /// The rule's column in characters, from 1.
        column: usize,
        /// Whose word it is.
        layer: String,
        /// What it asks for here.
        decision: DecisionWord,
        /// Its tokens.
        pattern: Vec<TokenReport>,
        /// Whether it matches for every value of the unknown words.
        certain: bool,
        /// The words of the command that it covers.
        span: [usize; 2],
        /// Its author's words.
        #[serde(skip_serializing_if = "Option::is_none")]
        justification: Option<String>,
        /// The path it was found under.
        #[serde(skip_serializing_if = "Option::is_none")]
        resolved_program: Option<String>,
    },
    /// A rule of a policy file about what the command does: a path, a variable, a host, a kind of effect.
    EffectRule {
        /// The file, as it was named.
        file: String,
        /// The rule's line, from 1.
        line: usize,
        /// The rule's column in characters, from 1.
        column: usize,
        /// Whose word it is.
        layer: String,
        /// What it asks for here.
        decision: DecisionWord,
        /// Whether it matches for every value of the unknown words.
        certain: bool,
        /// The words of the command that it is about.
        span: [usize; 2],
        /// Its author's words.
        #[serde(skip_serializing_if = "Option::is_none")]
        justification: Option<String>,
        /// Where a link on the path leads, if one is known to be there.
        #[serde(skip_serializing_if = "Option::is_none")]
        leads_to: Option<String>,
    },
    /// What is known of the program.
    Knowledge {
        /// The program, with its sub-command.
        program: String,
        /// What it asks for.
        decision: DecisionWord,
        /// Why, in one lower-case line.
        reason: String,
        /// The words that made it so.
        span: [usize; 2],
    },
    /// The answer for what nothing else speaks for.
    Default {
        /// What it asks for.
        decision: DecisionWord,
        /// Why, in one lower-case line.
        reason: String,
        /// The words that made it so.
        span: [usize; 2],
    },
    /// A part of the command that the parser does not vouch for.
    Gap {
        /// Always `prompt`.
        decision: DecisionWord,
        /// Why, in one lower-case line.
        reason: String,
        /// The reason's stable number.
        code: String,
        /// The bytes that are not understood.
        span: [usize; 2],
    },
    /// What the command does stays in the confinement that the verdict names.
    Confined {
        /// Always `allow`.
        decision: DecisionWord,
        /// The profile.
        profile: String,
    },
    /// It would ask, and nobody can be asked.
    WouldAsk {
        /// Always `forbidden`.
        decision: DecisionWord,
    },
}

/// A token of a rule: a word, or a list of alternatives.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum TokenReport {
    /// Exactly this word.
    Word(String),
    /// One of these.
    OneOf(Vec<String>),
    /// A token that is more than words, as a policy writes it.
    Token {
        /// `regex("…")`, `any_token()`, `rest(…)`.
        token: String,
    },
}

impl BasisReport {
    pub(super) fn of(basis: &Basis) -> Self {
        let decision = basis.decision().into();
        match basis {
            Basis::Rule(found) => Self::of_rule(found),
            Basis::Knowledge {
                program,
                reason,
                cause,
                ..
            } => Self::Knowledge {
                program: program.to_string(),
                decision,
                reason: reason.to_string(),
                span: offsets(*cause),
            },
            Basis::Default { reason, cause, .. } => Self::Default {
                decision,
                reason: reason.to_string(),
                span: offsets(*cause),
            },
            Basis::Gap(gap) => Self::Gap {
                decision,
                reason: gap.reason.message().to_owned(),
                code: gap.reason.code().to_string(),
                span: offsets(gap.span),
            },
            Basis::Effect(found) => Self::of_effect(found),
            Basis::Confined { profile, .. } => Self::Confined {
                decision,
                profile: profile.to_string(),
            },
            Basis::WouldAsk => Self::WouldAsk { decision },
        }
    }

    fn of_effect(found: &EffectMatch) -> Self {
        let origin = &found.rule.origin;
        let position = origin.source.position(origin.span.start());
        Self::EffectRule {
            file: origin.source.name().to_owned(),
            line: position.line,
            column: position.column,
            layer: origin.layer.as_str().to_owned(),
            decision: found.decision().into(),
            certain: found.certainty == Certainty::Yes,
            span: offsets(found.cause),
            justification: found.rule.justification.as_deref().map(str::to_owned),
            leads_to: found.leads_to.as_deref().map(str::to_owned),
        }
    }

    fn of_rule(found: &RuleMatch) -> Self {
        let origin = &found.rule.origin;
        let position = origin.source.position(origin.span.start());
        let program = TokenReport::Word(found.rule.pattern.program.to_string());
        let rest = found.rule.pattern.rest.iter().map(TokenReport::of);
        Self::Rule {
            file: origin.source.name().to_owned(),
            line: position.line,
            column: position.column,
            layer: origin.layer.as_str().to_owned(),
            decision: found.decision().into(),
            pattern: std::iter::once(program).chain(rest).collect(),
            certain: found.certainty == Certainty::Yes,
            span: offsets(found.cause),
            justification: found.rule.justification.as_deref().map(str::to_owned),
            resolved_program: found.resolved_program.as_deref().map(str::to_owned),
        }
    }
}

impl TokenReport {
    fn of(token: &Token) -> Self {
        match token {
            Token::Word(word) => Self::Word(word.to_string()),
            Token::OneOf(words) => Self::OneOf(words.iter().map(ToString::to_string).collect()),
            Token::Matching(_) | Token::Any | Token::Rest(_) => Self::Token {
                token: token.to_string(),
            },
        }
    }
}
