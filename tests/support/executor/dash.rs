//! dash as a server: scripts come in, a line each, escaped for its `printf %b`.

use std::path::Path;
use std::process::Command;

/// Its reports go through a pipe that dash itself has made, because a stub may only open what belongs to its user.
const DRIVER: &str = r#"
{
    exec </dev/null 9>&1 >/dev/null 2>&1
    PATH=$STUBS
    ulimit -t 3 -f 100 -c 0
    [ -z "$PROCESSES" ] || ulimit -p "$PROCESSES"
    unset STUBS DRIVER PROCESSES
    while IFS= read -r line <&8; do
        script=$(printf '%b.' "$line")
        ( set --; eval "${script%.}"; wait ) </dev/null
        printf '\001\003\0' >&9
    done
} | /bin/cat
"#;

/// How it is started.
pub(super) fn command(stubs: &Path) -> Command {
    let mut command = Command::new("/bin/dash");
    command
        .args(["-c", r#"exec 8<&0; eval "$DRIVER""#])
        .env_clear()
        .env("DRIVER", DRIVER)
        .env("STUBS", stubs);
    command
}

/// How a script is sent.
pub(super) fn message(script: &str) -> Vec<u8> {
    let mut line = Vec::with_capacity(script.len().saturating_add(1));
    for byte in script.bytes() {
        if (b' '..=b'~').contains(&byte) && byte != b'\\' {
            line.push(byte);
        } else {
            line.extend(format!("\\0{byte:03o}").into_bytes());
        }
    }
    line.push(b'\n');
    line
}
