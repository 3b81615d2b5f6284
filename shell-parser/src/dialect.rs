//! The languages that shells read.

/// The language a text is in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Dialect {
    /// GNU bash 5.
    #[default]
    Bash,
    /// POSIX sh as dash reads it.
    Sh,
    /// zsh: only text that every shell reads alike is understood.
    Zsh,
    /// Not known: as `Zsh`.
    Unknown,
}
