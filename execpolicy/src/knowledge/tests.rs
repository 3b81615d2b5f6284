//! From an argv to what it does, by the shipped knowledge.

use diagnostics::Span;
use shell_parser::{Argument, Input, Place, Segment, Value, WorkingDirectory};

use crate::{
    Context, Directory, EffectKind, Executed, Knowledge, Lookup, Nested, Program, Ran, Reading, Standing,
    UnknownEffect,
};

/// A segment of these words, split as a shell would. `{many}` is any number of words, `{one:PREFIX:SUFFIX}` one that
/// is not known, `{glob:PATTERN}` a pattern, `{of:A|B}` one of a few.
pub(crate) fn segment(text: &str) -> Segment {
    let words: Vec<String> = shlex::Shlex::new(text).collect();
    let argv = words.iter().enumerate().map(|(index, word)| Argument {
        value: value(word),
        span: Span::of(index * 100, index * 100 + 99),
    });
    Segment {
        argv: argv.collect(),
        assignments: Vec::new(),
        redirects: Vec::new(),
        input: Input::Inherited,
        place: Place::Direct,
        background: false,
        directory: WorkingDirectory::Start,
        span: Span::of(0, words.len() * 100),
    }
}

fn value(word: &str) -> Value {
    let Some(special) = word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) else {
        return Value::Exact(word.into());
    };
    let parts: Vec<&str> = special.split(':').collect();
    match *parts {
        ["many"] => Value::Many,
        ["one", prefix, suffix] => Value::One {
            prefix: prefix.into(),
            suffix: suffix.into(),
        },
        ["glob", pattern] => Value::Glob(pattern.into()),
        ["of", texts] => Value::OneOf(texts.split('|').map(Into::into).collect()),
        _ => Value::Exact(word.into()),
    }
}

/// The knowledge that is shipped.
pub(crate) fn shipped() -> Knowledge {
    Knowledge::compiled(include_str!("../../../policies/compiled.jsonl"))
}

fn read(text: &str) -> Reading {
    shipped().read(&segment(text), &Context::default())
}

fn short(value: &Value) -> String {
    match value {
        Value::Exact(text) => text.to_string(),
        Value::Glob(pattern) => format!("glob:{pattern}"),
        Value::One { prefix, suffix } => format!("{prefix}…{suffix}"),
        Value::OneOf(texts) => texts.join("|"),
        Value::Found(found) => format!("below {}", found.roots.join(" ")),
        Value::Many => "many".to_owned(),
    }
}

/// What is run in short: `nested A=1 rm x`, `nested in src: rm x`, `nested Bash: rm x`.
fn nested(nested: &Nested) -> String {
    let directory = match &nested.directory {
        WorkingDirectory::Start => String::new(),
        WorkingDirectory::Moved(path) => format!("in {path}: "),
        WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => "anywhere: ".to_owned(),
    };
    match &nested.ran {
        Ran::Script { dialect, text } => format!("nested {directory}{dialect:?}: {}", short(&text.value)),
        Ran::Command { argv, settings } => {
            let settings = settings
                .iter()
                .map(|setting| format!("{}={}", setting.name, short(&setting.value)));
            let words = argv.iter().map(|word| short(&word.value));
            format!(
                "nested {directory}{}",
                settings.chain(words).collect::<Vec<_>>().join(" ")
            )
        }
    }
}

/// Effects in short: `read x`, `write x`, `unknown Option`, `run rm x`; what is run behind them.
fn effects(reading: &Reading) -> Vec<String> {
    let path = short;
    let effects = reading.effects.iter().map(|effect| match &effect.kind {
        EffectKind::List(value) => format!("list {}", path(value)),
        EffectKind::Read(value) => format!("read {}", path(value)),
        EffectKind::Write(value) => format!("write {}", path(value)),
        EffectKind::Delete(value) => format!("delete {}", path(value)),
        EffectKind::DeleteAll(value) => format!("delete all {}", path(value)),
        EffectKind::Connect(value) => format!("connect {}", path(value)),
        EffectKind::Execute(Executed::Command(words)) => {
            format!("run {}", words.iter().map(path).collect::<Vec<_>>().join(" "))
        }
        EffectKind::Execute(Executed::Startup(file)) => format!("starts with {}", path(file)),
        EffectKind::Execute(Executed::Script(text)) => format!("script {}", path(text)),
        EffectKind::Execute(Executed::Code { language, text }) => format!("{language} {}", path(text)),
        EffectKind::Configured(directory) => format!("configured {}", path(directory)),
        EffectKind::Setting { name, .. } => format!("set {name}"),
        EffectKind::Unknown(why) => format!("unknown {why:?}"),
        EffectKind::Escalate | EffectKind::Signal | EffectKind::Configure | EffectKind::Overwrite => {
            format!("{:?}", effect.kind)
        }
    });
    effects.chain(reading.nested.iter().map(nested)).collect()
}

macro_rules! readings {
    ($( $name:ident: $command:literal => [$($effect:literal),*]; )+) => {
        $( #[test] fn $name() {
            let expected: &[&str] = &[$($effect),*];
            assert_eq!(effects(&read($command)), expected, "{}", $command);
        } )+
    };
}

readings! {
    a_flag_and_a_path: "ls -la src" => ["list src"];
    an_implied_path: "ls" => ["list ."];
    an_option_after_the_operand: "grep foo src -n" => ["read src"];
    a_cluster_with_an_attached_value: "sort -uoout in" => ["write out", "read in"];
    a_cluster_with_a_separate_value: "sort -uo out in" => ["write out", "read in"];
    an_attached_long_value: "sort --output=out in" => ["write out", "read in"];
    an_abbreviation: "sort --outp=out in" => ["write out", "read in"];
    an_ambiguous_abbreviation: "sort --r in" => ["unknown Option", "read in"];
    an_abbreviation_of_what_may_not_be_described: "git log --outp=x" => ["unknown Option"];
    a_number_as_an_option: "head -5 x" => ["read x"];
    a_number_attached: "head -n5 x" => ["read x"];
    an_unknown_option: "cat --unheard-of x" => ["unknown Option", "read x"];
    an_option_that_is_a_value: "head -n -q x" => ["read x"];
    the_end_of_options: "cat -- -n" => ["read -n"];
    standard_input: "cat - x" => ["read x"];
    the_operand_that_is_a_pattern: "grep foo a b" => ["read a", "read b"];
    the_pattern_as_an_option: "grep -e foo a b" => ["read a", "read b"];
    the_pattern_in_a_file: "grep -f pats a" => ["read pats", "read a"];
    the_pattern_option_behind_the_files: "grep a b -e foo" => ["read a", "read b"];
    a_recursive_search_of_here: "grep -r foo" => ["read ."];
    a_second_operand_that_is_written: "uniq a b" => ["read a", "write b"];
    one_operand_too_many: "uniq a b c" => ["read a", "write b", "unknown Operand"];
    an_operand_of_the_wrong_form: "date 01010000" => ["unknown Operand"];
    an_operand_of_the_right_form: "date +%s" => [];
    a_definition_from_elsewhere: "make -f https://host/x" => ["connect host", "configured …", "configured ."];
    a_word_behind_the_dashes: "gzip -- -c x" => ["unknown Operand", "unknown Operand"];
    a_program_that_is_executed: "rg --pre sh x" => ["read .", "nested sh many"];
    in_place_editing: "sed -i s/a/b/ x y" => ["read x", "read y", "write x", "write y"];
    a_copy_is_kept: "sed -i.bak s/a/b/ d/x" => ["read d/x", "write d/x", "write d/x.bak"];
    a_copy_is_kept_by_a_long_option: "sed --in-place=~ s/a/b/ x" => ["read x", "write x", "write x~"];
    a_copy_is_kept_elsewhere: "sed -i/tmp/* s/a/b/ x" => ["unknown Option", "read x", "write x"];
    a_script_of_sed_that_writes: "sed 'w out' x" => ["sed w out", "read x"];

    find_reads_words: "find . -name -delete" => ["list ."];
    find_deletes: "find src -delete" => ["list src", "delete all src"];
    find_runs: "find . -exec rm -f {} ; -print" => ["list .", "nested rm -f below ."];
    find_runs_twice: "find src srv -exec a {} + -ok b {}.x ;" => ["list src", "list srv", "nested a below src srv", "nested b sr….x"];
    find_runs_without_an_end: "find . -execdir rm {}" => ["list .", "nested anywhere: rm ./…"];
    find_writes: "find . -fprintf out %p" => ["write out", "write %p", "list ."];
    find_with_a_pattern_that_is_no_option: "find . -name {glob:*.py}" => ["list ."];
    find_with_a_pattern_that_may_be_an_option: "find . -name {glob:*}" => ["unknown Word", "list ."];
    find_with_an_unknown_path: "find {one::} -name x" => ["unknown Word", "list …"];
    find_with_a_known_beginning: "find {one:src/:} -name x" => ["list src/…"];

    git_has_subcommands: "git --no-pager log --oneline -5" => [];
    git_reads_its_operands: "git diff HEAD -- src" => ["read HEAD", "read src"];
    git_in_another_place: "git -C .. status" => ["configured .."];
    git_below: "git -C src status" => [];
    git_below_reads_below: "git -C src diff a" => ["read src/a"];
    git_with_an_unknown_global_option: "git -c a=b log" => ["unknown Option"];
    git_with_an_unknown_subcommand: "git unheard-of" => ["unknown Subcommand"];
    git_branches_are_listed: "git branch --list x" => [];
    git_branches_are_made: "git branch x" => ["unknown Subcommand"];
    git_options_of_an_unknown_subcommand: "git unheard-of --force" => ["unknown Subcommand"];
    git_stash_alone_stashes: "git stash -u" => ["write .git/index"];
    git_stash_lists: "git stash list" => [];
    git_stash_of_a_path_that_is_called_list: "git stash -u -- list" => ["unknown Subcommand", "write .git/index"];
    options_at_each_word: "gh -R o/r pr -R o/r list" => ["connect …"];
    an_option_without_its_value: "sort -k" => ["unknown Option"];
    a_column_that_shows_environments: "ps -eo pid,environ" => ["Escalate"];
    a_column_that_is_not_known: "ps -o {one::}" => ["unknown Option"];
    a_file_behind_a_sign: "kubectl get x -ojsonpath-file=/y" => ["read /y", "read jsonpath-file=/y", "connect …"];

    ls_stays_harmless: "ls {many}" => ["list many"];
    sort_does_not: "sort {many}" => ["unknown Word", "read many"];
    a_known_beginning_is_no_option: "sort {one:src/:}" => ["read src/…"];
    after_the_dashes_nothing_is_an_option: "sort -- {many}" => ["read many"];
    a_value_may_be_unknown: "sort -k {one::} x" => ["read x"];
    a_value_that_is_no_word_shifts_the_rest: "sort -k {many} x" => ["unknown Word", "read many", "read x"];
    an_attached_value_may_be_unknown: "head {one:-n:} x" => ["read -n…", "read x"];
    an_unknown_word_in_grep: "grep {one::} x" => ["read …", "read …", "read x"];
    a_pattern_of_files: "wc -l {glob:src/*.rs}" => ["read glob:src/*.rs"];
    a_pattern_of_files_that_may_be_options: "wc -l {glob:*.rs}" => ["read glob:*.rs", "read glob:*.rs", "read glob:.*.rs"];
    one_of_a_few: "cat {of:a|b}" => ["read a", "read b"];
    one_of_a_few_options: "sort {of:-n|-ox}" => ["write x"];
    one_of_a_few_subcommands: "git {of:unheard-of|status}" => ["unknown Subcommand"];
    a_subcommand_that_may_be_described: "cargo {one:b:} --config x" => ["unknown Operand"];
    a_toolchain_is_no_subcommand: "cargo +x build" => ["unknown Operand"];
    git_publishes: "git push" => ["connect origin"];
    git_overwrites: "git push -f origin +main" => ["Overwrite", "connect origin", "Overwrite"];
    git_connects_to_the_host: "git clone git@github.com:o/r.git x" => ["connect github.com", "write x"];
    git_fetches_with_a_program: "git fetch ext::evil" => ["unknown Operand", "write .git/FETCH_HEAD"];
    git_throws_away: "git reset --har HEAD~1" => ["delete all .", "write .git/index"];
    git_cleans: "git clean -fdx src" => ["list src", "delete all src"];
    git_runs: "git rebase -x 'make x' main" => ["write .git/index", "nested anywhere: Sh: make x"];
    git_runs_elsewhere: "git submodule foreach make x" => ["nested anywhere: Sh: make x"];

    a_condition: "[ -f x ]" => [];
    a_condition_of_unknown_words: "[ {one::} = x ]" => [];
    a_condition_of_an_unknown_operator: "[ {one::} {one::} ]" => [];
    a_condition_of_any_words: "[ -n {many} ]" => [];
    a_condition_that_evaluates: "test -v a" => ["unknown Option"];
    a_condition_without_its_end: "[ -f x" => ["unknown Operand"];

    a_program_nothing_is_known_of: "apple" => ["unknown Program"];
    a_program_whose_name_holds_a_blank: "'git status'" => ["unknown Program"];
    a_program_in_a_directory: "./ls" => ["unknown Program"];
    a_program_where_only_root_writes: "/usr/bin/ls" => ["list ."];
    a_program_with_a_path: "/tmp/ls" => ["unknown Program"];
    a_program_only_known_when_it_runs: "{one::} x" => ["unknown Program"];

    a_shell_without_words: "bash" => ["unknown Operand"];
    a_shell_with_a_file: "bash x.sh" => ["unknown Operand"];
    a_shell_with_an_unknown_text: "bash -c {one::}" => ["script …"];
    a_shell_with_another_grammar: "bash -O extglob -c x" => ["unknown Option", "nested Bash: x"];
    a_shell_that_logs_in: "bash -lc x" => ["starts with /etc/profile", "nested Bash: x"];
    a_shell_in_a_directory: "./bash -c x" => ["unknown Program", "nested Bash: x"];
}

readings! {
    a_text_for_a_shell: "bash -c x" => ["nested Bash: x"];
    a_text_behind_other_options: "bash -c -e x" => ["nested Bash: x"];
    a_text_in_a_cluster: "bash -ec x y z" => ["nested Bash: x"];
    a_text_behind_the_value_of_an_option: "bash -co pipefail x" => ["nested Bash: x"];
    a_text_behind_the_end_of_options: "bash --norc -o errexit -c -- x" => ["nested Bash: x"];
    a_text_for_sh: "sh -c x" => ["nested Sh: x"];
    a_text_for_dash: "/usr/bin/dash -c x" => ["nested Sh: x"];
    a_text_for_zsh: "zsh -c x" => ["nested Zsh: x"];
    a_text_for_a_shell_in_a_directory: "./bash -c x" => ["unknown Program", "nested Bash: x"];
    a_shell_that_says_its_version: "bash --version" => [];
    a_shell_without_the_text: "bash -c" => ["unknown Operand"];
    a_shell_that_nothing_is_known_of: "sash -c x" => ["unknown Program"];

    env_alone: "env -0" => [];
    env_runs: "env -i -u A ls -u x" => ["nested ls -u x"];
    env_empties: "env - rm x" => ["nested rm x"];
    env_sets: "env A=1 B= -- c" => ["nested A=1 B= -- c"];
    env_sets_behind_the_end_of_options: "env -- A=1 ls" => ["nested A=1 ls"];
    env_enters: "env -C src ls" => ["nested in src: ls"];
    env_splits: "env -vS 'a b' c" => ["nested env a b c"];
    env_splits_what_is_quoted: "env -S 'a \"b c\"'" => ["unknown Option"];
    env_with_an_unknown_option: "env --unheard-of ls" => ["unknown Option", "nested ls"];
    env_with_unknown_words: "env {many} ls" => ["unknown Word", "nested many ls"];
    sudo_runs: "sudo -nu root A=1 rm -rf x" => ["Escalate", "nested A=1 rm -rf x"];
    timeout_runs: "timeout -k 1 --sig=9 5 rm -f x" => ["nested rm -f x"];
    timeout_of_unknown_length: "timeout {many} rm" => ["unknown Word", "nested many rm"];
    nice_runs: "nice -5 rm x" => ["nested rm x"];
    nice_with_a_value: "nice -n 5 rm x" => ["nested rm x"];
    stdbuf_runs: "stdbuf -oL -e 0 a b" => ["nested a b"];
    ionice_of_a_process: "ionice -p 1 2" => ["Signal"];
    watch_joins: "watch -n1 ls ';' rm" => ["nested Sh: ls ; rm"];
    watch_runs: "watch -x ls ';'" => ["nested ls ;"];
    watch_of_an_unknown_word: "watch ls {one::}" => ["script ls…"];
    flock_runs: "flock -n l rm x" => ["write l", "nested rm x"];
    flock_has_a_text_run: "flock l -c 'rm x'" => ["write l", "nested Sh: rm x"];
    xargs_appends: "xargs -0n1 rm -f" => ["nested rm -f many"];
    xargs_fills: "xargs -I{} cp {} x/{}.bak" => ["nested cp … x/….bak"];
    xargs_fills_and_appends: "xargs -I% -n 1 cp %" => ["nested cp … many"];
    xargs_fills_only_what_is_attached: "xargs -i rm {}" => ["nested rm …"];
    a_copy_has_a_target: "cp a b c" => ["read a", "read b", "write c"];
    a_copy_has_its_target_first: "cp --target=d a b" => ["write d", "read a", "read b"];
    a_copy_of_unknown_words: "cp {many} c" => ["unknown Word", "read many", "write many", "read c", "write c"];
    a_move_removes: "mv a b" => ["read a", "delete a", "write b"];
    a_tree_is_removed: "rm x -r" => ["delete all x"];
    a_disk_is_written: "dd if=a of=/dev/sda bs=1M" => ["read a", "write /dev/sda"];
    an_archive_is_listed: "tar tzf x" => ["read x"];
    an_archive_is_made: "tar -czf x src" => ["read x", "read src", "write x"];
    an_archive_is_unpacked: "tar xf x -C y" => ["read x", "write y"];
    an_archive_is_handed_to_a_program: "tar tf x --to-comm=evil" => ["read x", "nested Sh: evil"];
    a_host_of_a_url: "curl -sSL https://Example.org:443/x" => ["connect example.org"];
    a_host_and_a_file: "curl -d @x -o y example.org" => ["read x", "write y", "connect example.org"];
    make_runs_the_workspace: "make -j4 x V=1" => ["configured ."];
    make_runs_a_file: "make -f x.mk" => ["configured x.mk", "configured ."];
    make_runs_elsewhere: "make -C ../x" => ["configured ../x"];
    make_sets: "make CC=x" => ["unknown Operand", "configured ."];
    make_evaluates: "make --eval=x" => ["make x", "configured ."];
    make_says_its_version: "make --version" => [];
    python_runs_a_file: "python3 -u x.py -c y" => ["configured x.py"];
    python_runs_code: "python3 -c x y" => ["python3 x"];
    python_reads_code: "python3 -" => ["python3 …"];
    python_runs_tests: "python -m pytest -x t" => ["configured t", "configured ."];
    python_runs_a_module: "python -m x" => ["unknown Subcommand"];
    a_program_of_awk: "awk '{print $1}' x" => ["read x"];
    a_program_of_awk_that_runs: "awk '{print|\"sh\"}' x" => ["awk {print|\"sh\"}", "read x"];
    xargs_alone: "xargs" => [];
    ssh_runs_elsewhere: "ssh -p 22 git@h rm -rf x" => ["connect h", "nested anywhere: Zsh: rm -rf x"];
    ssh_without_words: "ssh h" => ["connect h", "unknown Operand"];
}

#[test]
fn knowledge_speaks_only_of_the_program_that_the_lookup_finds() {
    let found = |path: &str, replaceable| Program {
        path: path.into(),
        replaceable,
    };
    let table = [
        ("ls", found("/usr/bin/ls", false)),
        ("cat", found("/w/.venv/bin/cat", true)),
    ];
    let context = Context {
        lookup: Lookup::Table(
            table
                .into_iter()
                .map(|(name, program)| (name.into(), program))
                .collect(),
        ),
        ..Context::default()
    };
    for (command, is_known) in [
        ("ls", true),
        ("/usr/bin/ls", true),
        ("/bin/ls", false),
        ("./ls", false),
        ("cat x", false),
        ("head x", false),
        ("echo x", true),
    ] {
        let reading = shipped().read(&segment(command), &context);
        assert_eq!(reading.entry.is_some(), is_known, "{command}");
    }
}

#[test]
fn a_program_that_trusts_its_directory_is_trusted_in_the_workspace() {
    let known = |path: &str| Directory::Known(path.into());
    let moved = |path: &str| WorkingDirectory::Moved(path.into());
    let workspace = Some("/w/repo");
    for (workspace, cwd, directory, is_trusted) in [
        (workspace, known("/w/repo"), WorkingDirectory::Start, true),
        (workspace, known("/w/repo/src"), WorkingDirectory::Start, true),
        (workspace, known("/w/repository"), WorkingDirectory::Start, false),
        (workspace, known("/w/repo/src"), moved(".."), true),
        (workspace, known("/w/repo"), moved(".."), false),
        (workspace, known("/tmp"), moved("/w/repo"), true),
        (workspace, known("/w/repo"), WorkingDirectory::Unknown, false),
        (workspace, Directory::Unknown, WorkingDirectory::Start, false),
        (None, Directory::Unknown, WorkingDirectory::Start, true),
        (None, Directory::Unknown, moved("src"), true),
        (None, Directory::Unknown, moved("../x"), false),
        (None, Directory::Unknown, moved("/tmp"), false),
        (None, known("/w/repo"), moved("/w/repo/src"), true),
        (None, known("/w/repo"), moved("/tmp"), false),
    ] {
        let context = Context {
            workspace: workspace.map(Into::into),
            cwd: cwd.clone(),
            ..Context::default()
        };
        let segment = Segment {
            directory: directory.clone(),
            ..segment("git status")
        };
        let effects = shipped().read(&segment, &context).effects;
        let is_elsewhere = effects.iter().any(|effect| {
            matches!(effect.kind, EffectKind::Configured(_)) && effect.standing == Standing::Extra
        });
        assert_eq!(!is_elsewhere, is_trusted, "{workspace:?} {cwd:?} {directory:?}");
    }
}

#[test]
fn every_entry_of_the_shipped_knowledge_is_readable() {
    let shipped = shipped();
    for name in shipped.names() {
        let entry = shipped
            .entry(name)
            .unwrap_or_else(|| panic!("{name} is not readable"));
        assert_eq!(entry.name(), name);
    }
}

#[test]
fn many_choices_are_not_tried_one_by_one() {
    let many = "{of:-a|-b|-c|-d} ".repeat(20);
    let reading = read(&format!("sort {many}"));
    assert!(effects(&reading).contains(&format!("unknown {:?}", UnknownEffect::Word)));
}
