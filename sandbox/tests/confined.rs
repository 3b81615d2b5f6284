//! Commands that run confined by the real kernel.

#[cfg(test)]
#[path = "confined/endings.rs"]
mod endings;
#[cfg(test)]
#[path = "confined/ground.rs"]
mod ground;
#[cfg(test)]
#[path = "confined/launch.rs"]
mod launch;
#[cfg(test)]
#[path = "confined/network.rs"]
mod network;
#[cfg(test)]
#[path = "host/reached.rs"]
mod reached;
#[cfg(test)]
#[path = "confined/streams.rs"]
mod streams;
#[cfg(test)]
#[path = "confined/tiers.rs"]
mod tiers;
