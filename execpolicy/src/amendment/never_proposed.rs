//! Which commands no rule is proposed for.

use super::command_words::begins_with;
use crate::path::base_name;

/// Whether no rule is proposed for a command of these words: the words behind are another program, or code, or the name
/// of what is lost, so a rule for the prefix would allow far more than the one command. A version at the end of a name
/// (`python3.12`) is not part of it.
pub(super) fn is_never_proposed(words: &[&str]) -> bool {
    let Some((program, behind)) = words.split_first() else {
        return true;
    };
    // `mkfs.ext4` is `mkfs`, and `.` is nothing but a dot.
    let family = program.split('.').next().filter(|name| !name.is_empty());
    let is_one = |program: &str| {
        let named: Vec<&str> = std::iter::once(program).chain(behind.iter().copied()).collect();
        runs_others(program) || holds(LOSES, program) || PAIRS.iter().any(|never| begins_with(&named, never))
    };
    is_one(program) || is_one(unversioned(program)) || family.is_some_and(is_one)
}

/// Whether a word behind a program that nothing is known of names what runs other programs or code, by itself, by a
/// path, as the value of an option or within a text: then that program is likely one that runs it.
pub(super) fn names_a_runner(word: &str) -> bool {
    let parts = word.split(|letter: char| letter.is_whitespace() || "=:,;|&()".contains(letter));
    parts.map(base_name).any(|name| {
        let name = name.strip_suffix(".exe").unwrap_or(name);
        // By itself a dot is the directory.
        name != "." && (runs_others(name) || runs_others(unversioned(name)))
    })
}

/// Whether a program of this name runs other programs or code. The dynamic loader has the names `ld.so`,
/// `ld-linux-x86-64.so.2`, `ld-musl-aarch64.so.1` and such; an emulator has that of its machine.
fn runs_others(program: &str) -> bool {
    let is_loader = program.starts_with("ld") && program.contains(".so") || program.starts_with("ld-linux");
    let is_emulator = program.starts_with("qemu-");
    is_loader
        || is_emulator
        || [SHELLS, INTERPRETERS, WRAPPERS]
            .iter()
            .any(|names| holds(names, program))
}

/// Whether names that blanks separate have this one; where file names have no case, its case says nothing.
fn holds(names: &str, program: &str) -> bool {
    names
        .split_ascii_whitespace()
        .any(|name| name.eq_ignore_ascii_case(program))
}

fn unversioned(program: &str) -> &str {
    program.trim_end_matches(|character: char| character.is_ascii_digit() || matches!(character, '.' | '-'))
}

const SHELLS: &str = "
    ash bash busybox cmd csh dash elvish es fish ion ksh mksh nu oil osh powershell pwsh rbash rc rksh
    sash sh tcsh toybox xonsh yash zsh
";

/// Interpreters, and programs that run what they are told.
const INTERPRETERS: &str = "
    awk bb bpython byebug clickhouse-client cling clojure coffee cqlsh crystal cscript csi dart deno
    dotnet-script ed elixir emacs emacsclient erl escript ex expect fennel fsi gawk gdb gforth ghc ghci
    gjs gnuplot gosh gp groovy guile gvim hy iex ipdb ipython irb janet java javaw jjs jruby js jshell
    julia kotlin kotlinc lein lldb lua luajit m4 mariadb mawk maxima micropython mongo mongosh mono
    mshta mysql mysqlsh nano nawk nim node nodejs nvim ocaml octave octave-cli osascript pdb perl
    perldoc php pike pry psql ptpython pypy pyspark python qjs R racket radian raku rakudo rhino rlwrap
    Rscript ruby runghc runhaskell rvim sage sbcl scala scheme scsh sed spark-shell spark-submit sqlite
    swipl tcc tclkit tclsh ts-node tsx vi view vim vimdiff wasmer wasmtime wine wish wscript
";

/// What runs the program that its words name, here, later or elsewhere.
const WRAPPERS: &str = "
    . aa-exec abduco alacritty apptainer at autossh aws-vault batch bpftrace builtin bunx bwrap byobu
    caffeinate capsh catatonit catchsegv cgexec chamber chpst chronic chroot chrt command concurrently
    coproc cpulimit crictl crontab cross-env dbus-launch dbus-run-session distrobox distrobox-enter doas
    doppler dotenv dotenvx dsh dtach dtrace dtruss dumb-init dvtm eatmydata entr env env-cmd envchain
    envdir eval exec fakechroot fakeroot faketime find firejail flatpak flatpak-spawn flock gdbserver
    gnome-terminal gosu heaptrack hyperfine i386 ionice kitty konsole launchctl linux32 linux64 ltrace
    lxc lxc-attach lxc-execute machinectl minijail0 mosh nc ncat netcat newgrp nice nix-shell nodemon
    nohup npm-run-all npx nsenter nspawn numactl onchange parallel pdsh perf pipx pkexec plink pnpx
    prlimit proot proxychains proxychains4 pssh rlogin rr rsh run-parts run0 runc runcon runsv runsvdir
    runuser s6-setuidgid sandbox-exec schroot screen script sem setarch setpriv setsid setuidgid sg
    singularity socat softlimit source ssh ssh-agent sshpass stap start-stop-daemon stdbuf strace su
    su-exec sudo suexec supervise systemd-inhibit systemd-nspawn systemd-run taskset time timeout tini
    tmux toolbox torify torsocks trap trickle ts tsocks udocker uftrace uname26 unbuffer unshare uvx
    vagrant valgrind wait-on watch watchexec waypipe wsl xargs xterm xvfb-run zellij
";

/// Sub-commands that run what their words name, or set what is run.
const PAIRS: &[&str] = &[
    "asdf exec",
    "bun x",
    "bundle exec",
    "cabal exec",
    "cabal run",
    "cargo watch",
    "composer exec",
    "conda run",
    "devbox run",
    "direnv exec",
    "docker compose exec",
    "docker compose run",
    "docker container exec",
    "docker container run",
    "docker exec",
    "docker run",
    "dotnet exec",
    "dotnet script",
    "dune exec",
    "fly ssh",
    "flyctl ssh",
    "gem exec",
    "gh alias",
    "gh extension",
    "git bisect",
    "git config",
    "git difftool",
    "git filter-branch",
    "git mergetool",
    "git rebase",
    "git submodule",
    "go run",
    "hatch run",
    "heroku run",
    "incus exec",
    "ip netns",
    "ip vrf",
    "kubectl debug",
    "kubectl exec",
    "kubectl run",
    "lerna exec",
    "minikube ssh",
    "mise exec",
    "mise x",
    "multipass exec",
    "nerdctl compose",
    "nerdctl exec",
    "nerdctl run",
    "nix develop",
    "nix run",
    "nix shell",
    "nodenv exec",
    "npm exec",
    "npm x",
    "nx exec",
    "oc exec",
    "oc rsh",
    "oc run",
    "op run",
    "opam exec",
    "pdm run",
    "pipenv run",
    "pixi exec",
    "pixi run",
    "pnpm dlx",
    "pnpm exec",
    "podman compose exec",
    "podman compose run",
    "podman container exec",
    "podman container run",
    "podman exec",
    "podman run",
    "podman unshare",
    "poetry run",
    "pyenv exec",
    "rbenv exec",
    "rtx exec",
    "rush exec",
    "rustup run",
    "rvm do",
    "rye run",
    "stack exec",
    "stack runghc",
    "swift run",
    "uv run",
    "uv tool",
    "volta run",
    "yarn dlx",
    "yarn exec",
    "yarn node",
];

/// What is lost, or left open for everybody, is said by the words behind.
const LOSES: &str = "
    chmod chown dd fdisk halt kill killall mkfs mount parted pkill poweroff reboot rm shred shutdown
    truncate umount wipefs
";
