//! What leans on a confinement, and which one a script gets; links.

use shell_parser::{RedirectMode, Value};

use super::{APPLE, default, redirected, verdict};
use crate::judge::{Aim, judge_segments};
use crate::matching::tests::{policy, segment};
use crate::{ConfinementName, Context, Decision, Directory, Link, Links, Ruling, Unspoken};

/// The decision and the confinement of commands under a policy, where the caller confines them.
fn confined(rules: &str, commands: &[&[&str]], callers: Option<&str>) -> String {
    let segments = commands.iter().map(|words| segment(words)).collect();
    let context = Context {
        workspace: Some("/w/repo".into()),
        cwd: Directory::Known("/w/repo".into()),
        confinement: callers.map(ConfinementName::new),
        ..Context::default()
    };
    let silent = |unspoken: &Unspoken<'_>, _: &Context| match unspoken.confined {
        Some(_) => Ruling::new(),
        None => vec![default(Decision::Prompt, unspoken.segment.span)],
    };
    let found = judge_segments(segments, &[], &policy(rules), &context, &silent, Aim::Decision);
    let name = found.confinement().map_or("-", |name| name.as_str());
    format!("{} {name}", found.decision())
}

macro_rules! confines {
    ($( $name:ident: $policy:expr, [$($command:expr),*], $callers:expr => $found:literal; )+) => {
        $( #[test] fn $name() {
            let commands: &[&[&str]] = &[$(&$command),*];
            assert_eq!(confined($policy, commands, $callers), $found);
        } )+
    };
}

const CHAIN: &str = "prefix_rule(['a'], sandbox = 'read-only')\nprefix_rule(['b'], sandbox = 'workspace-write')\n\
                     prefix_rule(['c'], sandbox = 'none')\nprefix_rule(['d'])";
const FORK: &str = "sandbox_profile(name = 'left', writable = ['/left/**'])\n\
                    sandbox_profile(name = 'right', writable = ['/right/**'])\n\
                    prefix_rule(['a'], sandbox = 'left')\nprefix_rule(['b'], sandbox = 'right')\nprefix_rule(['d'])";

confines! {
    what_is_not_known_leans: "", [["x"]], Some("workspace-write") => "allow workspace-write";
    nothing_leans_on_none: "", [["x"]], Some("none") => "prompt -";
    nothing_leans_on_what_nobody_describes: "", [["x"]], Some("unheard-of") => "prompt -";
    nothing_leans_without_a_confinement: "", [["x"]], None => "prompt -";
    an_allow_leans_on_nothing: CHAIN, [["d"]], Some("workspace-write") => "allow -";
    the_narrowest_of_a_chain: CHAIN, [["a"], ["b"], ["c"]], None => "allow read-only";
    the_callers_for_a_rule_that_names_none: CHAIN, [["c"], ["d"]], Some("workspace-write") => "allow workspace-write";
    none_by_rule: CHAIN, [["c"]], Some("workspace-write") => "allow none";
    what_leans_beside_none_asks: CHAIN, [["c"], ["x"]], Some("workspace-write") => "prompt none";
    what_leans_beside_a_narrower_one: CHAIN, [["a"], ["x"]], Some("workspace-write") => "allow read-only";
    one_of_a_fork: FORK, [["a"], ["d"]], None => "allow left";
    no_chain: FORK, [["a"], ["b"]], None => "prompt -";
    a_guarded_path_that_nobody_keeps: "path_rule(['write'], ['/w/repo/x'], 'forbidden')", [["x"]], Some("workspace-write") => "prompt workspace-write";
    a_guarded_path_that_the_profile_keeps: "path_rule(['write'], ['**/.git/**'], 'forbidden')", [["x"]], Some("workspace-write") => "allow workspace-write";
}

#[test]
fn a_link_counts_where_it_stands_and_where_it_leads() {
    let rules = "path_rule(['write'], ['$WORKSPACE/.git/**'], 'forbidden')\n\
                 path_rule(['write'], ['$WORKSPACE/out/**'], 'allow')";
    let link = |path: &str, target: &str| (path.into(), Link::To(target.into()));
    let links = Links::Table(
        [
            link("/w/repo/out/link", "/home/user/.bashrc"),
            link("/w/repo/out/near", "plain"),
            link("/w/repo/out/loop", "loop"),
            ("/w/repo/out/closed".into(), Link::Unknown),
            link("/w/repo/hooks", ".git/hooks"),
        ]
        .into(),
    );
    let context = Context {
        workspace: Some("/w/repo".into()),
        cwd: Directory::Known("/w/repo".into()),
        links,
        ..Context::default()
    };
    let apple = format!("{APPLE}\n{rules}");
    for (target, decision) in [
        ("out/plain", Decision::Allow),
        ("out/link", Decision::Prompt),
        ("out/near", Decision::Allow),
        ("out/link/x", Decision::Prompt),
        ("out/loop", Decision::Prompt),
        ("out/closed", Decision::Prompt),
        ("out/closed/x", Decision::Prompt),
        ("hooks", Decision::Forbidden),
        ("hooks/x", Decision::Forbidden),
        ("hooks/../config", Decision::Forbidden),
        (".git/x", Decision::Forbidden),
    ] {
        let segments = vec![redirected(
            &["apple"],
            RedirectMode::Write,
            Value::Exact(target.into()),
        )];
        let found = verdict(&apple, segments, &[], &context);
        assert_eq!(found.decision(), decision, "{target}");
    }
}
