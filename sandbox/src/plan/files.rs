//! What Landlock is told: which rights where.

use std::fs;
use std::path::{Path, PathBuf};

use landlock::{ABI, Access, AccessFs, AccessNet, BitFlags, Scope};

use super::step::{FileRule, Files, Presence};
use super::{Covers, PlanError, c_path};
use crate::outer::Outer;
use crate::{Host, Network, Profile, Readable, Scratch};

/// Rules that one command may need at most. What is hidden among very many neighbours cannot be hidden by granting
/// these.
const MOST_RULES: usize = 20_000;

/// The newest version whose rights are known here.
fn version(host: &Host) -> ABI {
    ABI::from(i32::try_from(host.landlock).unwrap_or(i32::MAX))
}

/// The devices that everybody may open.
pub(super) const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// The rules for a profile. With `covers` the hidden and the protected are mounts' business; without, hidden paths are
/// left out of what is granted.
///
/// # Errors
/// [`PlanError::TooMany`], and [`PlanError::Path`] for a path with a null.
pub(super) fn files(profile: &Profile, host: &Host, covers: &Covers) -> Result<Files, PlanError> {
    let abi = version(host);
    let mut rules = Rules {
        list: Vec::new(),
        file_rights: AccessFs::from_file(abi),
    };
    let read = AccessFs::Execute | AccessFs::ReadFile | AccessFs::ReadDir;
    let all = BitFlags::from_bits_truncate(everything(AccessFs::from_all(abi).bits()));
    let outer = match covers {
        Covers::Mounted => None,
        Covers::Unmounted(outer) => Some(outer),
    };
    match (&profile.readable, outer) {
        (Readable::Everything, None) => rules.grant(Path::new("/"), read, "read", Presence::Needed)?,
        (Readable::Everything, Some(_)) => {
            // Names may be listed everywhere: a right over a directory reaches all below it.
            rules.grant(Path::new("/"), AccessFs::ReadDir.into(), "list", Presence::Needed)?;
            let hidden: Vec<&Path> = profile.hidden.iter().map(PathBuf::as_path).collect();
            let mut hidden: Vec<&Path> = hidden.into_iter().filter(|path| !Outer::hides(path)).collect();
            // The host's devices are there: those that may be opened are named below.
            hidden.push(Path::new("/dev"));
            hidden.sort_unstable();
            rules.around(Path::new("/"), &hidden, read)?;
        }
        (Readable::Only(paths), _) => {
            for path in paths {
                rules.grant(path, read, "read", Presence::Vanishing)?;
            }
            rules.grant(Path::new("/proc"), read, "read", Presence::Vanishing)?;
            if outer.is_none() {
                rules.grant(Path::new("/dev"), read, "read", Presence::Vanishing)?;
            }
        }
    }
    for path in &profile.writable {
        rules.grant(path, all, "write", Presence::Vanishing)?;
    }
    let has_scratch = outer.is_none_or(Outer::has_own_scratch);
    if has_scratch || profile.scratch == Scratch::Shared {
        rules.grant(Path::new("/tmp"), all, "write", Presence::Vanishing)?;
    }
    rules.grant(Path::new("/dev/shm"), all, "write", Presence::Vanishing)?;
    let open = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev;
    let open = open & AccessFs::from_all(abi);
    for device in DEVICES {
        rules.grant(&Path::new("/dev").join(device), open, "open", Presence::Vanishing)?;
    }
    // Without terminals of its own, those of other sessions stand there; the one that the command is started on it has
    // by its streams.
    if outer.is_none_or(Outer::is_ours) {
        for device in ["/dev/ptmx", "/dev/pts"] {
            rules.grant(
                Path::new(device),
                open | AccessFs::ReadDir,
                "open",
                Presence::Vanishing,
            )?;
        }
    }
    for device in &profile.devices {
        rules.grant(device, open, "open", Presence::Vanishing)?;
    }
    let network = match profile.network {
        Network::Full => BitFlags::empty(),
        Network::Loopback | Network::Proxied if outer.is_none_or(Outer::has_own_network) => BitFlags::empty(),
        Network::None | Network::Loopback | Network::Proxied => AccessNet::from_all(abi),
    };
    Ok(Files {
        handled: AccessFs::from_all(abi).bits(),
        network: network.bits(),
        scoped: Scope::from_all(abi).bits(),
        rules: rules.list,
        streams: [0; 3],
    })
}

/// Of the rights that are handled, those to do everything with files below a directory: no devices are made or commanded.
pub(crate) fn everything(handled: u64) -> u64 {
    let special = AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev;
    handled & !special.bits()
}

struct Rules {
    list: Vec<FileRule>,
    file_rights: BitFlags<AccessFs>,
}

impl Rules {
    fn grant(
        &mut self,
        path: &Path,
        access: BitFlags<AccessFs>,
        word: &'static str,
        presence: Presence,
    ) -> Result<(), PlanError> {
        // What is mounted later is a directory; what is there now says itself what it is.
        let is_directory = fs::metadata(path).map_or(true, |found| found.is_dir());
        let access = if is_directory {
            access
        } else {
            access & self.file_rights
        };
        if self.list.len() >= MOST_RULES {
            return Err(PlanError::TooMany);
        }
        self.list.push(FileRule {
            path: c_path(path)?,
            access: access.bits(),
            word,
            presence,
        });
        Ok(())
    }

    /// Grants a right below a directory but for some paths in it, sorted: its entries one by one, and so on downwards.
    fn around(
        &mut self,
        directory: &Path,
        but: &[&Path],
        access: BitFlags<AccessFs>,
    ) -> Result<(), PlanError> {
        if but.is_empty() {
            return self.grant(directory, access, "read", Presence::Vanishing);
        }
        if but.first() == Some(&directory) {
            return Ok(());
        }
        // A directory that cannot be listed is not granted: nothing in it is known not to be hidden.
        let Ok(entries) = fs::read_dir(directory) else {
            return Ok(());
        };
        for entry in entries.flatten() {
            let path = entry.path();
            // By names, those below the entry stand together.
            let (_, not_before) = but.split_at(but.partition_point(|one| *one < path));
            let (below, _) = not_before.split_at(not_before.partition_point(|one| one.starts_with(&path)));
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => {}
                _ => self.around(&path, below, access)?,
            }
        }
        Ok(())
    }
}
