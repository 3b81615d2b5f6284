//! Redirects as a segment carries them.

use diagnostics::Span;

use crate::field::{single, value};
use crate::variables::Variables;
use crate::{FileRedirect, Input, Redirect, RedirectMode, RedirectTarget, Value};

/// A redirect with the value of its target.
pub(super) fn file_redirect(redirect: &Redirect, variables: &Variables) -> FileRedirect {
    let target = match &redirect.target {
        // More than one field is an error in bash, so what is opened is one file.
        RedirectTarget::Word(word) => match value(word, variables) {
            Value::Found(_) | Value::Many => anything(),
            value @ (Value::Exact(_) | Value::OneOf(_) | Value::One { .. } | Value::Glob(_)) => value,
        },
        RedirectTarget::Descriptor(number) => Value::Exact(number.to_string().into()),
        RedirectTarget::Closed => Value::Exact("-".into()),
        RedirectTarget::Heredoc(body) => single(body, variables),
    };
    FileRedirect {
        fd: redirect.fd,
        mode: redirect.mode,
        target,
        span: redirect.span,
    }
}

/// Where these redirects leave standard input; `None` where they leave it alone.
pub(super) fn input(redirects: &[Redirect], variables: &Variables) -> Option<Input> {
    let last = redirects.iter().rev().find(|redirect| redirect.fd == 0)?;
    let target = file_redirect(last, variables).target;
    match last.mode {
        RedirectMode::Heredoc => Some(Input::Text(target)),
        RedirectMode::Herestring => Some(Input::Text(with_newline(target))),
        RedirectMode::Read
        | RedirectMode::Write
        | RedirectMode::Append
        | RedirectMode::Clobber
        | RedirectMode::ReadWrite
        | RedirectMode::WriteBoth
        | RedirectMode::AppendBoth
        | RedirectMode::Duplicate
        | RedirectMode::Close => Some(Input::File),
    }
}

/// Where they stand; the whole command where there are none.
pub(super) fn span(redirects: &[Redirect], whole: Span) -> Span {
    redirects
        .iter()
        .map(|redirect| redirect.span)
        .reduce(Span::to)
        .unwrap_or(whole)
}

/// bash ends a here-string in a newline.
fn with_newline(value: Value) -> Value {
    match value {
        Value::Exact(text) => Value::Exact(format!("{text}\n").into()),
        Value::OneOf(_) | Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => anything(),
    }
}

fn anything() -> Value {
    Value::One {
        prefix: "".into(),
        suffix: "".into(),
    }
}
