//! The concrete syntax tree.
