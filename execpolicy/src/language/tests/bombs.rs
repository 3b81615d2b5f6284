//! Policies that ask for more than there is: each ends with an error, soon, and on a small stack.

use super::errors;

/// `name: policy => bound`, one named test a line. Test threads have a stack of 2 MiB.
macro_rules! bombs {
    ($( $name:ident: $text:expr => $counted:expr; )+) => {
        $( #[test] fn $name() {
            let found = errors(&$text);
            let last = found.last().expect("a bomb does not load");
            assert!(last.starts_with("EP1004 ") && last.contains($counted), "{last}");
        } )+
    };
}

bombs! {
    endless_recursion: "def f(n):\n    return f(n + 1)\nf(0)" => "nested calls";
    endless_recursion_of_lambdas: "f = lambda g: g(g)\nf(f)" => "nested calls";
    recursion_in_a_pack: "load('//loop.codexpolicy', 'x')" => "nested calls";
    recursion_through_sorting: "def f(x):\n    return sorted([1], key = f)\nf(1)" => "nested calls";
    long_loop: "for i in range(2000000000):\n    pass" => "evaluation steps";
    long_loops_inside: "for i in range(10000):\n    for j in range(10000):\n        pass" => "bytes of memory";
    long_comprehension: "[x for x in range(2000000000)]" => "evaluation steps";
    long_list: "[0] * 1000000000" => "evaluation steps";
    long_text: "'ab' * 1000000000" => "bytes of memory";
    longest_list: "[0, 1] * 9223372036854775807" => "evaluation steps";
    list_of_a_range: "list(range(2000000000))" => "evaluation steps";
    length_of_a_range: "len(range(2000000000))" => "evaluation steps";
    doubled_text: "s = 'x'\nfor i in range(64):\n    s += s" => "bytes of memory";
    doubled_text_by_join: "s = 'x'\nfor i in range(64):\n    s = s.join([s, s, s])" => "bytes of memory";
    doubled_text_by_replace: "s = 'xx'\nfor i in range(64):\n    s = s.replace('x', s)" => "bytes of memory";
    doubled_text_by_format: "s = 'x'\nfor i in range(64):\n    s = f'{s}{s}'" => "bytes of memory";
    doubled_list: "s = [1]\nfor i in range(64):\n    s.extend(s)" => "bytes of memory";
    shared_lists_shown: "s = [1]\nfor i in range(30):\n    s = [s, s]\nstr(s)" => "bytes of memory";
    shared_lists_compared: "s = [1]\nt = [1]\nfor i in range(30):\n    s = [s, s]\n    t = [t, t]\ns == t" => "bytes of memory";
    shared_tuples_as_keys: "s = (1,)\nfor i in range(15):\n    s = (s, s, s, s)\n{s: 1}" => "evaluation steps";
    deep_lists_shown: "s = [1]\nfor i in range(100000):\n    s = [s]\nstr(s)" => "levels of nesting";
    list_in_itself_shown: "s = []\ns.append(s)\nstr(s)" => "levels of nesting";
    list_in_itself_compared: "s = []\ns.append(s)\nt = []\nt.append(t)\ns == t" => "levels of nesting";
    many_rules: "for i in range(60000):\n    prefix_rule(['a'])" => "rules";
    many_errors: "for i in range(60000):\n    prefix_rule([])" => "errors";
    many_alternatives: "prefix_rule([[str(i) for i in range(60000)]])" => "evaluation steps";
    deep_parentheses: "(".repeat(100_000) => "levels of nesting";
    deep_parentheses_closed: format!("x = {}1{}", "(".repeat(5000), ")".repeat(5000)) => "levels of nesting";
    deep_lists: format!("x = {}{}", "[".repeat(5000), "]".repeat(5000)) => "levels of nesting";
    long_sums: format!("x = 1{}", " + 1".repeat(100_000)) => "levels of nesting";
    long_minus: format!("x = {}1", "-".repeat(100_000)) => "levels of nesting";
    long_not: format!("x = {}1", "not ".repeat(100_000)) => "levels of nesting";
    long_attributes: format!("x{}", ".a".repeat(100_000)) => "levels of nesting";
    long_calls: format!("x{}", "()".repeat(100_000)) => "levels of nesting";
    long_conditions: format!("x = {}1", "1 if 1 else ".repeat(100_000)) => "levels of nesting";
    long_lambdas: format!("x = {}1", "lambda: ".repeat(100_000)) => "levels of nesting";
    deep_blocks: blocks(1000) => "levels of nesting";
    long_elif: format!("if 1:\n pass\n{}", "elif 1:\n pass\n".repeat(100_000)) => "levels of nesting";
    copied_justifications: "b = 'x' * 1000000\nfor i in range(10000):\n    prefix_rule(pattern = ['a'], justification = b)" => "bytes of memory";
    copied_words: "b = 'x' * 1000000\nfor i in range(10000):\n    prefix_rule(pattern = ['a', b])" => "bytes of memory";
    copied_alternatives: "prefix_rule(pattern = [['a%d' % i for i in range(1000)], 'x' * 1000000])" => "bytes of memory";
    copied_example_words: "prefix_rule(pattern = ['a'], match = [['a'] + ['x' * 1000000] * 100] * 100)" => "bytes of memory";
    examples_of_many_words: "prefix_rule(pattern = ['a'], match = ['a ' + 'x ' * 1000000] * 1000)" => "words of examples";
    copied_programs: "program(name = ['p%d' % i for i in range(20000)], source = 'x', harmless = ['--a%d' % i for i in range(2000)], operands = {'FILE...': 'reads'})" => "bytes of memory";
    program_examples: "program(name = 'peek', source = 'x', operands = {'FILE...': 'reads'}, harmless = ['-a'] * 100000, only_reads = ['peek ' + 'x ' * 10000] * 1000)" => "words of examples";
    long_errors: format!("b = 'b ' + 'x ' * 1000\n{}", "prefix_rule(pattern = ['a'], match = [b] * 10)\n".repeat(1000)) => "errors";
    many_example_errors: "for i in range(1000):\n    prefix_rule(pattern = ['a'], match = ['b x'] * 10)" => "errors";
    many_statement_errors: format!("b = 'x' * 1000000\n{}", "int(b)\n".repeat(1000)) => "errors";
    many_checks: "prefix_rule(pattern = [['a%d' % i for i in range(3000)]], match = ['a2999'] * 10000)" => "comparisons of examples";
    long_keys: "x = 'a' * 6000000\nd = {x: 1}\nfor i in range(200000):\n    y = x in d" => "evaluation steps";
    long_keys_got: "x = 'a' * 6000000\nd = {x: 1}\nfor i in range(200000):\n    d.get(x)" => "evaluation steps";
    long_keys_set: "x = 'a' * 6000000\nd = {}\nfor i in range(200000):\n    d[x] = 1" => "evaluation steps";
    long_searches: "x = 'a' * 6000000\nfor i in range(200000):\n    y = x in 'a'" => "evaluation steps";
    long_texts_found: "x = 'a' * 6000000\nfor i in range(200000):\n    'a'.find(x)" => "evaluation steps";
    long_texts_compared: "x = 'a' * 6000000\ny = 'a' * 6000000\nfor i in range(200000):\n    z = x == y" => "evaluation steps";
    long_sets_stripped: "x = 'a' * 1000000\nx.strip('b' * 1000000)" => "evaluation steps";
    split_to_bits: "('x ' * 12000000).split(' ')" => "bytes of memory";
    copied_paths: "for i in range(1000):\n    host_executable(name = 'a', paths = [('/' + 'x/' * 400000 + 'a')] * 1000)" => "bytes of memory";
    long_number: format!("x = {}", "9".repeat(1_000_000)) => "digits in a number";
    long_source: "# x\n".repeat(2_000_000) => "bytes of text";
}

/// Blocks inside each other, without a body.
fn blocks(depth: usize) -> String {
    let lines = (0..depth).map(|level| " ".repeat(level) + "if 1:\n");
    lines.collect()
}

/// The deepest texts that pass the first look do not overflow the parser's stack, nor ours.
#[test]
fn the_deepest_texts_are_survived() {
    for text in [
        format!("x = {}1{}", "(".repeat(62), ")".repeat(62)),
        format!("x = {}1{}", "[".repeat(62), "]".repeat(62)),
        format!("x = {}1{}", "f(".repeat(62), ")".repeat(62)),
        format!("x = {}1{}", "-(-(- -".repeat(31), "))".repeat(31)),
        format!("x = 1{}", " + 1".repeat(250)),
        format!("x = {}1", "not ".repeat(500)),
        format!("x = {}1", "1 if 1 else ".repeat(120)),
        format!("x = {}1", "lambda: ".repeat(160)),
        blocks(40) + &" ".repeat(40) + "x",
        format!("if 0:\n pass\n{}", "elif 0:\n pass\n".repeat(250)),
    ] {
        errors(&text);
    }
}

/// Ten thousand rules with examples are a policy, not a bomb.
#[test]
fn large_policies_load() {
    let rule = |number: usize| {
        format!(
            "prefix_rule(pattern = ['tool{number}', ['a', 'b']], decision = 'prompt', justification = 'why', match = ['tool{number} a'], not_match = ['x'])\n"
        )
    };
    let text: String = (0..10_000).map(rule).collect();
    assert_eq!(errors(&text), [] as [&str; 0]);
}
