//! What a stage of a pipe writes, where that is certain before it runs.

use shell_parser::{FileRedirect, Found, Input, Place, RedirectMode, Segment, Value};

/// Gives each segment the text that is piped into it, where that is known.
pub(super) fn fill_in(segments: &mut [Segment]) {
    if calls_functions(segments) {
        return;
    }
    for at in 0..segments.len() {
        let Some(text) = segments.get(at).and_then(|reader| piped(reader, segments)) else {
            continue;
        };
        if let Some(reader) = segments.get_mut(at) {
            reader.input = Input::Text(Value::Exact(text));
        }
    }
}

/// Whether a program's name may be that of a function.
pub(super) fn calls_functions(segments: &[Segment]) -> bool {
    segments.iter().any(|segment| segment.place == Place::Function)
}

/// Gives a segment the paths that the stage before it writes, where these are known.
pub(super) fn hand_over(reader: &mut Segment, names: &[Option<Box<Found>>]) {
    if let Input::Stage(writer) = reader.input
        && let Some(Some(found)) = names.get(writer)
    {
        reader.input = Input::Found(found.clone());
    }
}

/// Whether nothing but what a program writes to its output gets there: no redirect leads there from elsewhere, and
/// no variable changes the program.
pub(super) fn writes_only_names(writer: &Segment) -> bool {
    let is_thrown_away = |redirect: &FileRedirect| {
        redirect.fd == 2
            && matches!(redirect.mode, RedirectMode::Write | RedirectMode::Append)
            && redirect.target.exact() == Some("/dev/null")
    };
    writer.assignments.is_empty() && writer.redirects.iter().all(is_thrown_away)
}

/// What is piped into a segment.
fn piped(reader: &Segment, segments: &[Segment]) -> Option<Box<str>> {
    let Input::Stage(writer) = &reader.input else {
        return None;
    };
    written(segments.get(*writer)?).map(Into::into)
}

/// What `echo`, `printf` or `cat` writes. Backslashes mean something to some of them and not to others.
fn written(writer: &Segment) -> Option<String> {
    if !writer.assignments.is_empty() {
        return None;
    }
    let words: Option<Vec<&str>> = writer.argv.iter().map(|word| word.value.exact()).collect();
    let words = words?;
    let (program, arguments) = words.split_first()?;
    match (*program, writer.redirects.as_slice()) {
        ("cat", [here]) if here.fd == 0 && arguments.is_empty() => {
            let is_text = matches!(here.mode, RedirectMode::Heredoc | RedirectMode::Herestring);
            match &writer.input {
                Input::Text(text) if is_text => text.exact().map(str::to_owned),
                Input::Text(_)
                | Input::Inherited
                | Input::Pipe(_)
                | Input::Stage(_)
                | Input::Found(_)
                | Input::File => None,
            }
        }
        ("echo", []) => {
            let text = arguments.join(" ");
            let is_plain = !text.starts_with('-') && !text.contains('\\');
            is_plain.then(|| text + "\n")
        }
        ("printf", []) => formatted(arguments),
        _ => None,
    }
}

fn formatted(arguments: &[&str]) -> Option<String> {
    let (format, texts) = arguments.split_first()?;
    let end = match *format {
        "%s" => "",
        "%s\\n" => "\n",
        plain => {
            let is_plain = !plain.starts_with('-') && !plain.contains(['\\', '%']) && texts.is_empty();
            return is_plain.then(|| plain.to_owned());
        }
    };
    Some(texts.iter().flat_map(|text| [*text, end]).collect())
}
