//! bash as a server: scripts come in, ended by NUL.

use std::process::Command;

/// What cannot be found is handed to a function, which reports it, newlines as another character: bash would write a
/// report in two pieces, which mix with those of other stages. The status changes, so that loops over commands end.
const DRIVER: &str = r#"
command_not_found_handle() {
    builtin printf '%s\0' "${@//$'\n'/$'\356\200\200'}" $'\001\002' >&9
    [ $# = 1 ] || builtin printf '%s\n' "${@:$#}"
    (( RANDOM % 2 ))
}
PATH=/nonexistent
unset CDPATH
FUNCNEST=16
ulimit -t 3 -f 100 -c 0
[ -z "$PROCESSES" ] || ulimit -u "$PROCESSES"
unset PROCESSES DRIVER
enable -n kill suspend logout
while IFS= read -r -d '' script <&8; do
    ( set --; eval "$script"; wait ) </dev/null >/dev/null 2>&1
    printf '\001\003\0' >&9
done
"#;

/// How it is started.
pub(super) fn command() -> Command {
    let mut command = Command::new("/bin/bash");
    command
        .args(["--noprofile", "--norc", "-c"])
        .arg(r#"exec 8<&0 9>&1 </dev/null >/dev/null 2>&1; exec /bin/bash --noprofile --norc -c "$DRIVER""#)
        .env_clear()
        .env("DRIVER", DRIVER);
    command
}

/// How a script is sent.
pub(super) fn message(script: &str) -> Vec<u8> {
    [script.as_bytes(), &[0]].concat()
}
