//! The kernel's interfaces that need unsafe code, and nothing else.

pub(crate) mod foreign_memory;
pub(crate) mod notify;
#[cfg(test)]
pub(crate) mod observed;
