//! Diffs as tools and people write them.

use super::*;

fn applied(text: &str, diff: &str) -> Result<String, String> {
    let hunks = Hunks::parse(diff).map_err(|error| error.to_string())?;
    hunks
        .apply(text, &mut { COMPARED })
        .map_err(|error| error.to_string())
}

#[test]
fn diffs_that_fit() {
    for (name, old, diff, new) in [
        (
            "one line",
            "a\nb\nc\n",
            "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n",
            "a\nB\nc\n",
        ),
        (
            "headers",
            "a\n",
            "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
            "b\n",
        ),
        (
            "a section after the range",
            "a\n",
            "@@ -1 +1 @@ fn x() {\n-a\n+b\n",
            "b\n",
        ),
        ("into an empty file", "", "@@ -0,0 +1,2 @@\n+a\n+b\n", "a\nb\n"),
        ("to an empty file", "a\nb\n", "@@ -1,2 +0,0 @@\n-a\n-b\n", ""),
        (
            "the last newline goes",
            "a\n",
            "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n",
            "a",
        ),
        (
            "the last newline comes",
            "a",
            "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n",
            "a\n",
        ),
        (
            "no newline on either side",
            "a\nb",
            "@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n",
            "A\nb",
        ),
        (
            "CRLF stays",
            "a\r\nb\r\n",
            "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+B\r\n",
            "a\r\nB\r\n",
        ),
        ("CRLF becomes LF", "a\r\n", "@@ -1 +1 @@\n-a\r\n+a\n", "a\n"),
        (
            "an empty line without its blank",
            "a\n\nb\n",
            "@@ -1,3 +1,3 @@\n a\n\n-b\n+B\n",
            "a\n\nB\n",
        ),
        (
            "lines that look like headers",
            "-- a\n",
            "@@ -1 +1 @@\n--- a\n+++ b\n",
            "++ b\n",
        ),
        (
            "insertion without context",
            "a\nb\n",
            "@@ -1,0 +2 @@\n+x\n",
            "a\nx\nb\n",
        ),
        (
            "two lines off",
            "x\ny\na\nb\n",
            "@@ -1,2 +1,2 @@\n a\n-b\n+B\n",
            "x\ny\na\nB\n",
        ),
        (
            "the next hunk is off as the first was",
            "x\na\nb\nc\nb\nc\n",
            "@@ -1 +1 @@\n-a\n+A\n@@ -2,2 +2,2 @@\n b\n-c\n+C\n",
            "x\nA\nb\nC\nb\nc\n",
        ),
        (
            "two hunks",
            "1\n2\n3\n4\n5\n",
            "@@ -1 +1,2 @@\n 1\n+x\n@@ -5 +6 @@\n-5\n+6\n",
            "1\nx\n2\n3\n4\n6\n",
        ),
    ] {
        assert_eq!(applied(old, diff).as_deref(), Ok(new), "{name}");
    }
}

#[test]
fn diffs_that_do_not() {
    let far = format!("{}a\n", "x\n".repeat(NEARBY + 1));
    for (name, old, diff, why) in [
        ("nothing", "a\n", "", "there is no hunk"),
        ("no hunk", "a\n", "--- a\n+++ b\n", "there is no hunk"),
        (
            "prose",
            "a\n",
            "here it is:\n@@ -1 +1 @@\n-a\n+b\n",
            "a hunk begins with",
        ),
        ("other content", "b\n", "@@ -1 +1 @@\n-a\n+c\n", "does not match"),
        ("other blanks", "a \n", "@@ -1 +1 @@\n-a\n+c\n", "does not match"),
        (
            "another line ending",
            "a\r\n",
            "@@ -1 +1 @@\n-a\n+c\n",
            "does not match",
        ),
        (
            "no newline in the file",
            "a",
            "@@ -1 +1 @@\n-a\n+c\n",
            "does not match",
        ),
        (
            "two places",
            "x\na\na\n",
            "@@ -1 +1 @@\n-a\n+b\n",
            "several places",
        ),
        ("too far", &far, "@@ -1 +1 @@\n-a\n+b\n", "not near"),
        (
            "insertion past the end",
            "a\n",
            "@@ -9,0 +10 @@\n+x\n",
            "does not match",
        ),
        (
            "hunks out of order",
            "a\nb\n",
            "@@ -2 +2 @@\n-b\n+B\n@@ -1 +1 @@\n-a\n+A\n",
            "does not match",
        ),
        ("too few lines", "a\n", "@@ -1,2 +1 @@\n-a\n+b\n", "fewer lines"),
        (
            "too many lines",
            "a\n",
            "@@ -1 +1 @@\n-a\n-b\n+b\n",
            "more lines than it says",
        ),
        ("a line of no kind", "a\n", "@@ -1 +1 @@\n*a\n", "begins with"),
        ("ranges of no kind", "a\n", "@@ -+1 +1 @@\n-a\n+b\n", "otherwise"),
        (
            "a count that is none",
            "a\n",
            "@@ -1,99999999999999999999 +1 @@\n-a\n",
            "otherwise",
        ),
        ("no lines at all", "a\n", "@@ -1,0 +1,0 @@\n", "otherwise"),
        ("line 0", "a\n", "@@ -0,1 +1 @@\n-a\n+b\n", "otherwise"),
        (
            "a mark of nothing",
            "a\n",
            "\\ No newline at end of file\n",
            "marks no line",
        ),
        (
            "no newline in the middle",
            "a\nb\n",
            "@@ -1 +1 @@\n-a\n+A\n\\ No newline at end of file\n",
            "without its newline",
        ),
    ] {
        let said = applied(old, diff).unwrap_err();
        assert!(said.contains(why), "{name}: {said}");
    }
}

#[test]
fn many_hunks_are_applied_in_a_moment() {
    let count = 200_000;
    let hunks = (0..count).map(|number| format!("@@ -{0} +{0} @@\n-a\n+b\n", 2 * number + 1));
    let begun = crate::clock::moment();
    let made = applied(&"a\n".repeat(2 * count), &hunks.collect::<String>());
    assert_eq!(made, Ok("b\na\n".repeat(count)));
    assert!(begun.elapsed().as_secs() < 120, "{:?}", begun.elapsed());
}

#[test]
fn no_hunk_is_looked_for_without_end() {
    let count = 100_000;
    let diff = format!(
        "@@ -500,{0} +500,{0} @@\n{1}-x\n+y\n",
        count + 1,
        "\n".repeat(count)
    );
    let said = applied(&"\n".repeat(count + 1200), &diff).unwrap_err();
    assert!(said.contains("too long"), "{said}");
}

proptest::proptest! {
    /// What `similar` makes of two texts turns the one into the other.
    #[test]
    fn a_diff_of_two_texts_makes_the_second(old in "([ab]?(\n|\r\n)){0,12}c?", new in "([ab]?(\n|\r\n)){0,12}c?", context in 0_usize..4) {
        if old != new {
            let diff = similar::TextDiff::from_lines(&old, &new);
            let diff = diff.unified_diff().context_radius(context).to_string();
            proptest::prop_assert_eq!(applied(&old, &diff), Ok(new), "{}", diff);
        }
    }

    #[test]
    fn no_diff_panics(old in "[ab\n]{0,20}", diff in "(@@ -[0-9],[0-9] \\+[0-9],[0-9] @@|[-+ \\\\@ab0-9]{0,5}|\n){0,30}") {
        let _any = applied(&old, &diff);
    }
}
