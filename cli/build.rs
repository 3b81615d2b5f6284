//! How the binary is linked: it is started once for each command, so what loading it costs counts.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, io};

/// What the linker finds in the place of the shared library: the standard library names that one alone.
const UNWINDER: &str = "INPUT(-lgcc_eh)\n";

/// The first release of the GNU C library that reads packed relocations, by its release notes.
const PACKED: (u32, u32) = (2, 36);

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let is_gnu = env::var_os("CARGO_CFG_TARGET_ENV").is_some_and(|name| name == "gnu");
    if let Some(out) = env::var_os("OUT_DIR").filter(|_| is_gnu) {
        // Loading `libgcc_s.so` takes a tenth of a millisecond, and it comes with each gcc as an archive as well.
        let out = PathBuf::from(out);
        fs::write(out.join("libgcc_s.so"), UNWINDER)?;
        println!("cargo::rustc-link-search=native={}", out.display());
        if env::var_os("HOST") == env::var_os("TARGET")
            && c_library().is_some_and(|release| release >= PACKED)
        {
            // Sixteen thousand addresses are corrected at each start: packed, they are read from two pages and not from
            // a hundred.
            println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
    }
    Ok(())
}

/// The release of this machine's C library, where it says that it is the GNU one. Who builds for another machine gets
/// what any reads.
fn c_library() -> Option<(u32, u32)> {
    let told = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = told.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
