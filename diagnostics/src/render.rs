//! Turns findings into text.
