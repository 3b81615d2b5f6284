//! A script without its places, so that two texts' meanings can be compared.

use diagnostics::Span;

use crate::{
    Assignment, Body, Command, Invocation, Part, Redirect, RedirectTarget, Script, Stage, TestItem, Word,
};

/// The same script with every span empty: what is left of it is its meaning.
pub fn placeless(script: &Script) -> Script {
    let mut script = script.clone();
    body(&mut script.body);
    for gap in &mut script.gaps {
        gap.span = Span::default();
    }
    script
}

fn body(body: &mut Body) {
    for statement in &mut body.statements {
        statement.span = Span::default();
        for link in &mut statement.links {
            link.pipeline.stages.iter_mut().for_each(stage);
        }
    }
}

fn stage(stage: &mut Stage) {
    stage.span = Span::default();
    command(&mut stage.command);
    stage.redirects.iter_mut().for_each(redirect);
}

fn redirect(redirect: &mut Redirect) {
    redirect.span = Span::default();
    match &mut redirect.target {
        RedirectTarget::Word(target) | RedirectTarget::Heredoc(target) => word(target),
        RedirectTarget::Descriptor(_) | RedirectTarget::Closed => {}
    }
}

fn command(command: &mut Command) {
    match command {
        Command::Simple(simple) => invocation(simple),
        Command::Group(inner) | Command::Subshell(inner) | Command::Unknown(inner) => body(inner),
        Command::If { branches, otherwise } => {
            for (condition, then) in branches {
                body(condition);
                body(then);
            }
            body(otherwise);
        }
        Command::While {
            repeat: _,
            condition,
            body: round,
        } => {
            body(condition);
            body(round);
        }
        Command::For {
            name: _,
            name_span,
            words,
            body: round,
        } => {
            *name_span = Span::default();
            words.iter_mut().flatten().for_each(word);
            body(round);
        }
        Command::ForArithmetic { body: round, .. } => body(round),
        Command::Arithmetic { .. } => {}
        Command::Case { word: subject, arms } => {
            word(subject);
            for arm in arms {
                arm.patterns.iter_mut().for_each(word);
                body(&mut arm.body);
            }
        }
        Command::Test(items) => {
            for item in items {
                match item {
                    TestItem::Operator(_) => {}
                    TestItem::Operand(operand) => word(operand),
                }
            }
        }
        Command::Function {
            name: _,
            enclosure: _,
            body: called,
        } => body(called),
    }
}

fn invocation(invocation: &mut Invocation) {
    invocation.assignments.iter_mut().for_each(assignment);
    invocation.words.iter_mut().for_each(word);
    if let Some(code) = &mut invocation.code {
        body(&mut code.body);
    }
}

fn assignment(assignment: &mut Assignment) {
    assignment.span = Span::default();
    word(&mut assignment.value);
}

fn word(word: &mut Word) {
    word.span = Span::default();
    word.parts.iter_mut().for_each(part);
}

fn part(part_of_word: &mut Part) {
    match part_of_word {
        Part::Literal(_) | Part::Pattern(_) | Part::Parameter { .. } => {}
        Part::Derived { operand, .. } => operand.iter_mut().for_each(part),
        Part::Substitution { body: inner, .. }
        | Part::Process { body: inner, .. }
        | Part::Opaque { body: inner, .. } => body(inner),
        Part::Array(elements) => elements.iter_mut().for_each(word),
    }
}
