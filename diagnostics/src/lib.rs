//! Findings for people: where something stands in a text, what is wrong with it, and how to show that.
//!
//! A [`Source`] is a named text, a [`Span`] a stretch of its bytes, a [`Diagnostic`] one finding with labels that
//! may point into several sources at once (the command, and the policy line that caught it). [`render`] turns
//! findings into text for a terminal, one line each, or JSON.
#![forbid(unsafe_code)]

mod code;
mod diagnostic;
pub mod render;
mod source;
mod span;
mod visible;

pub use code::Code;
pub use diagnostic::{Diagnostic, Label, LabelRole, Severity};
pub use source::{Position, Source};
pub use span::Span;
pub use visible::visible;
