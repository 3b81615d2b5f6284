//! The functions that every policy may call.

use super::call::Arguments;
use super::format;
use super::interpreter::Interpreter;
use super::stop::Stop;
use super::value::{Range, Value};
use super::{method, operator, rule_call, token};

macro_rules! builtins {
    ($( $variant:ident = $name:literal; )+) => {
        /// A function that is not written in the policy.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(super) enum Builtin { $( $variant, )+ }

        impl Builtin {
            /// The function of that name.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $( $name => Some(Self::$variant), )+
                    _ => None,
                }
            }

            /// Its name.
            pub(super) fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }
        }
    };
}

builtins! {
    PrefixRule = "prefix_rule";
    HostExecutable = "host_executable";
    NetworkRule = "network_rule";
    Program = "program";
    PathRule = "path_rule";
    EnvRule = "env_rule";
    EffectRule = "effect_rule";
    SandboxProfile = "sandbox_profile";
    Regex = "regex";
    AnyToken = "any_token";
    Rest = "rest";
    Abs = "abs";
    All = "all";
    Any = "any";
    Bool = "bool";
    Dict = "dict";
    Enumerate = "enumerate";
    Fail = "fail";
    Int = "int";
    Len = "len";
    List = "list";
    Max = "max";
    Min = "min";
    Range = "range";
    Repr = "repr";
    Reversed = "reversed";
    Sorted = "sorted";
    Str = "str";
    Tuple = "tuple";
    Type = "type";
    Zip = "zip";
}

/// Calls a function that is not written in the policy.
pub(super) fn call(run: &mut Interpreter<'_>, builtin: Builtin, arguments: Arguments) -> Result<Value, Stop> {
    match builtin {
        Builtin::PrefixRule => rule_call::prefix_rule(run, arguments),
        Builtin::HostExecutable => rule_call::host_executable(run, arguments),
        Builtin::NetworkRule => rule_call::network_rule(run, arguments),
        Builtin::Program => rule_call::program(run, arguments),
        Builtin::PathRule => rule_call::path_rule(run, arguments),
        Builtin::EnvRule => rule_call::env_rule(run, arguments),
        Builtin::EffectRule => rule_call::effect_rule(run, arguments),
        Builtin::SandboxProfile => rule_call::sandbox_profile(run, arguments),
        Builtin::Regex => token::regex(run, &arguments),
        Builtin::AnyToken => token::any(&arguments),
        Builtin::Rest => token::rest(run, &arguments),
        Builtin::Sorted => sorted(run, &arguments),
        Builtin::Max | Builtin::Min => extreme(run, builtin, &arguments),
        Builtin::Zip => zip(run, &arguments.positional),
        Builtin::Fail => fail(run, &arguments.positional),
        Builtin::Dict => dict(run, &arguments),
        Builtin::Range => range(&arguments.positional),
        Builtin::Abs
        | Builtin::All
        | Builtin::Any
        | Builtin::Bool
        | Builtin::Enumerate
        | Builtin::Int
        | Builtin::Len
        | Builtin::List
        | Builtin::Repr
        | Builtin::Reversed
        | Builtin::Str
        | Builtin::Tuple
        | Builtin::Type => simple(run, builtin, &arguments),
    }
}

/// Calls a function that neither calls others nor makes rules.
fn simple(run: &mut Interpreter<'_>, builtin: Builtin, arguments: &Arguments) -> Result<Value, Stop> {
    let heap = &mut run.heap;
    let unsuited = || Stop::wrong(format!("`{}` does not take these arguments", builtin.name()));
    if !arguments.named.is_empty() {
        return Err(unsuited());
    }
    match (builtin, &*arguments.positional) {
        (Builtin::Bool, []) => Ok(Value::Bool(false)),
        (Builtin::Bool, [value]) => Ok(Value::Bool(operator::truth(heap, value))),
        (Builtin::Str, [value]) => Ok(Value::text(format::display(heap, value)?)),
        (Builtin::Repr, [value]) => Ok(Value::text(format::repr(heap, value)?)),
        (Builtin::Type, [value]) => Ok(Value::text(value.kind())),
        (Builtin::Len, [value]) => {
            let length = operator::length(heap, value)?;
            Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
        }
        (Builtin::Abs, [Value::Int(number)]) => number.checked_abs().map(Value::Int).ok_or_else(unsuited),
        (Builtin::Int, [Value::Int(number)]) => Ok(Value::Int(*number)),
        (Builtin::Int, [Value::Bool(flag)]) => Ok(Value::Int(i64::from(*flag))),
        (Builtin::Int, [Value::Text(text)]) => {
            let number = text.text.trim().parse().map(Value::Int);
            number.map_err(|_| Stop::wrong(format!("`{}` is not a whole number", text.text)))
        }
        (Builtin::List, []) => heap.list(Vec::new(), None),
        (Builtin::Tuple, []) => heap.tuple(Vec::new(), None),
        (Builtin::List, [values]) => {
            let items = heap.iterate(values)?;
            heap.list(items, None)
        }
        (Builtin::Tuple, [values]) => {
            let items = heap.iterate(values)?;
            heap.tuple(items, None)
        }
        (Builtin::Reversed, [values]) => {
            let items = heap.iterate(values)?.into_iter().rev().collect();
            heap.list(items, None)
        }
        (Builtin::All, [values]) => {
            let items = heap.iterate(values)?;
            Ok(Value::Bool(items.iter().all(|item| operator::truth(heap, item))))
        }
        (Builtin::Any, [values]) => {
            let items = heap.iterate(values)?;
            Ok(Value::Bool(items.iter().any(|item| operator::truth(heap, item))))
        }
        (Builtin::Enumerate, [values] | [values, Value::Int(_)]) => {
            let first = arguments.positional.get(1).and_then(Value::as_int).unwrap_or(0);
            let mut items = Vec::new();
            for (number, item) in heap.iterate(values)?.into_iter().enumerate() {
                let number = i64::try_from(number).unwrap_or(i64::MAX).saturating_add(first);
                items.push(heap.tuple(vec![Value::Int(number), item], None)?);
            }
            heap.list(items, None)
        }
        _ => Err(unsuited()),
    }
}

fn range(arguments: &[Value]) -> Result<Value, Stop> {
    let numbers: Option<Vec<i64>> = arguments.iter().map(Value::as_int).collect();
    let (start, end, step) = match numbers.as_deref() {
        Some([end]) => (0, *end, 1),
        Some([start, end]) => (*start, *end, 1),
        Some([start, end, step]) if *step != 0 => (*start, *end, *step),
        _ => {
            return Err(Stop::wrong(
                "`range` takes one to three numbers, and no step of zero",
            ));
        }
    };
    Ok(Value::Range(Range { start, end, step }))
}

fn dict(run: &mut Interpreter<'_>, arguments: &Arguments) -> Result<Value, Stop> {
    let mut entries = method::pairs(&mut run.heap, arguments.positional.first())?;
    entries.extend(
        arguments
            .named
            .iter()
            .map(|(name, value)| (Value::text(name.clone()), value.clone())),
    );
    run.heap.dict(entries)
}

fn fail(run: &mut Interpreter<'_>, values: &[Value]) -> Result<Value, Stop> {
    let mut message = String::new();
    for value in values {
        if !message.is_empty() {
            message.push(' ');
        }
        message.push_str(&format::display(&mut run.heap, value)?);
    }
    Err(Stop::wrong(format!("fail: {message}")))
}

fn zip(run: &mut Interpreter<'_>, values: &[Value]) -> Result<Value, Stop> {
    let mut columns = Vec::new();
    for value in values {
        columns.push(run.heap.iterate(value)?.into_iter());
    }
    let mut rows = Vec::new();
    loop {
        let row: Option<Vec<Value>> = columns.iter_mut().map(Iterator::next).collect();
        match row {
            Some(row) if !row.is_empty() => rows.push(run.heap.tuple(row, None)?),
            Some(_) | None => return run.heap.list(rows, None),
        }
    }
}

/// The values, each with what `key` makes of it.
fn keyed(
    run: &mut Interpreter<'_>,
    values: Vec<Value>,
    arguments: &Arguments,
) -> Result<Vec<(Value, Value)>, Stop> {
    let key = arguments.named.iter().find(|(name, _)| &**name == "key");
    let mut keyed = Vec::with_capacity(values.len());
    for value in values {
        let by = match key {
            Some((_, function)) if !matches!(function, Value::None) => {
                let one = Arguments {
                    positional: vec![value.clone()],
                    named: Vec::new(),
                    place: arguments.place,
                };
                run.deeper(arguments.place, |run| run.call(function, one))?
            }
            Some(_) | None => value.clone(),
        };
        keyed.push((by, value));
    }
    Ok(keyed)
}

fn sorted(run: &mut Interpreter<'_>, arguments: &Arguments) -> Result<Value, Stop> {
    let [values] = &*arguments.positional else {
        return Err(Stop::wrong("`sorted` takes one list"));
    };
    let values = run.heap.iterate(values)?;
    let keyed = keyed(run, values, arguments)?;
    let mut sorted = run.heap.sorted(keyed)?;
    let reverse = arguments.named.iter().find(|(name, _)| &**name == "reverse");
    if reverse.is_some_and(|(_, flag)| operator::truth(&run.heap, flag)) {
        sorted.reverse();
    }
    run.heap.list(sorted, None)
}

fn extreme(run: &mut Interpreter<'_>, builtin: Builtin, arguments: &Arguments) -> Result<Value, Stop> {
    let values = match &*arguments.positional {
        [values] => run.heap.iterate(values)?,
        values => values.to_vec(),
    };
    let keyed = keyed(run, values, arguments)?;
    let sorted = run.heap.sorted(keyed)?;
    let found = if builtin == Builtin::Max {
        sorted.last()
    } else {
        sorted.first()
    };
    found
        .cloned()
        .ok_or_else(|| Stop::wrong(format!("`{}` needs a value", builtin.name())))
}
