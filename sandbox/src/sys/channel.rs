//! What the supervisor and the child tell each other: short messages, some with descriptors.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};

/// Bytes of a message: a kind and a number.
const SIZE: usize = 5;

/// Descriptors that one message may carry.
const MOST: usize = 2;

/// One message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Message {
    /// To the supervisor: the command stopped by this signal.
    Stopped(i32),
    /// To the supervisor: the command ended with this status.
    Exited(i32),
    /// To the supervisor: the command was ended by this signal.
    Killed(i32),
    /// To the supervisor: the command's time was over.
    TimedOut,
    /// To the supervisor, with two listening sockets: who asks for the network asks here.
    Proxy,
    /// To the supervisor, with a descriptor: calls are told here.
    Listener,
    /// To the supervisor: calls are told to another observer, which stands further out.
    NoListener,
    /// To the child: give the command this signal.
    Signal(i32),
    /// To the child: give the command this signal of the terminal, unless it is in the launcher's process group, to which
    /// the terminal has sent it.
    Key(i32),
    /// To the child: its end was heard of, and the supervisor has done what was left to do.
    Heard,
}

impl Message {
    fn bytes(self) -> [u8; SIZE] {
        let (kind, number) = match self {
            Self::Stopped(signal) => (1, signal),
            Self::Exited(status) => (2, status),
            Self::Killed(signal) => (3, signal),
            Self::Proxy => (4, 0),
            Self::Listener => (5, 0),
            Self::NoListener => (6, 0),
            Self::Signal(signal) => (7, signal),
            Self::TimedOut => (8, 0),
            Self::Heard => (9, 0),
            Self::Key(signal) => (10, signal),
        };
        let [a, b, c, d] = number.to_le_bytes();
        [kind, a, b, c, d]
    }

    fn read([kind, a, b, c, d]: [u8; SIZE]) -> Option<Self> {
        let number = i32::from_le_bytes([a, b, c, d]);
        Some(match kind {
            1 => Self::Stopped(number),
            2 => Self::Exited(number),
            3 => Self::Killed(number),
            4 => Self::Proxy,
            5 => Self::Listener,
            6 => Self::NoListener,
            7 => Self::Signal(number),
            8 => Self::TimedOut,
            9 => Self::Heard,
            10 => Self::Key(number),
            _ => return None,
        })
    }
}

/// Two ends: what is sent into one is received from the other, message by message. The end of one is seen at the other.
///
/// # Errors
/// What socketpair(2) says.
pub(crate) fn pair() -> Result<(OwnedFd, OwnedFd), Errno> {
    socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )
}

/// Sends a message with descriptors. Allocates nothing.
///
/// # Errors
/// `EPIPE` where the other end is closed.
pub(crate) fn send(to: impl AsFd, message: Message, descriptors: &[BorrowedFd<'_>]) -> Result<(), Errno> {
    send_as(to, message, descriptors, SendFlags::empty())
}

/// Sends a message if there is room for it: the other end may not read for as long as it likes.
///
/// # Errors
/// `EAGAIN` where there is no room, `EPIPE` where the other end is closed.
pub(crate) fn offer(to: impl AsFd, message: Message) -> Result<(), Errno> {
    send_as(to, message, &[], SendFlags::DONTWAIT)
}

fn send_as(
    to: impl AsFd,
    message: Message,
    descriptors: &[BorrowedFd<'_>],
    flags: SendFlags,
) -> Result<(), Errno> {
    let bytes = message.bytes();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(Errno::TOOBIG);
    }
    let flags = flags | SendFlags::NOSIGNAL;
    sendmsg(to, &[IoSlice::new(&bytes)], &mut ancillary, flags).map(|_| ())
}

/// What was received.
#[derive(Debug)]
pub(crate) enum Received {
    /// A message, and the descriptors that came with it.
    Message(Message, [Option<OwnedFd>; MOST]),
    /// The other end is closed.
    End,
}

/// Receives a message.
///
/// # Errors
/// `EAGAIN` where none is there and the caller does not wait, `EPROTO` for what is no message.
pub(crate) fn receive(from: impl AsFd, flags: RecvFlags) -> Result<Received, Errno> {
    let mut bytes = [0_u8; SIZE];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let flags = flags | RecvFlags::CMSG_CLOEXEC;
    let received = loop {
        match recvmsg(&from, &mut [IoSliceMut::new(&mut bytes)], &mut ancillary, flags) {
            // The other end was closed with a message that it had not read: said once, before what it has sent itself.
            Err(Errno::INTR | Errno::CONNRESET) => {}
            other => break other?,
        }
    };
    if received.bytes == 0 {
        return Ok(Received::End);
    }
    let mut descriptors = [const { None }; MOST];
    let mut places = descriptors.iter_mut();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            for descriptor in rights {
                if let Some(place) = places.next() {
                    *place = Some(descriptor);
                }
            }
        }
    }
    if received.bytes != SIZE {
        return Err(Errno::PROTO);
    }
    let message = Message::read(bytes).ok_or(Errno::PROTO)?;
    Ok(Received::Message(message, descriptors))
}

/// Whether the supervisor has heard of the end: waits until it has, or is gone. That the message could be sent does not
/// tell, since one that is being killed still has its end of the channel.
pub(crate) fn is_heard(from: impl AsFd) -> bool {
    loop {
        match receive(&from, RecvFlags::empty()) {
            Ok(Received::Message(Message::Heard, _)) => return true,
            Ok(Received::Message(..)) => {}
            Ok(Received::End) | Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_descriptors_arrive() {
        let (here, there) = pair().unwrap();
        let messages = [
            Message::Stopped(19),
            Message::Exited(-3),
            Message::Killed(9),
            Message::Listener,
            Message::NoListener,
            Message::TimedOut,
            Message::Signal(15),
            Message::Key(2),
            Message::Heard,
        ];
        for message in messages {
            send(&there, message, &[]).unwrap();
            let Received::Message(read, [None, None]) = receive(&here, RecvFlags::empty()).unwrap() else {
                panic!("{message:?} did not arrive alone");
            };
            assert_eq!(read, message);
        }
        send(&there, Message::Proxy, &[here.as_fd(), there.as_fd()]).unwrap();
        let Received::Message(Message::Proxy, [Some(_), Some(_)]) =
            receive(&here, RecvFlags::empty()).unwrap()
        else {
            panic!("the descriptors did not arrive");
        };
        assert_eq!(receive(&here, RecvFlags::DONTWAIT).unwrap_err(), Errno::AGAIN);
        drop(there);
        assert!(matches!(receive(&here, RecvFlags::empty()), Ok(Received::End)));
    }

    #[test]
    fn what_is_offered_is_not_waited_for() {
        let (_here, there) = pair().unwrap();
        let refused = (0..100_000).find_map(|_| offer(&there, Message::Stopped(19)).err());
        assert_eq!(refused, Some(Errno::AGAIN));
    }

    #[test]
    fn what_was_sent_last_arrives_from_an_end_that_was_closed_without_reading() {
        let (here, there) = pair().unwrap();
        send(&here, Message::Signal(15), &[]).unwrap();
        send(&there, Message::Exited(3), &[]).unwrap();
        drop(there);
        let last = receive(&here, RecvFlags::DONTWAIT).unwrap();
        assert!(
            matches!(last, Received::Message(Message::Exited(3), _)),
            "{last:?}"
        );
        assert!(matches!(receive(&here, RecvFlags::DONTWAIT), Ok(Received::End)));
    }
}
