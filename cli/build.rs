//! How the binary is linked: it is started once for each command, so what loading it costs counts.

use std::path::PathBuf;
use std::{env, fs, io};

/// What the linker finds in the place of the shared library: the standard library names that one alone.
const UNWINDER: &str = "INPUT(-lgcc_eh)\n";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let is_gnu = env::var_os("CARGO_CFG_TARGET_ENV").is_some_and(|name| name == "gnu");
    if let Some(out) = env::var_os("OUT_DIR").filter(|_| is_gnu) {
        // Loading `libgcc_s.so` takes a tenth of a millisecond, and it comes with each gcc as an archive as well.
        let out = PathBuf::from(out);
        fs::write(out.join("libgcc_s.so"), UNWINDER)?;
        println!("cargo::rustc-link-search=native={}", out.display());
    }
    Ok(())
}
