//! Where work is done: through links, below `/tmp`, without a repository, in other sandboxes.

use super::case::{Case, ROOT};

/// All of it.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "the workspace is entered through a link",
        needs: &["git"],
        script: r#"
repository .
ln -s "$ROOT/work" "$ROOT/link"
cd "$ROOT/link"
inside 'echo x > new; cat file; git status > /dev/null'
refused inside 'echo x > .git/config'
test -s "$ROOT/work/new"
"$EXECPOLICY" sandbox --workspace "$ROOT/link" -- bash -c 'echo x > named'
test -s "$ROOT/work/named"
"#,
    },
    Case {
        name: "a directory need not be a repository, and does not become one",
        needs: &["git"],
        script: r#"
inside 'echo x > new'
refused inside 'git init -q . 2> /dev/null'
test "$(ls -A)" = new
"#,
    },
    Case {
        name: "work is done in a directory of the workspace",
        needs: &["git"],
        script: r"
repository .
mkdir -p a/b
cd a/b
inside 'echo x > new; echo x > ../../top; git status > /dev/null'
test -s new && test -s ../../top
",
    },
    Case {
        name: "a path has blanks, quotes and umlauts in it",
        needs: &["git"],
        script: r#"
mkdir "a 'b' \"c\" ä (d)"
cd "a 'b' \"c\" ä (d)"
repository .
inside 'echo x > new; git status > /dev/null'
refused inside 'echo x > .git/config'
test -s new
"#,
    },
    Case {
        name: "the workspace lies below /tmp",
        needs: &["git"],
        script: r#"
place=$(mktemp -d /tmp/everyday.XXXXXX)
trap 'rm -rf "$place"' EXIT
mkdir "$place/work" "$place/neighbour"
cd "$place/work"
repository .
inside "echo x > new; git status > /dev/null; test ! -e $place/neighbour; echo x > /tmp/own"
refused inside 'echo x > .git/config'
test -s new
test ! -e /tmp/own
"#,
    },
    Case {
        name: "the host's /tmp is read-only",
        needs: &[ROOT, "unshare"],
        script: r#"
export -f inside
export PROFILE
unshare -m bash -euc '
mount -t tmpfs -o ro none /tmp
inside "echo x > new; echo x > /tmp/own; mktemp"
setpriv --reuid 1000 --regid 1000 --clear-groups -- "$EXECPOLICY" sandbox --profile read-only -- mktemp'
test -s new
"#,
    },
    Case {
        name: "in itself: what the outer one holds is held",
        needs: &["git"],
        script: r#"
repository .
inside '"$0" sandbox -- bash -c "echo x > new; cat file; git status > /dev/null; echo x > /tmp/own"' 2> said || true
"$EXECPOLICY" sandbox -- "$EXECPOLICY" sandbox -- bash -euc 'echo x > new; cat file; git status > /dev/null; echo x > "$TMPDIR/own"'
test -s new
rm -f said
for attempt in 'echo x > .git/config' 'mv .git gone' "echo x > $ROOT/home/new" 'mkdir .execpolicy'; do
    refused "$EXECPOLICY" sandbox -- "$EXECPOLICY" sandbox -- bash -c "$attempt"
done
"#,
    },
    Case {
        name: "in itself: what is not held is refused, and named",
        needs: &["git"],
        script: r#"
repository .
status=0
said=$("$EXECPOLICY" sandbox -- "$EXECPOLICY" sandbox --protected file -- bash -c 'echo x > ran' 2>&1) || status=$?
test "$status" = 125
test ! -e ran
grep -q "protected" <<< "$said" || { echo "$said"; exit 1; }
grep -q "$ROOT/work/file" <<< "$said" || { echo "$said"; exit 1; }
"#,
    },
    Case {
        name: "in bubblewrap",
        needs: &["git", "bwrap"],
        script: r#"
repository .
for options in '' --unshare-user '--unshare-user --unshare-pid --proc /proc' '--unshare-net --unshare-ipc'; do
    bwrap --dev-bind / / $options "$EXECPOLICY" sandbox -- bash -euc 'echo x > new; git status > /dev/null; echo x > /tmp/own'
    test -s new
    rm new
    refused bwrap --dev-bind / / $options "$EXECPOLICY" sandbox -- bash -c 'echo x > .git/config'
    refused bwrap --dev-bind / / $options "$EXECPOLICY" sandbox -- bash -c "echo x > $ROOT/home/new"
done
"#,
    },
    Case {
        name: "in bubblewrap that forbids namespaces: refused with the reason, or less is accepted",
        needs: &["git", "bwrap"],
        script: r#"
repository .
outer() { bwrap --dev-bind / / --unshare-user --disable-userns --proc /proc "$@"; }
status=0
said=$(outer "$EXECPOLICY" sandbox -- bash -c 'echo x > ran' 2>&1) || status=$?
test "$status" = 125 || { echo "$status $said"; exit 1; }
test ! -e ran
grep -q "tier landlock" <<< "$said" || { echo "$said"; exit 1; }
outer "$EXECPOLICY" sandbox --accept-tier landlock -- bash -c 'echo x > new'
test -s new
refused outer "$EXECPOLICY" sandbox --accept-tier landlock -- bash -c "echo x > $ROOT/home/new"
"#,
    },
];
