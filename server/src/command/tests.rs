//! Lives of commands, as a client sees them.

mod ends;
mod ground;
mod questions;
mod retries;
mod streams;

use ground::{Ground, Seen};
