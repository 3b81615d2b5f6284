//! What is a secret, and what only looks like one.

use super::{MARK, Secrets, masked};

macro_rules! secrets {
    ($($name:ident: $text:expr => $want:expr;)+) => {
        $(#[test] fn $name() {
            assert_eq!(masked($text).replace(MARK, "#"), $want, "{}", $text);
        })+
    };
}

// None of these was ever given out: the letters are typed at random.
secrets! {
    token_of_github: "git clone https://ghp_16C7e42F292c6912E7710c838347Ae178B4a@host/x" => "git clone https://#@host/x";
    token_of_github_by_parts: "gh auth x github_pat_11ABCDEFG0abcdefghijkl_MNOPQRSTUV" => "gh auth x #";
    token_of_gitlab: "echo glpat-aB3dE5fG7hI9jK1lM3nO | cat" => "echo # | cat";
    token_of_slack: "echo xoxb-1234567890-abcdefghij" => "echo #";
    key_of_aws: "aws configure set aws_access_key_id AKIAIOSFODNN7EXAMPLE" => "aws configure set aws_access_key_id #";
    secret_of_aws: "aws configure set aws_secret_access_key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" => "aws configure set aws_secret_access_key #";
    secret_of_aws_alone: "echo wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" => "echo #";
    key_of_a_model: "curl -H 'x: sk-ant-api03-abcDEF123456789012345678'" => "curl -H 'x: #'";
    key_of_google: "curl https://x/?k=AIzaSyA1234567890abcdefghijklmnopqrstuv" => "curl https://x/?k=#";
    web_token: "echo eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U" => "echo #";
    private_key: "cat <<E\n-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----\nE" => "cat <<E\n#\nE";
    private_key_cut_off: "echo '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl" => "echo '#";
    no_private_key: "echo '-----BEGIN CERTIFICATE-----'" => "echo '-----BEGIN CERTIFICATE-----'";
    password_of_an_address: "psql postgres://me:hunter2@db/x" => "psql postgres://me:#@db/x";
    password_with_a_colon: "psql postgres://me:hun:ter2@db/x" => "psql postgres://me:#@db/x";
    user_of_an_address: "git clone ssh://git@host/x" => "git clone ssh://git@host/x";
    port_of_an_address: "curl http://localhost:8080/x@y" => "curl http://localhost:8080/x@y";
    variable_in_an_address: "git clone https://x:$TOKEN@host/x" => "git clone https://x:$TOKEN@host/x";

    assignment: "DB_PASSWORD=hunter2 ./run" => "DB_PASSWORD=# ./run";
    assignment_in_quotes: "export API_KEY=\"hunter 2\"; x" => "export API_KEY=#; x";
    assignment_in_pieces: "API_TOKEN='a'\\''b'\"c d\"e ./run" => "API_TOKEN=# ./run";
    assignment_of_a_variable: "API_TOKEN=$OTHER API_KEY=\"${X}\" ./run" => "API_TOKEN=$OTHER API_KEY=\"${X}\" ./run";
    assignment_of_output: "TOKEN=$(cat t) ./run" => "TOKEN=$(cat t) ./run";
    dollar_in_a_password: "TOKEN='$ecret' ./run" => "TOKEN=# ./run";
    working_directory: "PWD=/x OLDPWD=/y ./run" => "PWD=/x OLDPWD=/y ./run";
    password_word: "MYSQL_PWD=x mysql" => "MYSQL_PWD=# mysql";
    in_camel_case: "java -DauthToken=x1 -jar y" => "java -DauthToken=# -jar y";
    option: "x --password hunter2 --user me" => "x --password # --user me";
    option_joined: "x --api-key=hunter2 y" => "x --api-key=# y";
    option_in_quotes: "x --password 'hunter 2' y" => "x --password # y";
    option_in_a_text: "bash -c 'x --password hunter2 && y'" => "bash -c 'x --password # && y'";
    option_in_a_text_in_quotes: "bash -c 'x --password \"hunter 2\" && y'" => "bash -c 'x --password \"#\" && y'";
    option_in_words_of_an_argv: "bash -c 'x --password '\\''hunter 2'\\'' && y'" => "bash -c 'x --password '\\''#'\\'' && y'";
    option_about_a_secret: "x --password-file p --token-name t --max-tokens 100" => "x --password-file p --token-name t --max-tokens 100";
    option_that_turns_one_off: "x --no-password me --disabled-password you" => "x --no-password me --disabled-password you";
    of_sudo: "echo 'me ALL=(ALL) NOPASSWD: ALL'" => "echo 'me ALL=(ALL) NOPASSWD: ALL'";
    option_without_value: "x --ask-password --user me" => "x --ask-password --user me";
    not_an_option: "kubectl get secret mine" => "kubectl get secret mine";
    compose: "docker run -e PGPASSWORD=hunter2 db" => "docker run -e PGPASSWORD=# db";
    literal: "kubectl create secret generic s --from-literal=password=x" => "kubectl create secret generic s --from-literal=password=#";
    header: "curl -H 'Authorization: Bearer abc def' https://x" => "curl -H 'Authorization: #' https://x";
    header_in_double_quotes: "curl -H \"X-Api-Key: abc\" https://x" => "curl -H \"X-Api-Key: #\" https://x";
    header_of_a_variable: "curl -H \"Authorization: $A\" https://x" => "curl -H \"Authorization: $A\" https://x";
    bearer_alone: "x 'Bearer abcdefgh1'" => "x 'Bearer #'";
    query: "curl 'https://x/?token=abc&y=z'" => "curl 'https://x/?token=#&y=z'";
    json: "curl -d '{\"password\": \"hunter 2\", \"user\": \"me\"}' x" => "curl -d '{\"password\": \"#\", \"user\": \"me\"}' x";
    json_in_double_quotes: "curl -d \"{\\\"secret\\\":\\\"a b\\\",\\\"u\\\":1}\" x" => "curl -d \"{\\\"secret\\\":\\\"#\\\",\\\"u\\\":1}\" x";
    yaml: "cat <<E\npassword: hunter2\nuser: me\nE" => "cat <<E\npassword: #\nuser: me\nE";

    curl_user: "curl -u me:hunter2 https://x" => "curl -u # https://x";
    curl_user_attached: "/usr/bin/curl -ume:hunter2 https://x" => "/usr/bin/curl -u# https://x";
    curl_user_long: "curl --user me:hunter2 --user-agent y https://x" => "curl --user # --user-agent y https://x";
    curl_user_variable: "curl -u \"$ME\" https://x" => "curl -u \"$ME\" https://x";
    mysql: "mysql -u me -phunter2 db" => "mysql -u me -p# db";
    mysql_asks: "mysql -u me -p db" => "mysql -u me -p db";
    docker_login: "docker login -u me -p hunter2 host" => "docker login -u me -p # host";
    docker_port: "docker run -p 80:80 x" => "docker run -p 80:80 x";
    of_another_command: "mysql x; mkdir -p a/b" => "mysql x; mkdir -p a/b";
    openssl: "openssl rsa -in k -passin pass:hunter2" => "openssl rsa -in k -passin pass:#";

    random_letters: "x aB3dE5fG7hI9jK1lM3nO5pQ7" => "x #";
    random_hexadecimal: "x 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" => "x #";
    digest_of_an_image: "docker pull x@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" => "docker pull x@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    commit: "git show 3f786850e387550fdab836ed7e6dc881de23001b" => "git show 3f786850e387550fdab836ed7e6dc881de23001b";
    identifier: "docker rm 550e8400-e29b-41d4-a716-446655440000" => "docker rm 550e8400-e29b-41d4-a716-446655440000";
    part_of_a_path: "ls ~/x/aB3dE5fG7hI9jK1lM3nO5pQ7/y" => "ls ~/x/#/y";
    path: "ls src/main/java/com/example/MyVeryLongTestCase2/Resources3.java" => "ls src/main/java/com/example/MyVeryLongTestCase2/Resources3.java";
    name: "cargo test the_second_of_12_parsers_reads_3_words_at_once" => "cargo test the_second_of_12_parsers_reads_3_words_at_once";
    camel_case: "x AbstractSingletonProxyFactoryBean2Impl" => "x AbstractSingletonProxyFactoryBean2Impl";
    date: "x backup-2024-01-02T03-04-05Z-full" => "x backup-2024-01-02T03-04-05Z-full";
    plain: "git log --oneline | head -5" => "git log --oneline | head -5";
    assignment_in_c_quotes: "PASSWORD=$'hunter2' x" => "PASSWORD=# x";
    assignment_that_appends: "PASSWORD+=hunter2 x" => "PASSWORD+=# x";
    option_joined_with_a_backslash: "x --password\\=hunter2 y" => "x --password\\=# y";
    password_by_two_letters: "X_PW=hunter2 x -pw hunter3 --pwd hunter4" => "X_PW=# x -pw # --pwd #";
    option_that_ends_in_secret: "rclone --drive-client-secret hunter2" => "rclone --drive-client-secret #";
    option_of_a_store: "keytool -storepass hunter2 -keypass hunter3" => "keytool -storepass # -keypass #";
    token_of_a_registry: "npm config set //host/:_authToken hunter2" => "npm config set //host/:_authToken #";
    header_of_git: "git -c http.extraHeader='Authorization: Basic hunter2' fetch" => "git -c http.extraHeader='Authorization: #' fetch";
    token_as_a_user: "git clone https://hunter2Zq9@host/x" => "git clone https://#@host/x";
    token_before_a_fixed_password: "git clone https://hunter2:x-oauth-basic@host/x" => "git clone https://#:x-oauth-basic@host/x";
    curl_user_behind_flags: "curl -su me:hunter2 -fsSL https://x" => "curl -su # -fsSL https://x";
    curl_flags_alone: "curl -sSo out https://x" => "curl -sSo out https://x";
    sshpass: "sshpass -p hunter2 ssh h" => "sshpass -p # ssh h";
    mongosh: "mongosh -p hunter2" => "mongosh -p #";
    sqlcmd: "sqlcmd -P hunter2" => "sqlcmd -P #";
    twine: "twine upload -p hunter2" => "twine upload -p #";
    httpie: "http -a me:hunter2 host" => "http -a # host";
    smbclient: "smbclient -U me%hunter2 //h" => "smbclient -U # //h";

    nothing: "" => "";
}

#[test]
fn a_part_of_a_text_is_masked_where_a_secret_touches_it() {
    let text = "a --token xyz b";
    let secrets = Secrets::of(text);
    for (part, want) in [
        (0..15, "a --token # b"),
        (0..1, "a"),
        (0..12, "a --token #"),
        (11..15, "# b"),
        (11..12, "#"),
        (14..15, "b"),
        (14..99, ""),
    ] {
        assert_eq!(
            secrets.masked(text, part.clone()).replace(MARK, "#"),
            want,
            "{part:?}"
        );
    }
}

#[test]
fn any_text_is_looked_at_without_harm() {
    let pieces = [
        "é",
        "'",
        "\"",
        "\\",
        "password",
        "=",
        ":",
        " ",
        "://",
        "@",
        "curl -u ",
        "-----BEGIN ",
        "PRIVATE KEY",
        "$",
        "\n",
        "ghp_",
        "a1B2c3D4e5F6g7H8i9J0k1",
        "pass:",
        "Bearer ",
        "'\\''",
    ];
    let mut seed = 7_usize;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..8 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) % pieces.len()]);
        }
        assert!(!masked(&text).is_empty(), "{text:?}");
    }
}

#[test]
fn a_long_text_does_not_take_long() {
    let text = "curl -u a:b 'password: ".repeat(3000);
    assert!(!Secrets::of(&text).is_empty());
}
