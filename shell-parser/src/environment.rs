//! What is known of the shell that will run a script.

/// What the caller vouches for of the shell that will run a script. A script that changes it has a gap.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Environment<'a> {
    /// The value of `HOME`, to which `~` and a bare `cd` lead; `None` where it may be anything.
    pub home: Option<&'a str>,
}
