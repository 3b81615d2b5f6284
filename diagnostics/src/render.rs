//! Turns findings into text: for a terminal, one line each, or JSON.
//!
//! All three show text of strangers (a command, a policy, a justification) so that it cannot act on the terminal or
//! hide from the reader: the text forms write such characters as [`visible`](crate::visible) does, the JSON form
//! with JSON's own escapes, which lose nothing.

mod concise;
mod excerpt;
mod human;
mod json;

pub use concise::concise;
pub use human::{Colours, human};
pub use json::{json, to_json};
