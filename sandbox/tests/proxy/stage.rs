//! What every case stands on: a proxy with a gate and a resolver of the case's own, clients, and servers.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sandbox::proxy::{
    Answer, Bounds, Contacts, Destination, Ending, Gate, Listeners, Private, Proxy, Resolve,
};

/// A proxy, and where its listeners are.
pub(crate) struct Stage {
    pub(crate) proxy: Proxy,
    pub(crate) http: SocketAddr,
    pub(crate) socks: SocketAddr,
}

/// A gate that is a function.
struct Says<F>(F);

impl<F: Fn(&Destination) -> Answer + Send + Sync> Gate for Says<F> {
    fn asks(&self, asked: &Destination) -> Answer {
        (self.0)(asked)
    }
}

/// A resolver that is a function of the name and of how often it was asked before.
struct Names<F>(F, Arc<AtomicUsize>);

impl<F: Fn(&str, usize) -> io::Result<Vec<IpAddr>> + Send + Sync> Resolve for Names<F> {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        (self.0)(name, self.1.fetch_add(1, Ordering::SeqCst))
    }
}

/// How often what happens at once is looked for, every 10 milliseconds, on a machine that has much else to do.
const LOOKS: usize = 6_000;

/// Bounds that a test can wait for.
pub(crate) fn short() -> Bounds {
    Bounds {
        request: Duration::from_millis(500),
        connect: Duration::from_millis(500),
        linger: Duration::from_millis(300),
        ..Bounds::default()
    }
}

impl Stage {
    /// Every host is allowed, with all addresses, and every name is at 127.0.0.1.
    pub(crate) fn open() -> Self {
        Self::open_at("127.0.0.1")
    }

    /// Every host is allowed, with all addresses, and every name is at this one.
    pub(crate) fn open_at(address: &'static str) -> Self {
        Self::new(|_| any(), move |_, _| at(address), Bounds::default()).0
    }

    /// The stage, and how often a name was resolved.
    pub(crate) fn new(
        gate: impl Fn(&Destination) -> Answer + Send + Sync + 'static,
        names: impl Fn(&str, usize) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static,
        bounds: Bounds,
    ) -> (Self, Arc<AtomicUsize>) {
        let http = TcpListener::bind("127.0.0.1:0").unwrap();
        let socks = TcpListener::bind("127.0.0.1:0").unwrap();
        let (at_http, at_socks) = (http.local_addr().unwrap(), socks.local_addr().unwrap());
        let listeners = Listeners {
            http: http.into(),
            socks: socks.into(),
        };
        let asked = Arc::new(AtomicUsize::new(0));
        let names = Arc::new(Names(names, Arc::clone(&asked)));
        let proxy = Proxy::start_with(listeners, Arc::new(Says(gate)), names, bounds).unwrap();
        let stage = Self {
            proxy,
            http: at_http,
            socks: at_socks,
        };
        (stage, asked)
    }

    /// A client that has asked for a tunnel, and the status that it was answered.
    pub(crate) fn connect(&self, to: &str) -> (TcpStream, String) {
        let mut client = client(self.http);
        client
            .write_all(format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n").as_bytes())
            .unwrap();
        let head = head(&mut client);
        (client, head.split(' ').nth(1).unwrap_or_default().to_owned())
    }

    /// A client with a tunnel.
    pub(crate) fn tunnel(&self, to: &str) -> TcpStream {
        let (client, status) = self.connect(to);
        assert_eq!(status, "200", "{to}");
        client
    }

    /// A client that sends this to the HTTP listener, and all that it is answered.
    pub(crate) fn says(&self, text: &str) -> String {
        let mut client = client(self.http);
        client.write_all(text.as_bytes()).unwrap();
        rest(&mut client)
    }

    /// What the contacts of one destination came to, once there are any.
    pub(crate) fn ending(&self, port: u16) -> Ending {
        for _ in 0..LOOKS {
            let contacts = self.proxy.contacts();
            if let Some(contact) = contacts
                .list
                .iter()
                .find(|contact| contact.destination.port == port)
            {
                return contact.ending.clone();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!(
            "nothing was written about port {port}: {:?}",
            self.proxy.contacts()
        );
    }

    /// Why the one destination with that port was refused.
    pub(crate) fn refusal(&self, port: u16) -> String {
        match self.ending(port) {
            Ending::Refused { why } => why,
            other @ (Ending::Connected | Ending::Failed { .. }) => panic!("not refused: {other:?}"),
        }
    }

    /// The contacts, once so many are counted.
    pub(crate) fn contacts(&self, count: u64) -> Contacts {
        for _ in 0..LOOKS {
            let contacts = self.proxy.contacts();
            if contacts.connected + contacts.refused + contacts.failed + contacts.malformed >= count {
                return contacts;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("fewer than {count}: {:?}", self.proxy.contacts());
    }
}

pub(crate) fn any() -> Answer {
    Answer::Allow {
        private: Private::Any,
    }
}

pub(crate) fn public() -> Answer {
    Answer::Allow {
        private: Private::Refused,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a resolver's answer")]
pub(crate) fn at(address: &str) -> io::Result<Vec<IpAddr>> {
    Ok(vec![address.parse().unwrap()])
}

/// A client that does not wait for ever.
pub(crate) fn client(to: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(to).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client
}

/// The bytes up to the empty line.
pub(crate) fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            Ok(_) | Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// All that comes until the end, or until the connection fails.
pub(crate) fn rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).ok();
    String::from_utf8_lossy(&rest).into_owned()
}

/// What comes back when this is sent.
pub(crate) fn echoed(stream: &mut TcpStream, text: &str) -> String {
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = vec![0; text.len()];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

/// A server that does this with each connection, and its port.
pub(crate) fn server(at: &str, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind(at).unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream));
        }
    });
    port
}

/// A server that sends everything back, and ends when the client does.
pub(crate) fn echo(at: &str) -> u16 {
    server(at, |mut stream| {
        let mut from = stream.try_clone().unwrap();
        io::copy(&mut from, &mut stream).ok();
        stream.shutdown(Shutdown::Write).ok();
    })
}

/// A server that keeps all that it was sent by connections that have ended, and its port.
pub(crate) fn keeper(at: &str) -> (u16, Arc<Mutex<Vec<Vec<u8>>>>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keeps = Arc::clone(&kept);
    let port = server(at, move |mut stream| {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).ok();
        keeps.lock().unwrap().push(bytes);
    });
    (port, kept)
}

/// What a keeper was sent by its first connection.
pub(crate) fn first(kept: &Mutex<Vec<Vec<u8>>>) -> Vec<u8> {
    for _ in 0..LOOKS {
        if let Some(first) = kept.lock().unwrap().first() {
            return first.clone();
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("no connection has ended");
}
