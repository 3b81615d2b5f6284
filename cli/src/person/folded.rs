//! Lines folded to the width of a terminal.

/// A narrower terminal is not folded for: nothing would be read in it.
const NARROWEST: usize = 20;

/// Adds a text in lines of at most so many columns, the further ones indented by two more. A blank is where a line is
/// folded, or any character where no blank comes in time. The text has been made safe to show.
pub(super) fn fold(lines: &mut Vec<String>, indent: usize, text: &str, width: usize) {
    let width = width.max(NARROWEST);
    let mut line = " ".repeat(indent);
    let mut used = indent;
    let mut is_empty = true;
    for word in text.split_inclusive(' ') {
        let needed: usize = word.trim_end().chars().map(columns).sum();
        if !is_empty && used.saturating_add(needed) > width {
            end(lines, &mut line, &mut used, indent);
        }
        for character in word.chars() {
            if used.saturating_add(columns(character)) > width {
                if character == ' ' {
                    continue;
                }
                end(lines, &mut line, &mut used, indent);
            }
            line.push(character);
            used = used.saturating_add(columns(character));
        }
        is_empty = false;
    }
    lines.push(line.trim_end().to_owned());
}

/// Ends a line and begins the next.
fn end(lines: &mut Vec<String>, line: &mut String, used: &mut usize, indent: usize) {
    lines.push(line.trim_end().to_owned());
    *used = indent.saturating_add(2);
    *line = " ".repeat(*used);
}

/// Columns that a character may take: outside of ASCII two, for some take two and none takes more.
fn columns(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_terminal_and_nothing_is_lost() {
        for (name, indent, text, wanted) in [
            ("short", 2, "echo x", &["  echo x"][..]),
            ("nothing", 2, "", &[""]),
            (
                "at blanks",
                2,
                "echo one two three four five",
                &["  echo one two three", "    four five"],
            ),
            (
                "without a blank",
                0,
                "abcdefghijklmnopqrstuvwxyz",
                &["abcdefghijklmnopqrst", "  uvwxyz"],
            ),
            (
                "a long word behind a short one",
                0,
                "rm abcdefghijklmnopqrstuvwxyz",
                &["rm", "  abcdefghijklmnopqr", "  stuvwxyz"],
            ),
            (
                "wide",
                0,
                "五五五五五五五五五五五",
                &["五五五五五五五五五五", "  五"],
            ),
        ] {
            let mut lines = Vec::new();
            fold(&mut lines, indent, text, 20);
            assert_eq!(lines, wanted, "{name}");
            let plain = |text: &str| text.chars().filter(|one| *one != ' ').collect::<String>();
            assert_eq!(plain(&lines.concat()), plain(text), "{name}");
        }
    }
}
