//! What a confined command reaches: sockets, its own loopback, hosts by the proxy.

use std::path::Path;
use std::sync::Arc;

use sandbox::proxy::{Answer, Destination, Gate, Private};
use sandbox::{HTTP_PORT, Host, LaunchError, Network, Profile, Status, plan};

use super::ground::{Ground, bash, has_namespaces};

#[test]
fn a_socket_outside_is_not_reached_and_one_inside_is() {
    if !has_namespaces() || !Path::new("/usr/bin/python3").exists() {
        eprintln!("skipped: no namespaces, or no python3");
        return;
    }
    let ground = Ground::new();
    let outside = ground.path("outside.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&outside).unwrap();
    let connect = |path: &Path| {
        format!(
            "/usr/bin/python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect(\"{}\")'",
            path.display()
        )
    };
    let heard = ground.run(&ground.profile(), &connect(&outside));
    assert_eq!(heard.status, Status::Exited(1), "{}", heard.text);
    let inside = ground.path("work/inside.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&inside).unwrap();
    let heard = ground.run(&ground.profile(), &connect(&inside));
    assert_eq!(heard.status, Status::Exited(0), "{}", heard.text);
}

/// Lets one port of this machine through.
#[derive(Debug)]
struct OnlyPort(u16);

impl Gate for OnlyPort {
    fn asks(&self, asked: &Destination) -> Answer {
        if asked.port == self.0 {
            Answer::Allow {
                private: Private::Any,
            }
        } else {
            Answer::Refuse {
                why: "another port".to_owned(),
            }
        }
    }
}

#[test]
fn a_proxied_network_leads_where_the_gate_lets_it() {
    if !has_namespaces() {
        return;
    }
    let ground = Ground::new();
    let servers = [(), ()].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let [named, other] = servers
        .each_ref()
        .map(|server| server.local_addr().unwrap().port());
    for server in servers {
        std::thread::spawn(move || {
            for stream in server.incoming() {
                drop(std::io::Write::write_all(&mut stream.unwrap(), b"hello\n"));
            }
        });
    }
    let profile = Profile {
        network: Network::Proxied,
        ..ground.profile()
    };
    // A tunnel by CONNECT, by bash alone: the proxy's answer ends with an empty line, then the server speaks.
    let tunnel = |port: u16| {
        format!(
            "exec 3<>/dev/tcp/127.0.0.1/{HTTP_PORT} && printf 'CONNECT 127.0.0.1:{port} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n\\r\\n' >&3 && cat <&3"
        )
    };
    let heard = ground.run_behind(Arc::new(OnlyPort(named)), &profile, &tunnel(named));
    assert!(heard.text.ends_with("hello\n"), "{}", heard.text);
    let heard = ground.run_behind(Arc::new(OnlyPort(named)), &profile, &tunnel(other));
    assert!(
        heard.text.contains(" 403 ") && !heard.text.contains("hello"),
        "{}",
        heard.text
    );
    let direct = format!("cat < /dev/tcp/127.0.0.1/{named}");
    let heard = ground.run_behind(Arc::new(OnlyPort(named)), &profile, &direct);
    assert_eq!(heard.status, Status::Exited(1), "{}", heard.text);
    let nobody = plan(&profile, &Host::look()).unwrap();
    let failed = nobody
        .launch(bash(&ground.path("work"), "true"))
        .map(sandbox::Running::wait);
    assert!(matches!(failed, Err(LaunchError::Gate)));
}
