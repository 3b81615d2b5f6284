//! Which file a program's name leads to.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where bash is looked for: a text was judged as bash reads it, whatever stands on the `PATH`.
const BASH: &[&str] = &["/usr/bin/bash", "/bin/bash", "/usr/local/bin/bash"];

/// The file that is executed for a name: looked up by the `PATH` of this environment as a shell would, in absolute
/// places alone. A name with a slash is a path, seen from the directory. `None` where there is none.
pub fn program_file(name: &OsStr, directory: &Path, environment: &[(OsString, OsString)]) -> Option<PathBuf> {
    if name.as_encoded_bytes().contains(&b'/') {
        let file = directory.join(name);
        return file.exists().then_some(file);
    }
    if name.is_empty() {
        return None;
    }
    let path = environment.iter().find(|(name, _)| name == "PATH");
    let (_, path) = path?;
    let places = std::env::split_paths(path).filter(|place| place.is_absolute());
    places
        .map(|place| place.join(name))
        .find(|file| is_executable(file))
}

/// The bash that reads texts.
pub(crate) fn bash() -> Option<PathBuf> {
    BASH.iter().map(PathBuf::from).find(|file| is_executable(file))
}

/// Whether it is a file that may be executed.
pub(crate) fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_where_a_shell_would_go() {
        let root = tempfile::tempdir().unwrap();
        for (name, mode) in [("first/tool", 0o644), ("second/tool", 0o755), ("here", 0o755)] {
            let file = root.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::create_dir_all(root.path().join("first/directory")).unwrap();
        let shown = root.path().display();
        let path = format!(".:{shown}/first::{shown}/second");
        let environment = [(OsString::from("PATH"), OsString::from(path))];
        for (name, wanted) in [
            ("tool", Some("second/tool")),
            ("here", None),
            ("./here", Some("./here")),
            ("directory", None),
            ("missing", None),
            ("./missing", None),
            ("", None),
        ] {
            let found = program_file(name.as_ref(), root.path(), &environment);
            assert_eq!(found, wanted.map(|wanted| root.path().join(wanted)), "{name}");
        }
        assert_eq!(program_file("tool".as_ref(), root.path(), &[]), None);
    }
}
