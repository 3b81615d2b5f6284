//! What was asked of a proxy, and what came of it.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::Destination;

/// The most bytes of a reason that are kept.
const WHY_BYTES: usize = 400;

/// A destination that was asked for, and what came of it. The same again is counted, not listed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Contact {
    /// What was asked for.
    pub destination: Destination,
    /// The address that was connected to.
    pub address: Option<IpAddr>,
    /// What came of it.
    pub ending: Ending,
    /// When it was first asked for, by the clock of the machine.
    pub at: SystemTime,
    /// How often it was.
    pub times: u64,
}

/// What came of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ending {
    /// The connection was made, and passed every check.
    Connected,
    /// It is not allowed: by the gate, by its address, or by what the client sent first.
    Refused {
        /// Why, in words.
        why: String,
    },
    /// It is allowed, and did not come about.
    Failed {
        /// Why, in words.
        why: String,
    },
}

/// All contacts of a proxy.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Contacts {
    /// The first ones, in the order in which they came. See [`super::Bounds::contacts`].
    pub list: Vec<Contact>,
    /// How many connections were made.
    pub connected: u64,
    /// How many were refused.
    pub refused: u64,
    /// How many failed.
    pub failed: u64,
    /// How many clients never said where to, or not in a way that was understood.
    pub malformed: u64,
    /// How many requests are counted above and not listed.
    pub unlisted: u64,
}

/// Where the threads of a proxy write what they did.
#[derive(Debug)]
pub(super) struct Log {
    contacts: Mutex<Contacts>,
    bound: usize,
}

impl Log {
    pub(super) fn new(bound: usize) -> Self {
        Self {
            contacts: Mutex::default(),
            bound,
        }
    }

    /// What was written so far.
    pub(super) fn read(&self) -> Contacts {
        self.contacts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn malformed(&self) {
        let mut contacts = self.contacts.lock().unwrap_or_else(PoisonError::into_inner);
        contacts.malformed = contacts.malformed.saturating_add(1);
    }

    #[expect(clippy::disallowed_methods, reason = "a report says when something was tried")]
    pub(super) fn write(&self, destination: &Destination, address: Option<IpAddr>, ending: Ending) {
        let ending = ending.bounded();
        let mut contacts = self.contacts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = match &ending {
            Ending::Connected => &mut contacts.connected,
            Ending::Refused { .. } => &mut contacts.refused,
            Ending::Failed { .. } => &mut contacts.failed,
        };
        *count = count.saturating_add(1);
        let is_same = |contact: &&mut Contact| {
            contact.destination == *destination && contact.address == address && contact.ending == ending
        };
        if let Some(same) = contacts.list.iter_mut().find(is_same) {
            same.times = same.times.saturating_add(1);
        } else if contacts.list.len() < self.bound {
            contacts.list.push(Contact {
                destination: destination.clone(),
                address,
                ending,
                at: SystemTime::now(),
                times: 1,
            });
        } else {
            contacts.unlisted = contacts.unlisted.saturating_add(1);
        }
    }
}

impl Ending {
    fn bounded(self) -> Self {
        let cut = |why: String| match why
            .char_indices()
            .find(|(at, first)| at + first.len_utf8() > WHY_BYTES)
        {
            Some((end, _)) => why.get(..end).unwrap_or_default().to_owned(),
            None => why,
        };
        match self {
            Self::Connected => Self::Connected,
            Self::Refused { why } => Self::Refused { why: cut(why) },
            Self::Failed { why } => Self::Failed { why: cut(why) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Host;
    use super::*;

    #[test]
    fn the_same_is_counted_and_what_is_too_much_is_not_listed() {
        let log = Log::new(2);
        let to = |port| Destination::new(Host::parse("example.org").unwrap(), port);
        let why = "ü".repeat(WHY_BYTES);
        for port in [443, 80, 443, 22, 443] {
            let refused = Ending::Refused { why: why.clone() };
            log.write(&to(port), None, refused);
        }
        log.malformed();
        let contacts = log.read();
        let listed: Vec<_> = contacts
            .list
            .iter()
            .map(|contact| (contact.destination.port, contact.times))
            .collect();
        assert_eq!(listed, [(443, 3), (80, 1)]);
        let counts = (
            contacts.refused,
            contacts.connected,
            contacts.unlisted,
            contacts.malformed,
        );
        assert_eq!(counts, (5, 0, 1, 1));
        let short = "ü".repeat(WHY_BYTES / 2);
        assert_eq!(contacts.list[0].ending, Ending::Refused { why: short });
    }
}
