//! Which program a name leads to.

use shell_parser::Value;

use crate::{Context, Lookup};

/// The program that knowledge may speak of: a bare name that leads where it belongs, or the path it leads to. `./ls`
/// is not `ls`. Where the lookup is assumed, programs are in `/bin`, `/sbin`, `/usr/bin` and `/usr/sbin`, too, where
/// only root writes.
pub(crate) fn program<'a>(name: &'a Value, context: &Context) -> Option<&'a str> {
    // A name with a blank is one word to the shell; entries of sub-commands have names of more.
    let name = name.exact().filter(|name| !name.contains(' '))?;
    let belongs = |name: &'a str| match name.rsplit_once('/') {
        None => Some(name),
        Some(("/bin" | "/sbin" | "/usr/bin" | "/usr/sbin", base)) => Some(base),
        Some(_) => None,
    };
    let table = match &context.lookup {
        Lookup::AssumedBut(replaceable) if replaceable.contains(name) => return None,
        Lookup::Assumed | Lookup::AssumedBut(_) => return belongs(name),
        Lookup::Table(table) => table,
    };
    let bare = base(name);
    match table.get(bare) {
        Some(found) => (!found.replaceable && (bare == name || *found.path == *name)).then_some(bare),
        None => (bare == name && is_builtin(name)).then_some(name),
    }
}

/// The last component of a path.
pub(crate) fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Whether every shell has a builtin of this name, which no search of directories can replace.
fn is_builtin(name: &str) -> bool {
    matches!(
        name,
        ":" | "["
            | "cd"
            | "command"
            | "echo"
            | "exit"
            | "false"
            | "printf"
            | "pwd"
            | "return"
            | "test"
            | "true"
            | "type"
            | "wait"
    )
}
