//! A place in a script that the parser does not vouch for, and why.

use diagnostics::{Code, Span};

/// A stretch of script that may do more than the segments say. It can only make a verdict stricter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Gap {
    /// The bytes that are not understood.
    pub span: Span,
    /// Why.
    pub reason: GapReason,
}

macro_rules! reasons {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $number:literal, $message:literal; )+) => {
        /// Why a stretch of script is not vouched for. Each has a [`Code`] with a page in the manual.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum GapReason { $( $(#[doc = $doc])+ $variant, )+ }

        impl GapReason {
            /// Every reason there is, in the order of their codes.
            pub const ALL: &[Self] = &[ $( Self::$variant, )+ ];

            /// The stable number of this reason.
            pub fn code(self) -> Code {
                match self { $( Self::$variant => Code($number), )+ }
            }

            /// What is not understood, in one lower-case line.
            pub fn message(self) -> &'static str {
                match self { $( Self::$variant => $message, )+ }
            }
        }
    };
}

reasons! {
    /// The script is longer than [`Limits::bytes`](crate::Limits::bytes).
    TooLong = 101, "the script is longer than the parser's limit";
    /// Blocks, substitutions or quotes nest deeper than [`Limits::depth`](crate::Limits::depth).
    TooDeep = 102, "the script nests deeper than the parser's limit";
    /// Parsing took longer than [`Limits::parse_time`](crate::Limits::parse_time).
    TooSlow = 103, "the script took longer to parse than the parser's limit";
    /// The script holds more commands or gaps than [`Limits::segments`](crate::Limits::segments) and
    /// [`Limits::gaps`](crate::Limits::gaps).
    TooMany = 104, "the script holds more commands or gaps than the parser's limit";
    /// A control character, a byte that is a blank in some locales, or an invisible character.
    Character = 105, "a character that shells, terminals or people read in different ways";
    /// The text is not UTF-8.
    Encoding = 106, "the text is not valid UTF-8";
    /// A NUL byte, which no argument can hold.
    Nul = 107, "a NUL byte, which no argument can hold";
    /// The text is not a complete script in the grammar.
    Syntax = 201, "this is not a complete shell script";
    /// Bytes that the grammar skipped without naming them: it may have read them differently than bash does.
    Skipped = 202, "bytes that the grammar passes over and bash may not";
    /// Two neighbours that touch, or stand apart, where bash would read them differently.
    Adjacency = 203, "neighbours that bash may join or split differently";
    /// A construct that is not on the list of those whose meaning is proved.
    Construct = 204, "a construct whose effect is not followed";
    /// An expansion that may evaluate code or is not followed.
    Expansion = 205, "an expansion whose effect is not followed";
    /// A here-document whose extent is not certain, or whose body expands.
    Heredoc = 206, "a here-document whose extent or content is not certain";
    /// A redirect whose operand bash may read in another way.
    Redirection = 207, "a redirect whose operand is not certain";
    /// The program's name is only known when it runs.
    DynamicName = 208, "the name of the program is only known when it runs";
    /// A builtin that runs code, or changes how later commands are read or found.
    Builtin = 209, "a builtin that runs code or changes what later commands mean";
    /// An assignment that changes how the shell reads or finds commands.
    Assignment = 210, "an assignment that changes how the shell reads or finds commands";
    /// A shell whose text is read by other rules than bash's.
    Dialect = 211, "text that this shell may read differently than bash";
}
