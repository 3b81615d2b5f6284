//! What can be wrong with a policy file, by number.

use diagnostics::Code;

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $number:literal, $message:literal; )+) => {
        /// What is wrong with a policy file. Each has a page in the manual.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum LoadCode { $( $(#[doc = $doc])+ $variant, )+ }

        impl LoadCode {
            /// Every code there is, in order.
            pub const ALL: &[Self] = &[ $( Self::$variant, )+ ];

            /// Its stable number.
            pub fn code(self) -> Code {
                match self { $( Self::$variant => Code($number), )+ }
            }

            /// What it is about, in one lower-case line.
            pub fn message(self) -> &'static str {
                match self { $( Self::$variant => $message, )+ }
            }
        }
    };
}

codes! {
    /// The file is missing, not a file, not UTF-8, or may not be read. Reported by whoever reads files.
    Unreadable = 1001, "the policy file cannot be read";
    /// The text is not Starlark.
    Syntax = 1002, "the text is not Starlark";
    /// Evaluation failed: an unknown name, a value of the wrong kind, `fail()`.
    Evaluation = 1003, "the policy fails when it is evaluated";
    /// The file asks for more than a policy may: size, nesting, steps, memory, rules, imports.
    Bound = 1004, "the policy exceeds a bound";
    /// `load()` names a pack that does not exist, or one that loads itself.
    Import = 1005, "the pack does not exist";
    /// `load()` asks for a name that the pack does not define.
    ImportedName = 1006, "the pack does not define this name";
    /// An argument of a rule is missing, unknown, given twice or of the wrong kind.
    Argument = 1007, "an argument of a rule is missing, unknown or of the wrong kind";
    /// A decision that is none.
    Decision = 1008, "the decision is not `allow`, `prompt` or `forbidden`";
    /// A pattern, or a list of alternatives in it, without tokens.
    EmptyPattern = 1009, "the pattern is empty";
    /// A justification of blanks.
    Justification = 1010, "the justification is empty";
    /// An example whose quotes do not close.
    Quoting = 1011, "the example's quotes do not close";
    /// An example without words.
    EmptyExample = 1012, "the example is empty";
    /// A `match` example that the rule does not match.
    ExampleUnmatched = 1013, "the rule does not match its example";
    /// A `not_match` example that the rule matches.
    ExampleMatched = 1014, "the rule matches its counterexample";
    /// A `host_executable` whose name is a path.
    ExecutableName = 1015, "the name of an executable is not a bare file name";
    /// A `host_executable` path that is relative or has another file name.
    ExecutablePath = 1016, "the path is not an absolute path of that executable";
    /// A `network_rule` host that is none.
    Host = 1017, "the host is not a host name or address";
    /// A `network_rule` protocol that is none.
    Protocol = 1018, "the protocol is not known";
    /// A `program` whose options or operands are not spelled as a manual does, or that is described twice.
    Program = 1019, "the description of a program is not one";
    /// An example of a `program` that does more than its author says, or less.
    ProgramExample = 1020, "the program's example does more or less than is said";
    /// A `regex` that is none, or too large; a token in a place where it cannot stand.
    Token = 1021, "the token is not one, or stands where it cannot";
    /// A path of a `path_rule`, `cwd`, `reads` or profile that is no pattern of absolute paths.
    Path = 1022, "the path is not a pattern of absolute paths";
    /// A word that names no access, no kind of effect, no variable.
    Word = 1023, "the word names no access, effect or variable";
    /// What only an allow can say, said by another rule: `covers`, `reads`, `sandbox`.
    Grant = 1024, "only a rule that allows can say this";
    /// A `sandbox_profile` that is described twice, or one that a rule names and nobody describes.
    Profile = 1025, "the sandbox profile is not described, or twice";
}
