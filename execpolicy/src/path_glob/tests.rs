//! Which paths meet which patterns, as tables.

use super::*;
use crate::{Certainty, Directory};

fn context() -> Context {
    Context {
        workspace: Some("/w/repo".into()),
        cwd: Directory::Known("/w/repo".into()),
        home: Some("/home/user".into()),
        ..Context::default()
    }
}

/// How surely a path meets a pattern: `Y`, `M`, or `-`.
fn met(glob: &str, path: &str, spelling: Spelling, reach: Reach, bare: Bare) -> char {
    let context = context();
    let start = "/w/repo";
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{start}/{path}")
    };
    let parts: Vec<&str> = place::names(&path).collect();
    let written: Vec<(&str, Spelling)> = parts
        .iter()
        .enumerate()
        // Only what the command writes is a pattern.
        .map(|(number, name)| {
            (
                *name,
                if number < 2 && path.starts_with(start) {
                    Spelling::Plain
                } else {
                    spelling
                },
            )
        })
        .collect();
    let resolved = written
        .iter()
        .any(|(name, _)| *name == "..")
        .then(|| place::resolved(&written, true));
    let located = Located {
        is_absolute: true,
        written,
        resolved,
    };
    let question = Question {
        reach,
        bare,
        context: &context,
    };
    match meeting(&PathGlob::new(glob).unwrap(), &located, &question) {
        Some(Certainty::Yes) => 'Y',
        Some(Certainty::Maybe) => 'M',
        None => '-',
    }
}

macro_rules! meets {
    ($( $name:ident: $glob:literal, $path:literal => $plain:literal $pattern:literal $below:literal $whole:literal; )+) => {
        /// As a path, as a pattern of the shell, as a path read whole, as a path removed.
        $( #[test] fn $name() {
            let found = [
                met($glob, $path, Spelling::Plain, Reach::Itself, Bare::Counts),
                met($glob, $path, Spelling::Pattern, Reach::Itself, Bare::Counts),
                met($glob, $path, Spelling::Pattern, Reach::Below, Bare::Counts),
                met($glob, $path, Spelling::Pattern, Reach::Whole, Bare::Counts),
            ];
            assert_eq!(found, [$plain, $pattern, $below, $whole]);
        } )+
    };
}

meets! {
    the_very_path: "$WORKSPACE/.git/config", ".git/config" => 'Y' 'Y' 'Y' 'Y';
    the_directory_of_a_pattern: "$WORKSPACE/.git/**", ".git" => 'Y' 'Y' 'Y' 'Y';
    below_a_pattern: "$WORKSPACE/.git/**", ".git/hooks/x" => 'Y' 'Y' 'Y' 'Y';
    beside_a_pattern: "$WORKSPACE/.git/**", ".gitignore" => '-' '-' '-' '-';
    anywhere: "**/.env", "a/b/.env" => 'Y' 'Y' 'Y' 'Y';
    anywhere_below: "**/.ssh/**", "/home/user/.ssh/id" => 'Y' 'Y' 'Y' 'Y';
    a_star_hides_dots: "**/.env", "*" => '-' '-' '-' '-';
    a_pattern_with_a_dot: "**/.env", ".e*" => '-' 'M' 'M' 'M';
    a_star_meets_a_name: "$WORKSPACE/secret", "*" => '-' 'M' 'M' 'M';
    a_star_inside_is_inside: "$WORKSPACE/.git/**", ".git/*" => 'Y' 'Y' 'Y' 'Y';
    the_workspace_above: "$WORKSPACE/.git/**", "/w/repo" => '-' '-' '-' 'Y';
    above_the_workspace: "$WORKSPACE/.git/**", "/w" => '-' '-' 'Y' 'Y';
    a_directory_that_may_hold_one: "**/.env", "src" => '-' '-' '-' '-';
    above_by_name: "**/.git/hooks/**", ".git" => '-' '-' '-' 'Y';
    above_of_the_system: "/etc/shadow", "/etc" => '-' '-' 'Y' 'Y';
    the_root: "**/.env", "/" => '-' '-' 'Y' 'Y';
    the_home: "**/.env", "/home/user" => '-' '-' 'Y' 'Y';
    the_home_by_pattern: "**/.env", "/home/*" => '-' '-' 'M' 'M';
    the_home_holds_nothing_of_the_system: "/etc/shadow", "/home/user" => '-' '-' '-' '-';
    up_by_text: "/etc/shadow", "../../etc/shadow" => 'Y' 'Y' 'Y' 'Y';
    through_a_guarded_name: "**/.ssh/**", "/home/user/.ssh/../x" => 'M' 'M' 'M' 'M';
    digits: "/proc/[0-9]*/environ", "/proc/17/environ" => 'Y' 'M' 'M' 'M';
    no_digits: "/proc/[0-9]*/environ", "/proc/self/environ" => '-' '-' '-' '-';
    above_digits: "/proc/[0-9]*/environ", "/proc/17" => '-' '-' 'M' 'M';
}

#[test]
fn who_says_nothing_of_a_name_may_mean_none() {
    for (path, found) in [("*", '-'), ("id_*", 'M'), ("keys/*", '-'), ("id_rsa", 'Y')] {
        let spelling = Spelling::Pattern;
        assert_eq!(
            met("**/id_rsa", path, spelling, Reach::Below, Bare::SaysNothing),
            found,
            "{path}"
        );
    }
}

#[test]
fn what_is_no_pattern_is_refused() {
    for (text, error) in [
        ("src/**", PathGlobError::Relative),
        ("", PathGlobError::Relative),
        ("$HOMES/x", PathGlobError::Variable),
        ("/a/../b", PathGlobError::Component),
        ("/a/b**", PathGlobError::Component),
        ("/a/{b,c}", PathGlobError::Character),
        ("/a/[^b]", PathGlobError::Character),
        ("/a\\b", PathGlobError::Character),
    ] {
        assert_eq!(PathGlob::new(text), Err(error), "{text}");
    }
    assert_eq!(PathGlob::new(&"/a".repeat(65)), Err(PathGlobError::Long));
}

#[test]
fn a_pattern_lies_in_another() {
    for (inner, outer, is_within) in [
        ("$WORKSPACE/src/**", "$WORKSPACE/**", true),
        ("$WORKSPACE/**", "$WORKSPACE/src/**", false),
        ("$HOME/x", "$WORKSPACE/**", false),
        ("$HOME/.ssh/id", "**/.ssh/**", true),
        ("**/.env", "**/.env", true),
        ("**/.env", "**/.envrc", false),
        ("$HOME/x", "/**", true),
        ("/etc/**", "**", true),
    ] {
        let [one, other] = [inner, outer].map(|text| PathGlob::new(text).unwrap());
        assert_eq!(one.is_within(&other), is_within, "{inner} {outer}");
    }
}

#[test]
fn what_is_looked_for_below_a_directory_may_be_what_a_pattern_names() {
    let context = context();
    for (pattern, below, name, may_be) in [
        ("**/id_rsa/**", "/w/repo", "id_rsa", true),
        ("**/id_rsa/**", "/w/repo", "id_*", true),
        ("**/id_rsa/**", "/w/repo", "*.py", false),
        ("**/id_rsa/**", "/w/repo", "*", false),
        ("**/id_rsa/**", "/w/repo", "?????a", true),
        ("**/.env/**", "/w/repo", "*", false),
        ("**/.env/**", "/w/repo", "*env", true),
        ("**/.env/**", "/w/repo", ".[ef]nv", true),
        ("**/.env/**", "/w/repo", ".[fg]nv", false),
        ("**/.env/**", "/w/repo", ".\\env", true),
        ("**/.Env/**", "/w/repo", ".env", true),
        ("**/.m2/settings.xml", "/w/repo", "settings.xml", false),
        ("**/.m2/settings.xml", "/w/repo/.m2", "settings.xml", true),
        ("**/.m2/settings.xml", "/w/repo", "*/*/.m2/*/*.xml", true),
        ("/etc/shadow", "/w/repo", "shadow", false),
        ("/etc/shadow", "/etc", "shadow", true),
        ("/etc/shadow", "/", "etc/shadow", true),
        ("$WORKSPACE/key", "/w/repo", "key", true),
        ("$WORKSPACE/a/key", "/w/repo", "key", false),
        ("$WORKSPACE/a/key", "/w/repo/a", "k*", true),
        ("$TMPDIR/key", "/w/repo", "key", true),
    ] {
        let glob = PathGlob::new(pattern).unwrap();
        let found = may_be_named(&glob, &Located::of_path(below), name, &context);
        assert_eq!(found, may_be, "{pattern} {below} {name}");
    }
}
