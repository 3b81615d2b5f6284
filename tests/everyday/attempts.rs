//! What a hostile command or work tree tries, and what does not come of it.

use super::case::{Case, ROOT};

/// All of it.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "a repository that names another one as its common data opens nothing there",
        needs: &["git"],
        script: r#"
repository .
repository "$ROOT/other"
mkdir -p "$ROOT/victim/objects"
echo mine > "$ROOT/victim/precious"
PROFILE=workspace-commit
for place in "$ROOT/victim" ../../victim; do
    echo "$place" > .git/commondir
    refused inside "echo x > $ROOT/victim/precious"
    refused inside "echo x > $ROOT/victim/new"
    refused inside 'echo x > .git/config'
done
test "$(cat "$ROOT/victim/precious")" = mine
test "$(ls -A "$ROOT/victim" | wc -l)" = 2
echo "$ROOT/other/.git" > .git/commondir
refused inside 'git commit -q --allow-empty -m planted'
test "$(git -C "$ROOT/other" rev-list --count main)" = 1
mkdir -p shared/objects
echo ../shared > .git/commondir
refused inside 'echo x > shared/config'
echo . > .git/commondir
inside 'git commit -q --allow-empty -m two'
"#,
    },
    Case {
        name: "a pointer that leads to data that leads back opens nothing but a repository's own work tree",
        needs: &["git"],
        script: r#"
mkdir -p "$ROOT/worktrees/tree/objects" "$ROOT/objects"
cd "$ROOT/worktrees/tree"
echo 'gitdir: .' > .git
echo "$PWD/.git" > gitdir
echo ../.. > commondir
PROFILE=workspace-commit
refused inside "echo x > $ROOT/home/new"
test ! -e "$ROOT/home/new"
"#,
    },
    Case {
        name: "where there is no repository none is made under workspace-commit either",
        needs: &["git"],
        script: r#"
PROFILE=workspace-commit
for attempt in 'git init -q .' 'mkdir .git' 'mkdir -p .git/hooks' 'mkdir x; mv -T x .git' 'echo "gitdir: y" > .git'
do refused inside "$attempt"; done
test ! -e .git
mkdir .git
refused inside 'git init -q .'
refused inside 'echo x > .git/config'
refused inside 'mkdir .git/hooks'
rmdir .git
echo 'gitdir: data/repo.git' > .git
for PROFILE in workspace-write workspace-commit; do refused inside 'mkdir -p data/repo.git/objects'; done
test ! -e data
"#,
    },
    Case {
        name: "read-only hides what the wider profiles hide",
        needs: &[],
        script: r"
mkdir -p sub/deep
echo x > sub/deep/.env
for PROFILE in read-only workspace-write workspace-commit; do refused inside 'cat sub/deep/.env'; done
",
    },
    Case {
        name: "names that are no text are searched as others are",
        needs: &[],
        script: r#"
odd=$(printf 'd\377')
mkdir -p "$odd/.claude" "$odd/x/.git/hooks"
echo x > "$odd/.env"
for attempt in 'cat d*/.env' 'cd d* && echo x > .claude/settings.json' 'cd d* && echo x > x/.git/hooks/pre-commit'
do refused inside "$attempt"; done
"#,
    },
    Case {
        name: "a work tree stays in its place in something writable",
        needs: &["git"],
        script: r#"
repository .
for PROFILE in workspace-write workspace-commit; do
    up() { "$EXECPOLICY" sandbox --profile "$PROFILE" --writable .. -- bash --noprofile --norc -euc "$1"; }
    refused up 'cd ..; mv work work2'
    refused up 'mv .git git2'
    refused up 'echo x > .git/config'
    up 'echo x > ../new; rm ../new; mkdir a; mv a b; rmdir b'
done
"#,
    },
    Case {
        name: "a repository's data in an ordinary directory of the work tree stay in their place",
        needs: &["git"],
        script: r#"
mkdir data
git init -q --separate-git-dir=data/repo.git .
for PROFILE in workspace-write workspace-commit; do
    for attempt in 'mv data data2' 'mv data/repo.git data/other' 'echo x > data/repo.git/config' 'echo x > .git'
    do refused inside "$attempt"; done
    inside 'echo x > data/new; rm data/new'
done
git status > /dev/null
"#,
    },
    Case {
        name: "hooks and config that git's config names in the work tree are not made, nor changed",
        needs: &["git"],
        script: r#"
repository .
git config core.hooksPath tools/hooks
git config include.path ../dev.gitconfig
mkdir tools
for PROFILE in workspace-write workspace-commit; do
    for attempt in 'mkdir tools/hooks' 'mv tools t' 'echo x > dev.gitconfig' 'mkdir t; mv -T t tools/hooks'
    do refused inside "$attempt"; done
    inside 'echo x > tools/new; mv tools/new new'
done
test ! -e dev.gitconfig && test ! -e tools/hooks
mkdir tools/hooks
printf '[core]\nhooksPath = other\n' > dev.gitconfig
for attempt in 'echo x > tools/hooks/pre-commit' 'mv tools t' 'echo x >> dev.gitconfig' 'mkdir other'
do refused inside "$attempt"; done
git config core.hooksPath /dev/null
git config --unset include.path
inside 'git status > /dev/null; echo x > tools/hooks/x'
git config core.hooksPath .
inside 'git status > /dev/null; echo x > file' 2> said
grep -q "cannot be protected" said
"#,
    },
    Case {
        name: "a directory for temporary files that is a link, or lies elsewhere, opens nothing",
        needs: &[],
        script: r#"
mkdir "$ROOT/elsewhere"
ln -s "$ROOT/elsewhere" "$ROOT/link"
for TMPDIR in "$ROOT/link" "$ROOT/elsewhere" "$ROOT/link/."; do
    export TMPDIR
    refused inside "echo x > $ROOT/elsewhere/new"
    inside 'echo x > "$TMPDIR/own"; test "$TMPDIR" = /tmp'
done
"#,
    },
    Case {
        name: "who has no HOME has a home all the same, or is told",
        needs: &["unshare", ROOT],
        script: r#"
mkdir "$ROOT/home/.ssh"
echo x > "$ROOT/home/.ssh/id_rsa"
export ROOT EXECPOLICY
unshare -m bash -euc '
echo "root:x:0:0::$ROOT/home:/bin/sh" > ../passwd
mount --bind ../passwd /etc/passwd
for without in "-u HOME" "HOME="; do
    status=0
    env $without "$EXECPOLICY" sandbox -- cat "$ROOT/home/.ssh/id_rsa" || status=$?
    test "$status" = 1
done
env -u HOME setpriv --reuid 4242 --regid 4242 --clear-groups -- "$EXECPOLICY" sandbox -- true 2> said
grep -q "no home directory is known" said'
"#,
    },
    Case {
        name: "what holds a password reaches no command, whatever the variable is called",
        needs: &[],
        script: r#"
export PIP_INDEX_URL=https://me:pw@host/simple PIP_EXTRA_INDEX_URL='https://a/ https://token@host/'
export CARGO_HTTP_PROXY=me:pw@host:3128 UV_INDEX=https://host/simple GIT_AUTHOR_EMAIL=n@example.org
inside '! env | grep -e pw@ -e token@; test "$UV_INDEX" = https://host/simple; test "$GIT_AUTHOR_EMAIL" = n@example.org'
"$EXECPOLICY" sandbox --env PIP_INDEX_URL -- bash -c 'test -n "$PIP_INDEX_URL"'
"#,
    },
    Case {
        name: "what tools keep of keys and histories is hidden",
        needs: &[],
        script: r#"
cd "$ROOT/home"
names='.local/share/fish/fish_history .config/containers/auth.json .s3cfg .boto .config/solana/id.json
.ethereum/keystore/k .bitcoin/wallet.dat .config/Bitwarden/data.json .sqlite_history'
for name in $names; do mkdir -p "$(dirname "$name")"; echo x > "$name"; done
cd "$ROOT/work"
for name in .env.prod .env.bak; do echo x > "$name"; done
for name in $names; do refused inside "cat $ROOT/home/$name"; done
for name in .env.prod .env.bak; do refused inside "cat $name"; done
echo x > .env.example
inside 'cat .env.example'
"#,
    },
];
