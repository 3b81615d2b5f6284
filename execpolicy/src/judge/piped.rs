//! What a stage of a pipe writes, where that is certain before it runs.

use shell_parser::{Input, Place, RedirectMode, Segment};

/// The bytes between two neighbouring stages: ` | `. More may be the end of a loop, which writes its text again.
const BETWEEN: usize = 3;

/// Gives each segment the text that is piped into it, where that is known.
pub(super) fn fill_in(segments: &mut [Segment]) {
    // A function may have the name of any program.
    if segments.iter().any(|segment| segment.place == Place::Function) {
        return;
    }
    for at in 0..segments.len() {
        let Some(text) = segments.get(at).and_then(|reader| piped(reader, segments)) else {
            continue;
        };
        if let Some(reader) = segments.get_mut(at) {
            reader.input = Input::Text(shell_parser::Value::Exact(text));
        }
    }
}

/// What is piped into a segment.
fn piped(reader: &Segment, segments: &[Segment]) -> Option<Box<str>> {
    let Input::Pipe(from) = &reader.input else {
        return None;
    };
    let [only] = from.as_slice() else {
        return None;
    };
    let writer = segments.get(*only)?;
    // The writer's own end may lie behind redirects of a block around it.
    let words = writer.argv.iter().map(|word| word.span);
    let spans = words.chain(writer.redirects.iter().map(|redirect| redirect.span));
    let end = spans.map(diagnostics::Span::end).max()?;
    let between = reader.span.start().checked_sub(end)?;
    let is_next = between <= BETWEEN && writer.place == Place::Direct && reader.place == Place::Direct;
    written(writer).filter(|_| is_next).map(Into::into)
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
            // A here-document ends behind the whole line, so that it is not seen whether a loop writes it.
            let is_text = here.mode == RedirectMode::Herestring;
            match &writer.input {
                Input::Text(text) if is_text => text.exact().map(str::to_owned),
                Input::Text(_) | Input::Inherited | Input::Pipe(_) | Input::File => None,
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
