//! Policies and what comes of loading them.

mod bombs;

use diagnostics::Source;

use super::{LoadCode, Loaded, PolicyFile, load};
use crate::{Decision, Layer};

/// What comes of one file, with a few packs at hand.
fn loaded(text: &str) -> Loaded {
    let packs = |name: &str| {
        let text = match name {
            "//git.codexpolicy" => {
                "def git(sub):\n    prefix_rule(['git', sub])\nREADS = ['log', 'diff']\n_x = 1\n"
            }
            "//outer.codexpolicy" => "load('//git.codexpolicy', 'git')\ndef all():\n    git('log')\n",
            "//self.codexpolicy" => "load('//self.codexpolicy', 'x')\nx = 1\n",
            "//broken.codexpolicy" => "x = (\n",
            "//loop.codexpolicy" => "def f(n):\n    return f(n + 1)\nx = f(0)\n",
            _ => return None,
        };
        Some(Source::new(name, text))
    };
    load(&[file("test.rules", text)], &packs)
}

fn file(name: &str, text: &str) -> PolicyFile {
    PolicyFile {
        source: Source::new(name, text),
        layer: Layer::new("user"),
    }
}

/// Code, line, column and message of each error.
fn errors(text: &str) -> Vec<String> {
    let found = loaded(text).broken;
    let shown = found.iter().map(|one| {
        let label = one.labels.first().expect("every error has a place");
        let place = label.source.position(label.span.start());
        format!("{} {}:{} {}", one.code, place.line, place.column, one.message)
    });
    shown.collect()
}

/// The rules of a file without errors, one line each.
fn rules(text: &str) -> Vec<String> {
    let loaded = loaded(text);
    assert_eq!(loaded.broken, vec![], "{text}");
    let rules = loaded.policy.rules().iter();
    rules
        .map(|rule| format!("{} {}", rule.decision, rule.pattern))
        .collect()
}

/// `name: policy => rules`, one named test a line.
macro_rules! gives {
    ($( $name:ident: $text:expr => [$($rule:expr),* $(,)?]; )+) => {
        $( #[test] fn $name() { assert_eq!(rules($text), [$($rule),*] as [&str; _]); } )+
    };
}

/// `name: policy => errors`, one named test a line.
macro_rules! fails {
    ($( $name:ident: $text:expr => [$($error:expr),* $(,)?]; )+) => {
        $( #[test] fn $name() { assert_eq!(errors($text), [$($error),*] as [&str; _]); } )+
    };
}

gives! {
    an_empty_file_has_no_rules: "" => [];
    comments_are_no_rules: "# nothing\n" => [];
    the_decision_is_allow_unless_said: "prefix_rule(pattern = ['ls'])" => [r#"allow ["ls"]"#];
    arguments_may_be_positional: "prefix_rule(['rm'], 'forbidden')" => [r#"forbidden ["rm"]"#];
    none_counts_as_not_given: "prefix_rule(['rm'], decision = None, match = None)" => [r#"allow ["rm"]"#];
    alternatives_later_stay_one_rule: "prefix_rule(['git', ['a', 'b']])" => [r#"allow ["git", ["a", "b"]]"#];
    alternatives_first_become_rules_each: "prefix_rule([['bash', 'sh'], ['-c', '-l']])" =>
        [r#"allow ["bash", ["-c", "-l"]]"#, r#"allow ["sh", ["-c", "-l"]]"#];
    one_alternative_is_a_word: "prefix_rule([['git'], ['log']])" => [r#"allow ["git", "log"]"#];
    loops_make_rules: "for x in ['a', 'b']:\n    prefix_rule([x])" => [r#"allow ["a"]"#, r#"allow ["b"]"#];
    comprehensions_make_rules: "[prefix_rule([x + str(i)]) for i, x in enumerate('a,b'.split(',')) if i != 0]" => [r#"allow ["b1"]"#];
    functions_make_rules: "def r(*ws, **kw):\n  for w in ws:\n    prefix_rule([w], **kw)\nr('a', 'b', decision = 'prompt')" =>
        [r#"prompt ["a"]"#, r#"prompt ["b"]"#];
    functions_may_be_typed: "def r(w: str, d: str = 'prompt') -> None:\n    prefix_rule([w], d)\nr('a')" => [r#"prompt ["a"]"#];
    lambdas_see_around: "d = 'prompt'\nr = lambda w: prefix_rule([w], decision = d)\nr('a')" => [r#"prompt ["a"]"#];
    f_strings_and_formats: "n = 'x'\nprefix_rule([f'{n}y', '{}-{b}'.format(n, b = 1), '%s%%%d' % (n, 3), '{{'.format()])" =>
        [r#"allow ["xy", "x-1", "x%3", "{"]"#];
    dicts_and_sorting: "d = {'b': 'prompt', 'a': 'allow'}\nfor k in sorted(d):\n  prefix_rule([k], d[k])\nfor k, v in d.items():\n  prefix_rule([k], v)" =>
        [r#"allow ["a"]"#, r#"prompt ["b"]"#, r#"prompt ["b"]"#, r#"allow ["a"]"#];
    slices_and_indices: "x = ['a', 'b', 'c', 'd']\nprefix_rule(x[1:3] + x[::-2] + [x[-1], 'xyz'[1], 'xyz'[-2:]])" =>
        [r#"allow ["b", "c", "d", "b", "d", "y", "yz"]"#];
    arithmetic: "prefix_rule([str(x) for x in [7 // -2, -7 % 3, 2 * 3 - 1, 1 << 4, 6 & 3, 6 | 1, ~0, -(2)]])" =>
        [r#"allow ["-4", "2", "5", "16", "2", "7", "-1", "-2"]"#];
    logic: "prefix_rule(['a' if 1 < 2 and not [] else 'b', '' or 'c', 'x' in 'xy' and 'd', str(3 not in [1]), str((1, 2) == (1, 2))])" =>
        [r#"allow ["a", "c", "d", "True", "True"]"#];
    text_methods: "prefix_rule(' a.b.c '.strip().split('.', 1) + ['-'.join(['x', 'y']), 'ab'.replace('a', 'c').upper(), 'a=b'.partition('=')[2], str('abc'.find('c'))])" =>
        [r#"allow ["a", "b.c", "x-y", "CB", "b", "2"]"#];
    lists_change_in_place: "x = []\nx.append('b')\nx.insert(0, 'a')\nx.extend(['c'])\ny = x\ny += ['d']\nx.remove('b')\nprefix_rule(x)\nprefix_rule([x.pop()])" =>
        [r#"allow ["a", "c", "d"]"#, r#"allow ["d"]"#];
    break_and_continue: "for i in range(9):\n  if i == 1:\n    continue\n  if i > 2:\n    break\n  prefix_rule([str(i)])" =>
        [r#"allow ["0"]"#, r#"allow ["2"]"#];
    packs_lend_functions: "load('//git.codexpolicy', 'git', reads = 'READS')\n[git(x) for x in reads]" =>
        [r#"allow ["git", "log"]"#, r#"allow ["git", "diff"]"#];
    packs_load_packs: "load('//outer.codexpolicy', 'all')\nload('//git.codexpolicy', 'git')\nall()\ngit('x')" =>
        [r#"allow ["git", "log"]"#, r#"allow ["git", "x"]"#];
    reviewers_are_read: "prefix_rule(['a'], decision = 'prompt', reviewer = 'auto_review')" => [r#"prompt ["a"]"#];
    tuples_serve_as_lists: "prefix_rule(('a', ('b', 'c')))" => [r#"allow ["a", ["b", "c"]]"#];
    examples_that_hold: "prefix_rule(['git', ['status', 'diff']], match = ['git status -s', ['git', 'diff', 'a b']], not_match = ['git', 'gi status'])" =>
        [r#"allow ["git", ["status", "diff"]]"#];
    examples_meet_any_absolute_path: "prefix_rule(['git'], match = ['/opt/git x'], not_match = ['./git'])" => [r#"allow ["git"]"#];
    examples_wait_for_later_paths: "prefix_rule(['git'], match = ['/usr/bin/git'], not_match = ['/tmp/git'])\nhost_executable(name = 'git', paths = ['/usr/bin/git'])" =>
        [r#"allow ["git"]"#];
    one_alternative_is_enough_for_an_example: "prefix_rule([['npm', 'pnpm'], 'i'], match = ['pnpm i'])" =>
        [r#"allow ["npm", "i"]"#, r#"allow ["pnpm", "i"]"#];
}

fails! {
    syntax: "prefix_rule(['a'" => ["EP1002 1:17 unexpected new line, expected symbol ']'"];
    unknown_name: "prefix_rule([git])" => ["EP1003 1:14 `git` is not defined"];
    unknown_method: "'a'.frob()" => ["EP1003 1:1 a string has no method `frob`"];
    unsuited_arguments: "'a'.replace(1)" => ["EP1003 1:1 `replace` of a string does not take these arguments"];
    fail_says_why: "fail('no', 1)" => ["EP1003 1:1 fail: no 1"];
    no_division: "x = 1 / 2" => ["EP1003 1:5 policies have no floating-point numbers"];
    no_division_by_zero: "x = 1 // 0" => ["EP1003 1:5 `1 // 0` has no result"];
    overflow: "x = 9223372036854775807 + 1" => ["EP1003 1:5 `9223372036854775807 + 1` has no result"];
    wrong_call: "def f(a):\n    pass\nf(b = 1)" => ["EP1003 3:1 `f` needs `a`"];
    missing_pack: "load('//none.codexpolicy', 'x')" => ["EP1005 1:6 there is no pack `//none.codexpolicy`"];
    missing_name_in_pack: "load('//git.codexpolicy', 'nope')" =>
        ["EP1006 1:27 the pack `//git.codexpolicy` does not define `nope`"];
    a_pack_that_loads_itself: "load('//self.codexpolicy', 'x')" => ["EP1005 1:6 the pack loads itself"];
    a_broken_pack: "load('//broken.codexpolicy', 'x')" => ["EP1002 2:1 unexpected new line, expected expression"];
    missing_pattern: "prefix_rule(decision = 'allow')" => ["EP1007 1:1 `prefix_rule` needs the argument `pattern`"];
    unknown_argument: "prefix_rule(['a'], deicsion = 'forbidden')" => ["EP1007 1:1 `prefix_rule` has no argument `deicsion`"];
    pattern_is_a_string: "prefix_rule('git status')" => ["EP1007 1:13 `pattern` of `prefix_rule` takes a list of words, not a string"];
    word_is_a_number: "prefix_rule(['a', 1])" => ["EP1007 1:1 `pattern` of `prefix_rule` takes words and lists of alternative words, not a int"];
    alternatives_nest: "prefix_rule(['a', ['b', ['c']]])" => ["EP1007 1:25 `pattern` of `prefix_rule` takes words as alternatives, not a list"];
    bad_decision: "prefix_rule(['a'], decision = 'deny')" => ["EP1008 1:31 `deny` is not a decision"];
    empty_pattern: "prefix_rule([])" => ["EP1009 1:13 the pattern has no words"];
    empty_alternatives: "prefix_rule(['a', []])" => ["EP1009 1:19 the list of alternatives has no words"];
    blank_justification: "prefix_rule(['a'], justification = ' \\n')" => ["EP1010 1:36 the justification is empty"];
    bad_quoting: "prefix_rule(['a'], match = [\"a 'b\"])" => ["EP1011 1:29 the quotes of the example `a 'b` do not close"];
    empty_example: "prefix_rule(['a'], match = [''], not_match = [[]])" =>
        ["EP1012 1:29 the example has no words", "EP1012 1:47 the example has no words"];
    example_unmatched: "prefix_rule(['a', 'b'],\n  match = ['a b', 'a c'])" => ["EP1013 2:19 the rule does not match `a c`, which it should"];
    example_matched: "prefix_rule(['a'], not_match = [['b'], ['a', 'x y']])" => ["EP1014 1:40 the rule matches `a 'x y'`, which it should not"];
    computed_examples_point_to_the_call: "x = 'b' + 'c'\nprefix_rule(['a'], match = [x])" => ["EP1013 2:1 the rule does not match `bc`, which it should"];
    examples_by_name_point_to_themselves: "x = 'bc'\nprefix_rule(['a'], match = [x])" => ["EP1013 1:5 the rule does not match `bc`, which it should"];
    reviewer_of_an_allow: "prefix_rule(['a'], reviewer = 'user')" => ["EP1007 1:31 `user` cannot review what this rule decides"];
    executable_with_slash: "host_executable(name = 'bin/git', paths = [])" => ["EP1015 1:24 `bin/git` is not a bare file name"];
    executable_elsewhere: "host_executable('git', ['/usr/bin/hg', 'git', '~/bin/git'])" =>
        ["EP1016 1:25 `/usr/bin/hg` is not an absolute path of `git`", "EP1016 1:40 `git` is not an absolute path of `git`"];
    bad_host: "network_rule('https://x', 'https', 'allow')" => ["EP1017 1:14 `https://x` is not a host name or address"];
    bad_protocol: "network_rule('x', 'gopher', 'deny')" => ["EP1018 1:19 `gopher` is not a protocol"];
    several_errors: "prefix_rule([])\nnope()\nprefix_rule(['a'], 'maybe', match = ['b'], justification = '')\nprefix_rule(['c'], match = ['d'])" => [
        "EP1009 1:13 the pattern has no words",
        "EP1003 2:1 `nope` is not defined",
        "EP1008 3:20 `maybe` is not a decision",
        "EP1010 3:60 the justification is empty",
        "EP1013 4:29 the rule does not match `d`, which it should",
    ];
}

#[test]
fn a_broken_file_only_restricts() {
    let broken =
        "prefix_rule(['a'])\nprefix_rule(['b'], 'forbidden')\nhost_executable('a', ['/a'])\nprefix_rule([])";
    let whole = "prefix_rule(['c'])";
    let loaded = load(&[file("broken", broken), file("whole", whole)], &|_: &str| None);
    let rules: Vec<String> = loaded
        .policy
        .rules()
        .iter()
        .map(|rule| rule.pattern.to_string())
        .collect();
    assert_eq!(rules, [r#"["b"]"#, r#"["c"]"#]);
    assert_eq!(loaded.policy.host_executables().count(), 0);
    assert_eq!(loaded.broken.len(), 1);
}

#[test]
fn a_failing_example_shows_which_rule_matches() {
    let found = loaded("prefix_rule(['a'])\nprefix_rule(['b'], match = ['a x'])").broken;
    let texts: Vec<&str> = found[0].labels.iter().map(|label| &*label.text).collect();
    assert_eq!(
        texts,
        [
            "this is not matched",
            r#"by `["b"]`"#,
            r#"this rule matches it: `["a"]`"#
        ]
    );
}

#[test]
fn rules_know_their_call_and_layer() {
    let loaded = loaded("x = 1\nprefix_rule(\n  ['a'],\n)\n");
    let origin = &loaded.policy.rules()[0].origin;
    assert_eq!(
        origin.source.snippet(origin.span),
        Some("prefix_rule(\n  ['a'],\n)")
    );
    assert_eq!(origin.layer, Layer::new("user"));
}

#[test]
fn later_network_rules_replace_earlier_ones_of_their_layer() {
    let text = "network_rule('a.org', 'https', 'allow')\nnetwork_rule('b.org', 'http', 'prompt')\nnetwork_rule('A.org:443', 'http-connect', 'deny')";
    let policy = loaded(text).policy;
    let rules: Vec<_> = policy
        .network_rules()
        .iter()
        .map(|rule| (&*rule.host, rule.decision))
        .collect();
    assert_eq!(
        rules,
        [("b.org", Decision::Prompt), ("a.org", Decision::Forbidden)]
    );
}

#[test]
fn the_last_host_executable_counts() {
    let text = "host_executable('git', ['/a/git', '/a/git', '~/git'])\nhost_executable('hg', ['/a/hg'])\nhost_executable('hg', [])";
    let policy = loaded(text).policy;
    let paths = |name: &str| policy.host_executable(name).map(|host| host.paths.join(" "));
    assert_eq!(paths("git").as_deref(), Some("/a/git ~/git"));
    assert_eq!(paths("hg").as_deref(), Some(""));
}

#[test]
fn codes_are_different_and_in_order() {
    let codes: Vec<_> = LoadCode::ALL.iter().map(|code| code.code()).collect();
    assert!(codes.is_sorted() && codes.windows(2).all(|two| two[0] != two[1]));
}
