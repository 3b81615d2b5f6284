//! `program`: what is known of a program.

use super::super::LoadCode;
use super::super::call::Arguments;
use super::super::interpreter::Interpreter;
use super::super::stop::Stop;
use super::super::store::{Described, Example};
use super::super::value::{Place, Value};
use super::prefix::examples;
use super::{Given, lists};
use crate::{Declaration, Does, Entry, Syntax, Trait};

const PARAMETERS: &[&str] = &[
    "name",
    "source",
    "syntax",
    "complete",
    "options_first",
    "subcommands",
    "trusts",
    "bundled",
    "runs_elsewhere",
    "response_files",
    "ordinary",
    "always",
    "harmless",
    "searches",
    "chooses",
    "columns",
    "informs",
    "lists",
    "reads",
    "follows",
    "object",
    "sends",
    "writes",
    "deletes",
    "deletes_all",
    "moves",
    "archive",
    "unpacks",
    "connects",
    "refspec",
    "runs",
    "joins",
    "remote",
    "sets",
    "splits",
    "template",
    "appends",
    "executes",
    "executes_elsewhere",
    "script",
    "code",
    "loads",
    "awk",
    "sed",
    "jq",
    "enters",
    "rewrites",
    "escalates",
    "signals",
    "configures",
    "overwrites",
    "unknown",
    "operands",
    "instead_of",
    "only_reads",
    "does_more",
];

/// The flags and what they say.
const TRAITS: &[(&str, Trait)] = &[
    ("complete", Trait::Complete),
    ("options_first", Trait::OptionsFirst),
    ("subcommands", Trait::Subcommands),
    ("trusts", Trait::Trusts),
    ("bundled", Trait::Bundled),
    ("runs_elsewhere", Trait::RunsElsewhere),
    ("response_files", Trait::ResponseFiles),
];

/// Adds what one call says, once for each name.
pub(super) fn call(run: &mut Interpreter<'_>, arguments: Arguments) -> Result<(), Stop> {
    let given = Given::new(run, "program", PARAMETERS, arguments);
    let place = given.place;
    let errors = run.store.errors.len();
    let names = names(run, &given)?;
    let source = given
        .needed(run, "source")
        .and_then(|value| given.text(run, "source", &value));
    if let Some(source) = &source {
        run.heap.meter.keep(&source.text)?;
    }
    let mut declaration = Declaration {
        source: source.map(|source| (*source.text).into()).unwrap_or_default(),
        syntax: syntax(run, &given),
        ..Declaration::default()
    };
    for (name, is) in TRAITS {
        if flag(run, &given, name) {
            declaration.traits.push(*is);
        }
    }
    for word in texts(run, &given, "ordinary")? {
        declaration.ordinary.extend(does(run, &word, place));
    }
    for text in texts(run, &given, "always")? {
        let (word, path) = text.split_once(' ').unwrap_or((&*text, ""));
        declaration
            .always
            .extend(does(run, word, place).map(|does| (does, path.into())));
    }
    for does in Does::ALL {
        let options = texts(run, &given, does.word())?;
        if !options.is_empty() {
            declaration.options.push((*does, options));
        }
    }
    for (name, value) in entries(run, &given, "operands")? {
        let Some(word) = given.text(run, "operands", &value) else {
            continue;
        };
        declaration
            .operands
            .extend(does(run, &word.text, place).map(|does| (name, does)));
    }
    for (name, value) in entries(run, &given, "instead_of")? {
        let options = texts_of(run, &given, "instead_of", &value)?;
        let known = declaration.options.iter().map(|(_, options)| options.len());
        let known = known.fold(1, usize::saturating_add);
        run.heap.meter.step(options.len().saturating_mul(known) / 8)?;
        declaration.instead_of.push((name, options));
    }
    let only_reads = examples(run, &given, "only_reads")?;
    let does_more = examples(run, &given, "does_more")?;
    let Some(origin) = run.origin(place).filter(|_| run.store.errors.len() == errors) else {
        return Ok(());
    };
    declaration.file = origin.source.name().into();
    let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    declaration.span = (offset(origin.span.start()), offset(origin.span.end()));
    let size = size(&declaration, only_reads.iter().chain(&does_more));
    for name in names {
        // The declaration is kept, and what is made of it.
        run.heap.meter.take(size.saturating_mul(2).saturating_add(1024))?;
        let known = run.store.programs.len();
        run.heap.meter.step(known / 16)?;
        run.heap.meter.read(known.saturating_mul(name.len()) / 16)?;
        let declaration = Declaration {
            name,
            ..declaration.clone()
        };
        add(run, declaration, place, (&only_reads, &does_more));
    }
    Ok(())
}

/// About how many bytes one declaration and its examples are.
fn size<'e>(declaration: &Declaration, examples: impl Iterator<Item = &'e Example>) -> usize {
    let options = declaration.options.iter().flat_map(|(_, options)| options);
    let instead = declaration.instead_of.iter().flat_map(|(_, options)| options);
    let operands = declaration.operands.iter().map(|(name, _)| name);
    let instead_of = declaration.instead_of.iter().map(|(name, _)| name);
    let texts = options.chain(instead).chain(operands).chain(instead_of);
    let texts = texts.map(|text| text.len());
    let words = examples.flat_map(|example| &example.words).map(String::len);
    let source = declaration.source.len().saturating_add(declaration.file.len());
    texts.chain(words).fold(source, |size, length| {
        size.saturating_add(length).saturating_add(48)
    })
}

/// Checks one declaration and adds it.
fn add(
    run: &mut Interpreter<'_>,
    declaration: Declaration,
    place: Place,
    (only_reads, does_more): (&[Example], &[Example]),
) {
    let wrong = |message: String| Stop::new(LoadCode::Program, message).at(place);
    if run
        .store
        .programs
        .iter()
        .any(|known| known.declaration.name == declaration.name)
    {
        run.report(wrong(format!("`{}` is described twice", declaration.name)));
        return;
    }
    match Entry::try_from(&declaration) {
        Ok(entry) => run.store.programs.push(Described {
            declaration,
            entry,
            only_reads: only_reads.to_vec(),
            does_more: does_more.to_vec(),
        }),
        Err(error) => run.report(wrong(error.to_string())),
    }
}

/// `name`: a string, or a list of them.
fn names(run: &mut Interpreter<'_>, given: &Given) -> Result<Vec<Box<str>>, Stop> {
    let Some(value) = given.needed(run, "name") else {
        return Ok(Vec::new());
    };
    match value.as_text() {
        Some(name) => {
            run.heap.meter.keep(&name.text)?;
            Ok(vec![(*name.text).into()])
        }
        None => texts_of(run, given, "name", &value),
    }
}

fn syntax(run: &mut Interpreter<'_>, given: &Given) -> Syntax {
    let Some(value) = given.value("syntax") else {
        return Syntax::default();
    };
    let Some(word) = given.text(run, "syntax", &value) else {
        return Syntax::default();
    };
    Syntax::from_word(&word.text).unwrap_or_else(|| {
        let place = run.place_of(&value, given.place);
        let stop = Stop::new(LoadCode::Program, format!("`{}` is not a syntax", word.text)).at(place);
        run.report(stop.help("a syntax is `getopt`, `find`, `flags`, `words`, `test` or `keys`"));
        Syntax::default()
    })
}

fn flag(run: &mut Interpreter<'_>, given: &Given, name: &str) -> bool {
    match given.value(name) {
        None => false,
        Some(Value::Bool(flag)) => flag,
        Some(value) => {
            given.unsuited(run, name, &value, "True or False");
            false
        }
    }
}

/// What a word says is done; a word that says nothing is reported.
fn does(run: &mut Interpreter<'_>, word: &str, place: Place) -> Option<Does> {
    let does = Does::from_word(word);
    if does.is_none() {
        let stop = Stop::new(
            LoadCode::Program,
            format!("`{word}` is not something a program does"),
        )
        .at(place);
        run.report(stop.help("it `lists`, `reads`, `writes`, `deletes` … or is `harmless`"));
    }
    does
}

/// The strings of a list; none where the argument is not given.
fn texts(run: &mut Interpreter<'_>, given: &Given, name: &str) -> Result<Vec<Box<str>>, Stop> {
    match given.value(name) {
        Some(value) => texts_of(run, given, name, &value),
        None => Ok(Vec::new()),
    }
}

fn texts_of(
    run: &mut Interpreter<'_>,
    given: &Given,
    name: &str,
    value: &Value,
) -> Result<Vec<Box<str>>, Stop> {
    let texts = lists::texts_of(run, given, name, value)?;
    Ok(texts.into_iter().map(|(text, _)| text).collect())
}

/// The entries of a dict with strings as keys; none where the argument is not given.
fn entries(run: &mut Interpreter<'_>, given: &Given, name: &str) -> Result<Vec<(Box<str>, Value)>, Stop> {
    match given.value(name) {
        Some(value) => entries_of(run, given, name, &value),
        None => Ok(Vec::new()),
    }
}

/// The entries of this dict, which has strings as keys.
pub(super) fn entries_of(
    run: &mut Interpreter<'_>,
    given: &Given,
    name: &str,
    value: &Value,
) -> Result<Vec<(Box<str>, Value)>, Stop> {
    let Value::Dict(number) = value else {
        given.unsuited(run, name, value, "a dict");
        return Ok(Vec::new());
    };
    let entries = run
        .heap
        .dict_at(*number)
        .map(|dict| dict.entries.clone())
        .unwrap_or_default();
    run.heap.meter.take_values(entries.len())?;
    let mut named = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        if let Some(key) = given.text(run, name, &key) {
            run.heap.meter.keep(&key.text)?;
            named.push(((*key.text).into(), value));
        }
    }
    Ok(named)
}
