//! Compilers, test runners, servers, terminals: programs that need more of a system than files.

use super::case::Case;

/// All of it.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "cargo builds and tests offline",
        needs: &["cargo"],
        script: r#"
mkdir src
printf '[package]\nname = "sample"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n' > Cargo.toml
printf 'pub fn two() -> u8 { 2 }\n#[test]\nfn is_two() { assert_eq!(two(), 2); }\n' > src/lib.rs
inside 'cargo build --offline -q && cargo test --offline -q'
test -d target
"#,
    },
    Case {
        name: "python runs tests with processes of its own",
        needs: &["/usr/bin/python3"],
        script: r#"
cat > test_pool.py <<'END'
import multiprocessing, unittest

def double(number):
    return number * 2

class Pool(unittest.TestCase):
    def test_pool(self):
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                self.assertEqual(pool.map(double, range(9)), [double(one) for one in range(9)])

    def test_queue_and_lock(self):
        queue, lock = multiprocessing.Queue(), multiprocessing.Lock()
        with lock:
            queue.put(1)
        self.assertEqual(queue.get(timeout=60), 1)

if __name__ == "__main__":
    unittest.main()
END
inside '/usr/bin/python3 -m unittest -q test_pool'
"#,
    },
    Case {
        name: "npm runs tests",
        needs: &["npm"],
        script: r#"
printf '{"name": "sample", "version": "1.0.0", "scripts": {"test": "node test.js"}}\n' > package.json
printf 'require("assert").equal(1 + 1, 2); require("fs").writeFileSync("ran", "");\n' > test.js
inside 'npm test'
test -e ran
"#,
    },
    Case {
        name: "make works with four jobs",
        needs: &["make"],
        script: r#"
printf 'all: $(foreach n,1 2 3 4 5 6 7 8,out$(n))\nout%%:\n\t@sleep 0.01; echo $* > $@\n' > Makefile
inside 'make -j4 all'
test "$(cat out? | wc -l)" = 8
"#,
    },
    Case {
        name: "a server is reached on the loopback",
        needs: &["/usr/bin/python3"],
        script: r#"
cat > talk.py <<'END'
import socket, threading
for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    server = socket.create_server((host, 0), family=family)
    def serve():
        peer, _ = server.accept()
        peer.sendall(b"hello")
        peer.close()
    thread = threading.Thread(target=serve)
    thread.start()
    with socket.create_connection((host, server.getsockname()[1])) as client:
        assert client.recv(5) == b"hello"
    thread.join()
END
inside '/usr/bin/python3 talk.py'
"#,
    },
    Case {
        name: "unix sockets work in the workspace",
        needs: &["/usr/bin/python3"],
        script: r#"
cat > talk.py <<'END'
import socket
server = socket.socket(socket.AF_UNIX)
server.bind("here.sock")
server.listen()
client = socket.socket(socket.AF_UNIX)
client.connect("here.sock")
peer, _ = server.accept()
peer.sendall(b"hello")
assert client.recv(5) == b"hello"
END
inside '/usr/bin/python3 talk.py'
test -S here.sock
"#,
    },
    Case {
        name: "a program gets a terminal of its own",
        needs: &["/usr/bin/python3"],
        script: r#"
cat > terminal.py <<'END'
import os, pty
out = []
def read(descriptor):
    data = os.read(descriptor, 1024)
    out.append(data)
    return data
status = pty.spawn(["/bin/sh", "-c", "test -t 0 && test -t 1 && tty && stty size && echo deep > /dev/tty"], read)
assert status == 0, status
assert b"deep" in b"".join(out)
END
inside '/usr/bin/python3 terminal.py < /dev/null'
"#,
    },
    Case {
        name: "temporary files are made where they should be",
        needs: &[],
        script: r#"
inside 'f=$(mktemp) && echo x > "$f" && d=$(mktemp -d) && mv "$f" "$d/" && cat <<< here > "$d/text" && case "$d" in /tmp/*) ;; *) exit 1 ;; esac'
"#,
    },
    Case {
        name: "a thousand files are written",
        needs: &[],
        script: r#"
inside 'for n in {1..1000}; do echo "$n" > "file$n"; done'
test "$(ls | wc -l)" = 1000
"#,
    },
    Case {
        name: "two gigabytes pass through a pipe",
        needs: &[],
        script: r#"
test "$(inside 'head -c 2G /dev/zero' | wc -c)" = 2147483648
test "$(inside 'head -c 2G /dev/zero | wc -c')" = 2147483648
test "$(head -c 64M /dev/zero | "$EXECPOLICY" sandbox -- wc -c)" = 67108864
"#,
    },
    Case {
        name: "a reader that has enough ends the writer",
        needs: &[],
        script: r#"
test "$(inside 'yes || true' | head -n 3 | wc -l)" = 3
"#,
    },
    Case {
        name: "files keep modes, times and links",
        needs: &[],
        script: r#"
inside 'echo x > a; chmod 0640 a; touch -d 2001-02-03 a; cp -p a b; ln a c; ln -s a d; tar cf e.tar a b c d; mkdir f; tar xf e.tar -C f; test -x a || chmod +x a; ./a || true'
test "$(stat -c %a-%Y a)" = "$(stat -c %a-%Y c)"
test -L f/d
"#,
    },
];
