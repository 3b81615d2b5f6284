//! From a destination to a connection: the gate, one resolution, checked addresses, and a connection to one of those.

use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::sockopt::socket_error;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};
use thiserror::Error;

use super::address::Special;
use super::resolve::LookupError;
use super::wire::{Wire, WireError};
use super::{Answer, Deadline, Destination, Host, Private, Room};

/// Why a destination was not connected to.
#[derive(Debug, Error)]
pub(super) enum DialError {
    /// The gate refused.
    #[error("{why}")]
    Refused { why: String },
    /// The host has no address that may be connected to.
    #[error("`{host}` is at {address}, which is {kind} and not named")]
    Address {
        host: Host,
        address: IpAddr,
        kind: Special,
    },
    #[error("`{host}` was not resolved: {source}")]
    Lookup { host: Host, source: LookupError },
    #[error("`{host}` has no address")]
    Nowhere { host: Host },
    #[error("{address} was not reached: {source}")]
    Connect { address: IpAddr, source: WireError },
}

/// Asks the gate, resolves, checks and connects. The address that was checked is the one that is connected to.
pub(super) fn dial(room: &Room, asked: &Destination) -> Result<(Wire, IpAddr), DialError> {
    let private = match room.gate.asks(asked) {
        Answer::Allow { private } => private,
        Answer::Refuse { why } => return Err(DialError::Refused { why }),
    };
    let deadline = Deadline::after(room.bounds.connect);
    let addresses = match &asked.host {
        Host::Address(address) => vec![*address],
        Host::Name(name) => room
            .lookup
            .addresses(name, &room.stop, deadline)
            .map_err(|source| {
                let host = asked.host.clone();
                DialError::Lookup { host, source }
            })?,
    };
    let mut failed = None;
    for address in addresses {
        match reached(room, asked, address, &private, deadline) {
            Ok(wire) => return Ok((wire, address)),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    let host = asked.host.clone();
    Err(failed.unwrap_or(DialError::Nowhere { host }))
}

fn reached(
    room: &Room,
    asked: &Destination,
    address: IpAddr,
    private: &Private,
    deadline: Deadline,
) -> Result<Wire, DialError> {
    let address = address.to_canonical();
    let special = Special::here(address).filter(|_| !private.contains(address));
    if let Some(kind) = special {
        let host = asked.host.clone();
        return Err(DialError::Address { host, address, kind });
    }
    let deadline = deadline.or_earlier(Deadline::after(room.bounds.connect_one));
    connected(room, SocketAddr::new(address, asked.port), deadline)
        .map_err(|source| DialError::Connect { address, source })
}

fn connected(room: &Room, to: SocketAddr, deadline: Deadline) -> Result<Wire, WireError> {
    let family = if to.is_ipv4() {
        AddressFamily::INET
    } else {
        AddressFamily::INET6
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    match connect(&socket, &to) {
        Ok(()) => {}
        Err(Errno::INPROGRESS | Errno::INTR) => {
            room.stop
                .wait([Some((socket.as_fd(), PollFlags::OUT))], Some(deadline))?;
            socket_error(&socket)??;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Wire::new(socket))
}
