//! Verdicts on segments made by hand.

mod confinement;

use diagnostics::Span;
use shell_parser::{
    Dialect, FileRedirect, Gap, GapReason, Input, Limits, Place, RedirectMode, Segment, Setting, Value,
    WorkingDirectory,
};

use super::{Aim, judge_segments, nested};
use crate::matching::tests::{policy, segment};
use crate::{Approval, Basis, Context, Decision, EffectKind, Nested, Ran, Ruling, Unspoken, Verdict};

/// A fallback that prompts for everything it is asked about.
fn ask(unspoken: &Unspoken<'_>, _: &Context) -> Ruling {
    vec![default(Decision::Prompt, unspoken.segment.span)]
}

fn default(decision: Decision, cause: Span) -> Basis {
    Basis::Default {
        decision,
        reason: "test".into(),
        cause,
    }
}

fn verdict(rules: &str, segments: Vec<Segment>, gaps: &[Gap], context: &Context) -> Verdict {
    judge_segments(segments, gaps, &policy(rules), context, &ask, Aim::Decision)
}

/// What a script without commands gets beside a broken file of this layer.
fn beside_a_broken_file(layer: &str, approval: Approval) -> Decision {
    let file = crate::BrokenFile {
        layer: crate::Layer::new(layer),
        file: "broken".into(),
        findings: Vec::new(),
    };
    let context = Context {
        approval,
        ..Context::default()
    };
    let policy = policy("").with_broken(vec![file]);
    judge_segments(Vec::new(), &[], &policy, &context, &ask, Aim::Decision).decision()
}

#[test]
fn a_file_that_does_not_load_is_a_question_where_one_may_be_asked() {
    let granular = |rules| Approval::Granular {
        rules,
        fallback: !rules,
    };
    for (layer, approval, decision) in [
        ("user", Approval::Untrusted, Decision::Prompt),
        ("user", Approval::OnRequest, Decision::Prompt),
        ("user", Approval::Never, Decision::Forbidden),
        ("user", granular(true), Decision::Prompt),
        ("user", granular(false), Decision::Forbidden),
        ("system", Approval::OnRequest, Decision::Forbidden),
    ] {
        assert_eq!(
            beside_a_broken_file(layer, approval),
            decision,
            "{layer} {approval:?}"
        );
    }
}

/// The decisions of these commands, one after the other, and of all of them.
fn decisions(rules: &str, commands: &[&[&str]]) -> String {
    let segments = commands.iter().map(|words| segment(words)).collect();
    let verdict = verdict(rules, segments, &[], &Context::default());
    let each: Vec<_> = verdict
        .segments()
        .iter()
        .map(|segment| segment.decision.word())
        .collect();
    format!("{}: {}", verdict.decision(), each.join(" "))
}

/// `name: policy, commands => decisions`, one named test a line.
macro_rules! decides {
    ($( $name:ident: $policy:expr, [$($command:expr),*] => $decision:expr; )+) => {
        $( #[test] fn $name() {
            let commands: &[&[&str]] = &[$(&$command),*];
            assert_eq!(decisions($policy, commands), $decision);
        } )+
    };
}

const APPLE: &str = "prefix_rule(['apple'])";
const GIT: &str =
    "prefix_rule(['git', 'status'])\nprefix_rule(['git', 'diff'])\nprefix_rule(['git', 'push'], 'forbidden')";

decides! {
    nothing_is_allowed: APPLE, [] => "allow: ";
    an_allow_says_nothing_of_its_neighbours: APPLE, [["apple"], ["rm", "-rf", "./"]] => "prompt: allow prompt";
    the_strictest_segment_decides: GIT, [["git", "status"], ["x"], ["git", "push"]] => "forbidden: allow prompt forbidden";
    a_loop_over_allowed_words: GIT, [["git", "status|diff"]] => "allow: allow";
    a_loop_over_a_word_nothing_speaks_for: GIT, [["git", "status|log"]] => "prompt: prompt";
    a_loop_over_a_forbidden_word: GIT, [["git", "status|push"]] => "forbidden: forbidden";
    a_forbidden_word_that_may_be: GIT, [["git", "<..>"]] => "prompt: prompt";
    too_many_combinations_are_unknown: GIT,
        [["git", "diff|status", "a|b", "a|b", "a|b", "a|b", "a|b", "a|b", "a|b"]] => "prompt: prompt";
    an_option_among_words_that_are_not_known: "prefix_rule(['apple', any_token()], without = ['-o'])",
        [["apple", "$@", "x"], ["apple", "*", "x"], ["apple", "x", "y"]] => "prompt: prompt prompt allow";
    a_longer_rule_is_not_stronger: "prefix_rule(['git'], 'prompt')\nprefix_rule(['git', 'status'])", [["git", "status"]] => "prompt: prompt";
}

/// The segment with a redirect.
fn redirected(words: &[&str], mode: RedirectMode, target: Value) -> Segment {
    let redirect = FileRedirect {
        fd: 1,
        mode,
        target,
        span: Span::of(20, 25),
    };
    Segment {
        redirects: vec![redirect],
        ..segment(words)
    }
}

#[test]
fn an_allow_does_not_speak_for_redirects() {
    use RedirectMode::{Append, Close, Duplicate, Heredoc, Read, ReadWrite, Write};
    let exact = |text: &str| Value::Exact(text.into());
    for (mode, target, decision) in [
        (Write, exact("out"), Decision::Prompt),
        (Append, exact("out"), Decision::Prompt),
        (Read, exact("in"), Decision::Prompt),
        (ReadWrite, exact("both"), Decision::Prompt),
        (Write, Value::Many, Decision::Prompt),
        (Write, exact("/dev/tty"), Decision::Prompt),
        (Read, exact("/dev/tcp/evil.org/80"), Decision::Prompt),
        (Duplicate, Value::Many, Decision::Prompt),
        (Duplicate, exact("1"), Decision::Allow),
        (Close, exact("-"), Decision::Allow),
        (Write, exact("/dev/null"), Decision::Prompt),
        (Heredoc, exact("text"), Decision::Allow),
    ] {
        let segments = vec![redirected(&["apple"], mode, target.clone())];
        let found = verdict(APPLE, segments, &[], &Context::default());
        assert_eq!(found.decision(), decision, "{mode:?} {target:?}");
    }
}

#[test]
fn what_bash_opens_as_a_connection_is_one() {
    let host = Value::Exact("/dev/tcp/evil.org/80".into());
    let segments = vec![redirected(&["apple"], RedirectMode::Write, host.clone())];
    let found = verdict(APPLE, segments, &[], &Context::default());
    let effects = found.segments()[0].effects.iter();
    assert!(
        effects
            .map(|effect| &effect.kind)
            .any(|kind| *kind == EffectKind::Connect(host.clone()))
    );
}

#[test]
fn an_allow_does_not_speak_for_assignments() {
    let setting = Setting {
        name: "LD_PRELOAD".into(),
        value: Value::Exact("x.so".into()),
        span: Span::of(0, 5),
    };
    let segment = Segment {
        assignments: vec![setting],
        ..segment(&["apple"])
    };
    let found = verdict(APPLE, vec![segment], &[], &Context::default());
    assert_eq!(found.decision(), Decision::Prompt);
    assert!(
        found.segments()[0]
            .basis
            .contains(&default(Decision::Prompt, found.segments()[0].segment.span))
    );
}

#[test]
fn the_fallback_hears_what_is_left() {
    let seen = std::cell::RefCell::new(Vec::new());
    let fallback = |unspoken: &Unspoken<'_>, _: &Context| {
        seen.borrow_mut()
            .push((unspoken.spoken_for, unspoken.effects.len()));
        vec![default(Decision::Allow, unspoken.segment.span)]
    };
    let segments = vec![
        segment(&["apple"]),
        segment(&["pear"]),
        redirected(&["apple"], RedirectMode::Write, Value::Many),
    ];
    let found = judge_segments(
        segments,
        &[],
        &policy(APPLE),
        &Context::default(),
        &fallback,
        Aim::Decision,
    );
    assert_eq!(found.decision(), Decision::Allow);
    assert_eq!(*seen.borrow(), [(false, 1), (true, 1)]);
}

#[test]
fn a_fallback_without_answer_asks() {
    let silent = |_: &Unspoken<'_>, _: &Context| Ruling::new();
    let found = judge_segments(
        vec![segment(&["x"])],
        &[],
        &policy(""),
        &Context::default(),
        &silent,
        Aim::Decision,
    );
    assert_eq!(found.decision(), Decision::Prompt);
}

#[test]
fn gaps_ask_and_are_among_the_bases_of_what_they_touch() {
    let gap = |start, end| Gap {
        span: Span::of(start, end),
        reason: GapReason::Construct,
    };
    let found = verdict(
        APPLE,
        vec![segment(&["apple"])],
        &[gap(2, 3)],
        &Context::default(),
    );
    assert_eq!(found.decision(), Decision::Prompt);
    assert!(found.segments()[0].basis.contains(&Basis::Gap(gap(2, 3))));
    let found = verdict(
        APPLE,
        vec![segment(&["apple"])],
        &[gap(9, 10)],
        &Context::default(),
    );
    assert_eq!(
        (found.decision(), found.segments()[0].decision),
        (Decision::Prompt, Decision::Allow)
    );
}

#[test]
fn prompts_that_nobody_can_answer_are_refused() {
    let rules =
        "prefix_rule(['a'], 'prompt')\nprefix_rule(['b'])\nprefix_rule(['c'], 'prompt')\nprefix_rule(['c'])";
    let granular = |rules, fallback| Approval::Granular { rules, fallback };
    let (prompt, forbidden, allow) = (Decision::Prompt, Decision::Forbidden, Decision::Allow);
    for (approval, command, decision) in [
        (Approval::OnRequest, "a", prompt),
        (Approval::Untrusted, "x", prompt),
        (Approval::Never, "x", forbidden),
        (Approval::Never, "b", allow),
        (granular(true, false), "c", prompt),
        (granular(true, false), "x", forbidden),
        (granular(false, true), "c", forbidden),
        (granular(false, true), "x", prompt),
        (granular(true, true), "a", prompt),
    ] {
        let context = Context {
            approval,
            ..Context::default()
        };
        let found = verdict(rules, vec![segment(&[command])], &[], &context);
        assert_eq!(found.decision(), decision, "{approval:?} {command}");
        let refused = found.segments()[0].basis.contains(&Basis::WouldAsk);
        assert_eq!(refused, decision == forbidden, "{approval:?} {command}");
    }
    let gap = Gap {
        span: Span::of(0, 0),
        reason: GapReason::Syntax,
    };
    let never = Context {
        approval: Approval::Never,
        ..Context::default()
    };
    assert_eq!(
        verdict("", vec![], &[gap], &never).decision(),
        Decision::Forbidden
    );
}

#[test]
fn pipes_keep_their_ends_when_nested_segments_come_between() {
    let mut list = verdict(
        "",
        vec![segment(&["a"]), segment(&["b"]), segment(&["c"])],
        &[],
        &Context::default(),
    )
    .segments;
    list[2].segment.input = Input::Pipe(vec![0]);
    // `b` was handed to a shell by `a`; the text itself holds `a` and `c`.
    nested::renumber_pipes(&mut list, &[0, 2]);
    assert_eq!(list[2].segment.input, Input::Pipe(vec![0]));
    list[2].segment.input = Input::Pipe(vec![1]);
    nested::renumber_pipes(&mut list, &[1, 2]);
    assert_eq!(list[2].segment.input, Input::Pipe(vec![2]));
}

#[test]
fn directories_of_inner_texts_continue_the_outer() {
    use WorkingDirectory::{Moved, Start, Unknown};
    let moved = |path: &str| Moved(path.into());
    for (outer, inner, whole) in [
        (Start, Start, Start),
        (Start, moved("a"), moved("a")),
        (moved("a"), Start, moved("a")),
        (moved("a"), moved("../b"), moved("b")),
        (moved("a"), moved("/b"), moved("/b")),
        (Unknown, moved("b"), Unknown),
        (Unknown, moved("/b"), moved("/b")),
        (moved("a"), Unknown, Unknown),
    ] {
        assert_eq!(nested::from_outer(&outer, &inner), whole, "{outer:?} {inner:?}");
    }
}

/// What `bash -c` with this word runs: each segment's text in the whole script, and each gap's.
fn opened(script: &str) -> Vec<String> {
    let parsed = shell_parser::parse(script, Dialect::Bash, &Limits::default());
    let outer = shell_parser::segments(&parsed).remove(0);
    let handed = Nested {
        wrapper: "bash".into(),
        ran: Ran::Script {
            dialect: Dialect::Bash,
            text: outer.argv[2].clone(),
        },
        directory: WorkingDirectory::Start,
    };
    let text = nested::text(&outer, &handed).expect("the argument is exact");
    let (segments, gaps) = nested::open(&text, &outer, &Context::default());
    assert!(
        segments
            .iter()
            .all(|segment| segment.place == Place::Nested("bash".into()))
    );
    let spans = segments
        .iter()
        .map(|segment| segment.span)
        .chain(gaps.iter().map(|gap| gap.span));
    spans
        .map(|span| span.text(script).unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn places_of_inner_texts_lie_in_the_outer() {
    assert_eq!(opened("bash -c 'ls -l; rm x'"), ["ls -l", "rm x"]);
    assert_eq!(opened(r#"bash -c "a | b""#), ["a", "b"]);
    assert_eq!(opened("bash -c 'é x; y'"), ["'é x; y'", "'é x; y'"]);
}

/// Facts about openai/codex: argv, policy, the fallback's answer and the decision.
#[test]
fn upstream_decisions() {
    const LS: &str = "prefix_rule(\n    pattern = [\"ls\"],\n    decision = \"allow\",\n    justification = \"safe and commonly used\",\n)";
    const SHELLS: &str = "prefix_rule(\n    pattern = [[\"bash\", \"sh\"], [\"-c\", \"-l\"]],\n)";
    // The path stands for a rule that upstream's test adds without a policy text.
    const FOLDER: &str = "prefix_rule([\"ls\", \"-l\", \"/some/important/folder\"], \"prompt\")";
    for (rules, words, fallback, decision) in [
        (LS, &["ls", "-l"][..], Decision::Prompt, Decision::Allow),
        (
            FOLDER,
            &["ls", "-l", "/some/important/folder"],
            Decision::Allow,
            Decision::Prompt,
        ),
        (
            SHELLS,
            &["sh", "-l", "echo", "hi"],
            Decision::Allow,
            Decision::Allow,
        ),
    ] {
        let answer = |unspoken: &Unspoken<'_>, _: &Context| vec![default(fallback, unspoken.segment.span)];
        let found = judge_segments(
            vec![segment(words)],
            &[],
            &policy(rules),
            &Context::default(),
            &answer,
            Aim::Decision,
        );
        assert_eq!(found.decision(), decision, "{words:?}");
    }
}
