//! A bounded memory of what was said: the oldest is forgotten first.

use std::collections::{BTreeMap, VecDeque};

/// Entries of one memory.
const MOST: usize = 512;

/// Bytes of all its entries, as whoever remembers counts them.
const BYTES: usize = 8 * 1024 * 1024;

/// What was said, by what it is called.
#[derive(Debug)]
pub(crate) struct Memory<K, V> {
    entries: BTreeMap<K, (usize, V)>,
    /// In the order in which they were first said.
    order: VecDeque<K>,
    bytes: usize,
}

impl<K: Ord + Clone, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            order: VecDeque::new(),
            bytes: 0,
        }
    }
}

impl<K: Ord + Clone, V> Memory<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.values_mut().map(|(_, value)| value)
    }

    /// Remembers a value of so many bytes in the place of any other of this key.
    pub(crate) fn put(&mut self, key: K, value: V, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        match self.entries.insert(key.clone(), (bytes, value)) {
            Some((before, _)) => self.bytes = self.bytes.saturating_sub(before),
            None => self.order.push_back(key),
        }
        while self.order.len() > MOST || self.bytes > BYTES {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            if let Some((bytes, _)) = self.entries.remove(&oldest) {
                self.bytes = self.bytes.saturating_sub(bytes);
            }
        }
    }

    /// Forgets one, and gives it.
    pub(crate) fn take(&mut self, key: &K) -> Option<V> {
        let (bytes, value) = self.entries.remove(key)?;
        self.bytes = self.bytes.saturating_sub(bytes);
        self.order.retain(|other| other != key);
        Some(value)
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_the_sum_is_bounded() {
        let mut memory = Memory::default();
        for key in 0..=MOST {
            memory.put(key, key, 1);
        }
        assert_eq!(memory.get(&0), None);
        assert_eq!(memory.get(&1), Some(&1));
        memory.put(1, 7, 2);
        assert_eq!((memory.get(&1), memory.bytes), (Some(&7), MOST + 1));
        assert_eq!(memory.take(&1), Some(7));
        assert_eq!((memory.take(&1), memory.bytes), (None, MOST - 1));
        memory.put(9_999, 9, BYTES);
        assert_eq!(memory.get(&9_999), Some(&9));
        assert_eq!(memory.get(&MOST), None);
        memory.put(10_000, 9, BYTES + 1);
        assert_eq!(
            (memory.get(&10_000), memory.bytes, memory.order.len()),
            (None, 0, 0)
        );
    }
}
