//! Whether a command may lead the shell that reads it into another directory.

/// Words that do, or that hide what does.
const LEADING: [&str; 16] = [
    ".", "..", "-", "~", "cd", "chdir", "pushd", "popd", "eval", "source", "alias", "trap", "z", "zi", "j",
    "autojump",
];

/// Whether it may. A shell of an agent's may live on, and the next command starts where this one has left it. What is
/// only known at run time counts as a yes; a function of the user's own by another name is not seen.
pub(super) fn may_lead_elsewhere(text: &str) -> bool {
    let joined = text.replace("\\\n", "");
    let bare: String = joined.chars().filter(|sign| !"'\"\\".contains(*sign)).collect();
    let hides =
        ['$', '`'].iter().any(|sign| bare.contains(*sign)) || bare.contains('{') && bare.contains(',');
    let ends = |sign: char| sign.is_whitespace() || ";&|(){}<>=!".contains(sign);
    hides || bare.split(ends).any(|word| LEADING.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_may_change_the_directory_counts() {
        for text in [
            "cd x",
            "ls && cd ..",
            "(cd x)",
            "c''d x",
            "\"cd\" x",
            "c\\d x",
            "c\\\nd x",
            "builtin cd x",
            "x=cd; $x y",
            "${x}",
            "`x`",
            "{c,x}d",
            "pushd x",
            "eval 'c' d",
            ". ./x",
            "source x",
            "alias x=cd",
            "f() { cd x; }",
            "..",
            "!cd x",
            "if cd x; then ls; fi",
        ] {
            assert!(may_lead_elsewhere(text), "{text}");
        }
        for text in [
            "ls -la",
            "git status --short",
            "grep -rn 'x y' src | head -5",
            "cargo test -p abcd > out.txt",
            "cat ./x ../y",
        ] {
            assert!(!may_lead_elsewhere(text), "{text}");
        }
    }
}
