//! How the launcher ends: signals, terminals, full disks and closed streams.

use super::case::{Case, ROOT};

/// All of it.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "the status is the command's, or says which signal ended it",
        needs: &[],
        script: r#"
ends() { local status=0; shift; "$@" || status=$?; echo "$status"; }
test "$(ends in inside 'exit 7')" = 7
test "$(ends in inside 'kill -KILL $$')" = 137
test "$(ends in inside 'kill -TERM $$')" = 143
test "$(ends in "$EXECPOLICY" sandbox --limit wall_seconds=1 -- sleep 98765)" = 124
test "$(ends in "$EXECPOLICY" sandbox -- no-such-program-here 2> /dev/null)" = 127
"#,
    },
    Case {
        name: "a signal to the launcher reaches the command",
        needs: &[],
        script: r#"
for signal in TERM HUP USR1; do
    rm -f ready got
    inside "trap 'echo x > got; exit 3' $signal; echo x > ready; while :; do sleep 0.05; done" &
    tries=0
    while ! test -s ready; do sleep 0.05; tries=$((tries + 1)); test "$tries" -lt 1200; done
    # The function runs in a shell of its own, of which the launcher is the child.
    kill -s "$signal" "$(cat "/proc/$!/task/$!/children" | tr -d ' ')"
    status=0
    wait "$!" || status=$?
    test "$status" = 3 || { echo "$signal: $status"; exit 1; }
    test -s got
done
"#,
    },
    Case {
        name: "streams that are closed hold nothing up",
        needs: &[],
        script: r"
inside 'echo x > out; echo lost || true' >&-
test -s out
inside 'echo x > all; cat' <&- >&- 2>&-
test -s all
",
    },
    Case {
        name: "a report that cannot be written is told, and the status is the command's",
        needs: &[],
        script: r#"
status=0
said=$("$EXECPOLICY" sandbox --report /dev/full -- bash -c 'exit 4' 2>&1) || status=$?
test "$status" = 4 || { echo "$status $said"; exit 1; }
grep -q "could not be written" <<< "$said"
"#,
    },
    Case {
        name: "a report waits for a slow reader",
        needs: &[],
        script: r#"
"$EXECPOLICY" sandbox --report >(sleep 2; cat > "$ROOT/home/got") -- bash -c '
name=$(printf "long%.0s" {1..50})
for n in {1..900}; do : > "$name$n"; done'
reader=$!
while kill -0 "$reader" 2> /dev/null; do sleep 0.1; done
test "$(wc -c < "$ROOT/home/got")" -gt 70000
test "$(tail -c 2 "$ROOT/home/got")" = "}"
"#,
    },
    Case {
        name: "streams are files: they are read, written in turns, and have names",
        needs: &[],
        script: r#"
printf 'one\ntwo\nthree\n' > lines
while read -r line; do echo "$line"; inside 'read -r next; echo "inside $next"'; done < lines > out || true
test "$(head -n 2 out)" = "one
inside two"
{ echo before; inside 'echo inside; echo named >> /dev/stdout; echo both | tee -a /dev/stderr'; echo after; } >> log 2>&1
test "$(cat log)" = "before
inside
named
both
both
after"
test "$(inside 'cat /dev/stdin' <<< here)" = here
test "$(inside 'wc -c' < /dev/null)" = 0
truncate -s 2G large
test "$(inside 'wc -c' < large)" = 2147483648
inside 'cat large' > "$ROOT/home/copy"
test "$(wc -c < "$ROOT/home/copy")" = 2147483648
"#,
    },
    Case {
        name: "a stream leads no further",
        needs: &[],
        script: r#"
repository .
echo secret > .env
cp .git/config "$ROOT/home/before"
refused inside 'echo more >> /proc/self/fd/0' < .git/config
refused inside 'chmod 0777 /proc/self/fd/0' < .git/config
cmp .git/config "$ROOT/home/before"
status=0
said=$(inside 'cd /proc/self/fd/0 && cat .env' < . 2>&1) || status=$?
test "$status" = 125 || { echo "$status $said"; exit 1; }
grep -q "is a directory" <<< "$said"
"#,
    },
    Case {
        name: "programs are found where the caller names no places",
        needs: &[],
        script: r#"
env -i HOME="$HOME" "$EXECPOLICY" sandbox -- sh -c 'ls > /dev/null'
"#,
    },
    Case {
        name: "a full disk: the command sees it, the report's absence is told",
        needs: &[ROOT, "unshare"],
        script: r#"
export PROFILE
unshare -m bash -uc '
mkdir full
mount -t tmpfs -o size=64k none full
cat /dev/zero > full/fill 2> /dev/null
cd full
said=$("$EXECPOLICY" sandbox --report "$PWD/report" -- bash -c "echo x > small; exit 4" 2>&1)
status=$?
test "$status" = 4 || { echo "$status $said"; exit 1; }
test ! -s report
case "$said" in *"No space left"*) ;; *) echo "$said"; exit 1 ;; esac'
"#,
    },
    Case {
        name: "a bomb of processes is bounded",
        needs: &["/usr/bin/python3"],
        script: r#"
cat > fork.py <<'END'
import os, time
made = 0
try:
    while made < 1000:
        if os.fork() == 0:
            time.sleep(98765)
        made += 1
except BlockingIOError:
    pass
print(made)
END
made=$("$EXECPOLICY" sandbox --limit processes=350 -- /usr/bin/python3 fork.py)
test "$made" -gt 20 && test "$made" -le 350 || { echo "$made"; exit 1; }
status=0
"$EXECPOLICY" sandbox --limit processes=350 --limit wall_seconds=4 -- \
    bash -c 'bomb() { bomb | bomb & }; bomb; sleep 98765' 2> /dev/null || status=$?
test "$status" != 0 && test "$status" != 125
"#,
    },
    Case {
        name: "a terminal stops the command and it goes on",
        needs: &["/usr/bin/python3"],
        script: r#"
cat > jobs.py <<'END'
import os, pty, select, signal, sys, time
pid, master = pty.fork()
if pid == 0:
    # As an interactive shell does: the job has a group of its own, and the terminal.
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    job = os.fork()
    if job == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpgrp())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execv(os.environ["EXECPOLICY"], ["execpolicy", "sandbox", "--", "bash", "-c",
            "echo ready; read -r word; echo got $word; exit 6"])
    try:
        os.setpgid(job, job)
    except PermissionError:
        pass
    _, status = os.waitpid(job, os.WUNTRACED)
    assert os.WIFSTOPPED(status), status
    os.tcsetpgrp(0, os.getpgrp())
    print("has stopped", flush=True)
    os.tcsetpgrp(0, job)
    os.kill(-job, signal.SIGCONT)
    _, status = os.waitpid(job, 0)
    os.tcsetpgrp(0, os.getpgrp())
    print("ended", os.waitstatus_to_exitcode(status), flush=True)
    os._exit(0)
seen = b""
def until(text):
    global seen
    deadline = time.time() + 60
    while text not in seen:
        ready, _, _ = select.select([master], [], [], 1)
        try:
            seen += os.read(master, 1024) if ready else b""
        except OSError:
            break
        if time.time() > deadline:
            break
    assert text in seen, (text, seen)
until(b"ready")
os.write(master, b"\x1a")
until(b"has stopped")
time.sleep(0.2)
os.write(master, b"word\n")
until(b"got word")
until(b"ended 6")
END
/usr/bin/python3 jobs.py
"#,
    },
];
