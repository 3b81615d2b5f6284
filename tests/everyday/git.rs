//! Work with git: what `workspace-write` lets it read, what `workspace-commit` lets it write, and what neither does.

use super::case::Case;

/// All of it.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "git shows what has changed",
        needs: &["git"],
        script: r#"
repository .
echo two >> file
inside 'git status --porcelain | grep -q "^ M file" && git diff | grep -q "^+two" && git log --oneline | grep -q one'
"#,
    },
    Case {
        name: "git commits nothing under workspace-write, and leaves nothing behind",
        needs: &["git"],
        script: r#"
repository .
echo two >> file
refused inside 'git add file'
refused inside 'git commit -qam two'
test "$(git rev-list --count HEAD)" = 1
test ! -e .git/index.lock
git commit -qam two
"#,
    },
    Case {
        name: "git works under workspace-commit",
        needs: &["git"],
        script: r#"
repository .
PROFILE=workspace-commit
inside '
echo two >> file; git add file; git commit -qm two
git branch side; git tag first; git checkout -q side
echo three > other; git add other; git commit -qm three
echo four >> file; git stash -q; git stash pop -q; git checkout -q file
git checkout -q main; git merge -q --no-edit side; git commit -q --amend -m merged
git rebase -q first; git gc -q; git status --porcelain > /dev/null'
test "$(git rev-list --count main)" = 3
git fsck
test ! -e .git/commondir && test ! -e .git/config.worktree && test ! -e .git/modules
"#,
    },
    Case {
        name: "what git executes stays as it is under workspace-commit",
        needs: &["git"],
        script: r#"
repository .
mkdir -p .git/modules/m
echo '[core]' > .git/modules/m/config
PROFILE=workspace-commit
before=$(cat .git/config)
for attempt in \
    'echo x > .git/hooks/pre-commit' \
    'mkdir h; echo x > h/pre-commit; mv h/pre-commit .git/hooks/' \
    'mv .git/hooks gone' \
    'rm -rf .git/hooks' \
    'ln -s /tmp/x .git/hooks/pre-commit' \
    'mkdir h2; mv -T h2 .git/hooks' \
    'echo x >> .git/config' \
    'git config core.hooksPath elsewhere' \
    'git config --unset core.bare' \
    'echo x > new; mv new .git/config' \
    'rm -f .git/config' \
    'echo x > .git/config.worktree' \
    'git config extensions.worktreeConfig true' \
    'echo x >> .git/modules/m/config' \
    'mkdir -p .git/modules/m/hooks' \
    'mkdir .git/modules/other' \
    'mv .git gone' \
    'mv .git/modules gone' \
    'echo elsewhere > .git/commondir' \
    'echo elsewhere > new; mv new .git/commondir' \
    'ln -s /tmp/x .git/commondir' \
    'mkdir -p .git/remotes && echo "URL: elsewhere" > .git/remotes/origin' \
    'mkdir -p .git/branches && echo elsewhere > .git/branches/origin'
do refused inside "$attempt"; done
test "$(cat .git/config)" = "$before"
test ! -e .git/hooks/pre-commit
git status > /dev/null
"#,
    },
    Case {
        name: "a repository without hooks and submodules gets none",
        needs: &["git"],
        script: r#"
repository .
rm -rf .git/hooks
PROFILE=workspace-commit
for attempt in 'mkdir .git/hooks' 'mkdir .git/modules' 'echo x > .git/hooks' 'echo x > .git/config.worktree'
do refused inside "$attempt"; done
inside 'git commit -q --allow-empty -m two && git submodule status'
for ghost in hooks modules remotes config.worktree commondir; do test ! -e ".git/$ghost"; done
"#,
    },
    Case {
        name: "a work tree of its own commits into the repository that it belongs to",
        needs: &["git"],
        script: r#"
repository "$ROOT/main"
git -C "$ROOT/main" worktree add -q "$ROOT/tree"
git -C "$ROOT/main" worktree add -q "$ROOT/neighbour"
cd "$ROOT/tree"
inside 'git status && git diff'
refused inside 'git commit -q --allow-empty -m two'
PROFILE=workspace-commit
inside 'echo two >> file; git commit -qam two; git branch side; git tag first; git checkout -q side'
test "$(git rev-list --count side)" = 2
common=$ROOT/main/.git
for attempt in \
    "echo x > $common/hooks/pre-commit" \
    "echo x >> $common/config" \
    "git config core.hooksPath elsewhere" \
    "mv $common/hooks $common/gone" \
    "echo x > $common/config.worktree" \
    "echo elsewhere > $common/commondir" \
    "echo elsewhere > $common/worktrees/tree/commondir" \
    "echo elsewhere > $common/worktrees/tree/gitdir" \
    "echo x > $common/worktrees/tree/config.worktree" \
    "mv $common/worktrees/tree $common/worktrees/gone" \
    "echo elsewhere > $common/worktrees/neighbour/commondir" \
    "echo x > $common/worktrees/neighbour/config.worktree" \
    "mv $common/worktrees $common/gone" \
    'echo "gitdir: /tmp" > .git' \
    'rm -f .git' \
    "echo x > $ROOT/main/file" \
    "echo x > $ROOT/neighbour/file"
do refused inside "$attempt"; done
git -C "$ROOT/neighbour" status > /dev/null
git fsck
"#,
    },
    Case {
        name: "a neighbour's work tree is not led astray from the main one",
        needs: &["git"],
        script: r#"
repository .
git worktree add -q "$ROOT/neighbour"
PROFILE=workspace-commit
for attempt in \
    'echo elsewhere > .git/worktrees/neighbour/commondir' \
    'echo x > .git/worktrees/neighbour/config.worktree' \
    'mv .git/worktrees gone'
do refused inside "$attempt"; done
inside 'git commit -q --allow-empty -m two'
git -C "$ROOT/neighbour" status > /dev/null
"#,
    },
    Case {
        name: "a forged `.git` opens nobody else's repository",
        needs: &["git"],
        script: r#"
repository "$ROOT/other"
git -C "$ROOT/other" worktree add -q "$ROOT/tree"
PROFILE=workspace-commit
for target in "$ROOT/other/.git" "$ROOT/other/.git/worktrees/tree"; do
    echo "gitdir: $target" > .git
    for place in .git .git/refs/heads .git/worktrees/tree; do
        status=0
        inside "echo x > $ROOT/other/$place/new" || status=$?
        test "$status" != 0
        test ! -e "$ROOT/other/$place/new"
    done
done
rm .git
ln -s "$ROOT/other/.git" .git
status=0
inside "echo x > $ROOT/other/.git/new" || status=$?
test "$status" != 0
test ! -e "$ROOT/other/.git/new"
"#,
    },
];
