//! Texts that make readers of shell scripts slow, large, or fall over.

/// Bytes of a script that is about as long as a hand-written one gets.
pub const SHORT: usize = 16 * 1024;

/// Bytes of a script that nobody typed.
pub const LONG: usize = 1024 * 1024;

/// A text that goes on for as long as one likes.
#[derive(Clone, Copy, Debug)]
pub struct Pathological {
    /// What it is about.
    pub name: &'static str,
    /// What stands first.
    head: &'static str,
    /// What is repeated.
    unit: &'static str,
    /// What stands last.
    tail: &'static str,
}

impl Pathological {
    /// The text, as near to this many bytes as whole units come.
    pub fn text(&self, bytes: usize) -> String {
        let rest = bytes.saturating_sub(self.head.len().saturating_add(self.tail.len()));
        let units = rest.checked_div(self.unit.len()).unwrap_or_default();
        [self.head, &self.unit.repeat(units), self.tail].concat()
    }
}

macro_rules! texts {
    ($( $name:ident $head:literal $unit:literal $tail:literal )+) => {
        /// Every kind that made some parser of bash slow, or end its process.
        pub const ALL: &[Pathological] = &[ $(
            Pathological { name: stringify!($name), head: $head, unit: $unit, tail: $tail },
        )+ ];
    };
}

texts! {
    parentheses "" "(" ""
    nested_subshells "" "( c0; " ""
    nested_case "" "case x in x) " ""
    nested_substitutions "c0 " "$(" ""
    nested_quoted_substitutions "" "c0 \"$(" ""
    nested_groups "" "{ " ""
    nested_if "" "if " ""
    nested_while "" "while c0; do " ""
    nested_functions "" "f() { " ""
    nested_tests "" "[[ ( " ""
    nested_subscripts "" "a[" ""
    nested_parameters "c0 " "${x:-" ""
    nested_arithmetic "c0 " "$((" ""
    nested_backticks "c0 " "`\\" ""
    words "" "a " ""
    one_word "c0 " "a" ""
    pipeline "" "c0 | " "c0"
    and_list "" "c0 && " "c0"
    statements "" "c0;" ""
    lines "" "c0\n" ""
    jobs "" "c0 & " ""
    brace_lists "c0 " "{a,b}" ""
    brace_lists_apart "c0" " {a,b}" ""
    open_braces "c0 " "{a," ""
    here_documents "" "c0 <<A\nx\nA\n" ""
    here_documents_on_one_line "c0" " <<A" ""
    open_here_documents "" "c0 <<A\n" ""
    here_document_of_substitutions "c0 <<A\n" "$(c0)\n" "A\n"
    mixed_closers "" "c0 ) \" ' " ""
    redirects "c0" " >f" ""
    assignments "" "x=1 " "c0"
    expansions "c0 " "$x" ""
    strings "c0 " "'a'\"b\"" ""
    escapes "c0 " "\\ " ""
    continuations "c0 " "a\\\n" ""
    patterns "c0 " "*?[a]" ""
    comments "" "# c0\n" ""
    loops "" "for i in a b; do c0 $i; done\n" ""
    evaluated "" "eval 'c0 a'\n" ""
    variables "" "x=a; c0 $x\n" ""
    nested_shells "" "bash -c 'c0 a'\n" ""
    wide_characters "c0 " "é" ""
    controls "c0 " "\u{1}" ""
}
