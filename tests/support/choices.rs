//! A run of choices read from bytes: the one source of chance for all generators.

/// Choices drawn one after another. The same bytes give the same choices; when the bytes are used up every choice
/// is the first one, so generators list their simplest case first and always come to an end.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Choices<'a> {
    /// Choices that these bytes make.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    /// A number below `bound`, at most 256 different ones; 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let byte = self.bytes.next().copied().map_or(0, usize::from);
        byte.checked_rem(bound).unwrap_or(0)
    }

    /// True in one of `odds` cases; false when the bytes are used up.
    pub fn once_in(&mut self, odds: usize) -> bool {
        self.below(odds).saturating_add(1) == odds
    }

    /// One of the texts.
    pub fn pick(&mut self, texts: &[&'static str]) -> &'static str {
        texts.get(self.below(texts.len())).copied().unwrap_or_default()
    }

    /// Whether bytes are left.
    pub fn is_spent(&self) -> bool {
        self.bytes.as_slice().is_empty()
    }
}

/// An endless row of bytes from a seed (`SplitMix64`), for runs that must be the same everywhere.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// The row of that seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next `length` bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length.saturating_add(8));
        while bytes.len() < length {
            bytes.extend(self.word().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }

    /// The next 64 bits.
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}
