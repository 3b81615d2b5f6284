//! One client of the proxy, from its first byte to its last.

use std::net::IpAddr;
use std::os::fd::AsFd;

use rustix::event::PollFlags;

use super::contact::Ending;
use super::dial::{DialError, dial};
use super::hello::{self, Hello};
use super::relay::relay;
use super::request::{self, FORBIDDEN, Fault, Head, Plain, Request, UNREACHABLE};
use super::socks::{self, Message, Reply};
use super::wire::{CHUNK, Wire, WireError};
use super::{Deadline, Destination, Host, Protocol, Room};

/// What a client speaks; each has a listener of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Speaks {
    Http,
    Socks,
}

/// A client with what it has sent and nobody has read yet.
struct Client<'a> {
    room: &'a Room,
    wire: Wire,
    sent: Vec<u8>,
}

/// A server that a client may talk to as soon as its first bytes are checked.
struct Server {
    wire: Wire,
    destination: Destination,
    address: IpAddr,
}

/// Serves a client until it ends.
pub(super) fn serve(room: &Room, wire: Wire, speaks: Speaks) {
    let sent = Vec::new();
    let client = Client { room, wire, sent };
    match speaks {
        Speaks::Http => client.http(),
        Speaks::Socks => client.socks(),
    }
}

impl Client<'_> {
    fn http(mut self) {
        let bound = self.room.bounds.head_bytes;
        let deadline = Deadline::after(self.room.bounds.request);
        match self.head(deadline, |bytes| request::read(bytes, bound)) {
            Ok(Request::Connect(destination)) => match self.reach(&destination) {
                Ok(server) => self.tunnel(server, b"HTTP/1.1 200 Connection established\r\n\r\n"),
                Err(error) => self.refuse(error.status(), &error.to_string()),
            },
            Ok(Request::Plain(plain)) if plain.destination.protocol == Protocol::Https => {
                let why = "plain HTTP is not spoken to port 443";
                let ending = Ending::Refused { why: why.to_owned() };
                self.room.log.write(&plain.destination, None, ending);
                self.refuse(FORBIDDEN, why);
            }
            Ok(Request::Plain(plain)) => match self.reach(&plain.destination) {
                Ok(server) => self.exchange(server, plain),
                Err(error) => self.refuse(error.status(), &error.to_string()),
            },
            Err(fault) => {
                let why = fault.to_string();
                if let Fault::OtherHost { destination, .. } = &fault {
                    let why = why.clone();
                    self.room.log.write(destination, None, Ending::Refused { why });
                } else {
                    self.room.log.malformed();
                }
                self.refuse(fault.status(), &why);
            }
        }
    }

    fn socks(mut self) {
        let deadline = Deadline::after(self.room.bounds.request);
        let greeting = self.message(deadline, socks::greeting);
        match greeting {
            Ok(true) => {}
            Ok(false) => {
                self.room.log.malformed();
                self.send(&socks::NO_METHOD).ok();
                return self.close();
            }
            Err(_) => return self.room.log.malformed(),
        }
        if self.send(&socks::WELCOME).is_err() {
            return self.room.log.malformed();
        }
        match self.message(deadline, socks::request) {
            Ok(destination) => match self.reach(&destination) {
                Ok(server) => self.tunnel(server, &Reply::Succeeded.bytes()),
                Err(error) => {
                    self.send(&error.reply().bytes()).ok();
                    self.close();
                }
            },
            Err(reply) => {
                self.room.log.malformed();
                self.send(&reply.bytes()).ok();
                self.close();
            }
        }
    }

    /// Tells the client that it has a tunnel, and lets it through after its first bytes were checked.
    fn tunnel(mut self, server: Server, established: &[u8]) {
        if self.send(established).is_err() {
            return self.abandon(&server);
        }
        match server.destination.protocol {
            Protocol::Https => self.tls(server),
            Protocol::Http => {
                let bound = self.room.bounds.head_bytes;
                let deadline = Deadline::after(self.room.bounds.request);
                match self.head(deadline, |bytes| {
                    request::read_within(&server.destination, bytes, bound)
                }) {
                    Ok(Request::Plain(plain)) => self.exchange(server, plain),
                    Ok(Request::Connect(_)) => self.reject(&server, &Fault::Malformed),
                    Err(fault) => self.reject(&server, &fault),
                }
            }
            Protocol::Ssh | Protocol::Tcp => match self.speaks_tls(&server) {
                Ok(true) => self.tls(server),
                Ok(false) => self.pass(server, u64::MAX),
                Err(_) => self.abandon(&server),
            },
        }
    }

    /// Waits for who speaks first, and whether it is the client with TLS.
    fn speaks_tls(&mut self, server: &Server) -> Result<bool, WireError> {
        while self.sent.is_empty() {
            let idle = Deadline::after(self.room.bounds.idle);
            let wanted = [self.wire.as_fd(), server.wire.as_fd()].map(|fd| Some((fd, PollFlags::IN)));
            let [from_client, _] = self.room.stop.wait(wanted, Some(idle))?;
            if from_client.is_empty() || self.wire.receive_now(&mut self.sent, CHUNK)? == Some(0) {
                return Ok(false);
            }
        }
        Ok(self.sent.first() == Some(&hello::HANDSHAKE))
    }

    /// Lets a client through that names the host of its tunnel in TLS.
    fn tls(mut self, server: Server) {
        let deadline = Deadline::after(self.room.bounds.request);
        let named = loop {
            match hello::read(&self.sent) {
                Hello::Whole(name) => break Ok(name),
                Hello::Broken => {
                    break Err("the client does not begin with TLS, or not in a way that is understood");
                }
                Hello::Partial => {}
            }
            if self.more(deadline, hello::BOUND).is_err() {
                return self.abandon(&server);
            }
        };
        let host = &server.destination.host;
        let why = match (named, host) {
            (Ok(Some(name)), host) if name == *host => None,
            (Ok(None), Host::Address(_)) => None,
            (Ok(Some(name)), _) => Some(format!("the tunnel is to `{host}`, and TLS in it names `{name}`")),
            (Ok(None), Host::Name(_)) => {
                Some(format!("the tunnel is to `{host}`, and TLS in it names no host"))
            }
            (Err(why), _) => Some(why.to_owned()),
        };
        let Some(why) = why else {
            return self.pass(server, u64::MAX);
        };
        self.record(&server, Ending::Refused { why });
        self.send(&hello::ALERT).ok();
        self.close();
    }

    /// Sends one request on, and its answer back.
    fn exchange(mut self, server: Server, plain: Plain) {
        let at_once = usize::try_from(plain.content)
            .unwrap_or(usize::MAX)
            .min(self.sent.len());
        self.sent.truncate(at_once);
        let more = plain
            .content
            .saturating_sub(u64::try_from(at_once).unwrap_or(u64::MAX));
        self.sent.splice(..0, plain.head);
        self.pass(server, more);
    }

    /// Relays what the client has sent, and so many bytes more.
    fn pass(self, server: Server, more: u64) {
        self.record(&server, Ending::Connected);
        let Self { room, wire, sent } = self;
        let relayed = relay(&room.stop, &room.bounds, (&wire, &server.wire), sent, more);
        if relayed.is_ok() {
            wire.close(&room.stop, Deadline::after(room.bounds.linger));
        } else {
            server.wire.abort();
            wire.abort();
        }
    }

    /// Asks for a connection to the destination, and writes down what came of it where it is none.
    fn reach(&self, destination: &Destination) -> Result<Server, DialError> {
        match dial(self.room, destination) {
            Ok((wire, address)) => Ok(Server {
                wire,
                destination: destination.clone(),
                address,
            }),
            Err(error) => {
                let why = error.to_string();
                let ending = if error.is_refusal() {
                    Ending::Refused { why }
                } else {
                    Ending::Failed { why }
                };
                self.room.log.write(destination, None, ending);
                Err(error)
            }
        }
    }

    fn record(&self, server: &Server, ending: Ending) {
        self.room
            .log
            .write(&server.destination, Some(server.address), ending);
    }

    /// Answers a request in a tunnel that is not carried.
    fn reject(self, server: &Server, fault: &Fault) {
        let why = fault.to_string();
        self.record(server, Ending::Refused { why: why.clone() });
        self.refuse(fault.status(), &why);
    }

    /// Ends a connection whose client did not say what it wants of it.
    fn abandon(&self, server: &Server) {
        let why = "the client sent nothing to pass on".to_owned();
        self.record(server, Ending::Failed { why });
    }

    /// Answers a request that is not carried.
    fn refuse(self, status: &str, why: &str) {
        if self.send(&request::answer(status, why)).is_ok() {
            self.close();
        }
    }

    /// Reads the head of a request off what the client sends.
    fn head(&mut self, deadline: Deadline, read: impl Fn(&[u8]) -> Head) -> Result<Request, Fault> {
        loop {
            match read(&self.sent) {
                Head::Whole(request, length) => {
                    self.sent.drain(..length.min(self.sent.len()));
                    return Ok(request);
                }
                Head::Refused(fault) => return Err(fault),
                Head::Partial => {}
            }
            match self.more(deadline, self.room.bounds.head_bytes) {
                Ok(()) => {}
                Err(WireError::Late) => return Err(Fault::NotInTime),
                Err(WireError::Stopped | WireError::Closed | WireError::System(_)) => {
                    return Err(Fault::Malformed);
                }
            }
        }
    }

    /// Reads a message of SOCKS off what the client sends.
    fn message<T>(&mut self, deadline: Deadline, read: impl Fn(&[u8]) -> Message<T>) -> Result<T, Reply> {
        loop {
            match read(&self.sent) {
                Message::Whole(message, length) => {
                    self.sent.drain(..length.min(self.sent.len()));
                    return Ok(message);
                }
                Message::Refused(reply) => return Err(reply),
                Message::Partial => self.more(deadline, socks::BOUND).map_err(|_| Reply::Failure)?,
            }
        }
    }

    /// Waits for more bytes of the client, up to a bound on all that is not read yet.
    fn more(&mut self, deadline: Deadline, bound: usize) -> Result<(), WireError> {
        let most = bound.saturating_sub(self.sent.len());
        match self
            .wire
            .receive(&self.room.stop, deadline, &mut self.sent, most)?
        {
            0 => Err(WireError::Closed),
            _ => Ok(()),
        }
    }

    fn send(&self, bytes: &[u8]) -> Result<(), WireError> {
        let deadline = Deadline::after(self.room.bounds.request);
        self.wire.send(&self.room.stop, deadline, bytes)
    }

    fn close(self) {
        self.wire
            .close(&self.room.stop, Deadline::after(self.room.bounds.linger));
    }
}

impl DialError {
    fn is_refusal(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Address { .. } => true,
            Self::Lookup { .. } | Self::Nowhere { .. } | Self::Connect { .. } => false,
        }
    }

    fn status(&self) -> &'static str {
        if self.is_refusal() { FORBIDDEN } else { UNREACHABLE }
    }

    fn reply(&self) -> Reply {
        match self {
            Self::Refused { .. } | Self::Address { .. } => Reply::NotAllowed,
            Self::Lookup { .. } | Self::Nowhere { .. } => Reply::HostUnreachable,
            Self::Connect { .. } => Reply::ConnectionRefused,
        }
    }
}
