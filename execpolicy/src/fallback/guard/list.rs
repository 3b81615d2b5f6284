//! Files that hold secrets, by name.

/// Names that are guarded wherever they stand, with everything below them. Each is one or more path components.
pub(super) const ANYWHERE: &[&[&str]] = &[
    &[".ssh"],
    &[".gnupg"],
    &[".aws"],
    &[".azure"],
    &[".kube"],
    &[".docker"],
    &[".password-store"],
    &[".mozilla"],
    &[".terraform.d"],
    &[".config", "gh"],
    &[".config", "gcloud"],
    &[".config", "hub"],
    &[".config", "op"],
    &[".config", "rclone"],
    &[".config", "google-chrome"],
    &[".config", "chromium"],
    &[".config", "git", "credentials"],
    &[".local", "share", "keyrings"],
    &[".claude", ".credentials.json"],
    &[".codex", "auth.json"],
    &[".cargo", "credentials"],
    &[".cargo", "credentials.toml"],
    &[".m2", "settings.xml"],
    &[".gem", "credentials"],
    &[".netrc"],
    &[".git-credentials"],
    &[".npmrc"],
    &[".pypirc"],
    &[".pgpass"],
    &[".my.cnf"],
    &[".vault-token"],
    &[".env"],
    &[".env.local"],
    &[".env.development"],
    &[".env.production"],
    &[".env.staging"],
    &[".env.test"],
    &[".bash_history"],
    &[".zsh_history"],
    &[".python_history"],
    &[".node_repl_history"],
    &[".psql_history"],
    &[".mysql_history"],
];

/// Names of private keys, guarded wherever they stand unless a pattern such as `*` only happens to match them.
pub(super) const KEYS: &[&str] = &["id_rsa", "id_ed25519", "id_ecdsa", "id_dsa"];

/// How many components the longest of [`ANYWHERE`] has.
pub(super) const LONGEST_ANYWHERE: usize = 3;

/// Names that are guarded below the root of the file system; `*` is any one component.
pub(super) const ABSOLUTE: &[&[&str]] = &[
    &["etc", "shadow"],
    &["etc", "shadow-"],
    &["etc", "gshadow"],
    &["etc", "gshadow-"],
    &["etc", "sudoers"],
    &["etc", "sudoers.d"],
    &["etc", "ssl", "private"],
    &["etc", "ssh", "ssh_host_rsa_key"],
    &["etc", "ssh", "ssh_host_ecdsa_key"],
    &["etc", "ssh", "ssh_host_ed25519_key"],
    &["etc", "letsencrypt"],
    &["etc", "krb5.keytab"],
    &["etc", "security", "opasswd"],
    &["etc", "NetworkManager", "system-connections"],
    &["proc", "*", "environ"],
    &["proc", "*", "mem"],
    &["proc", "*", "root"],
    &["proc", "*", "cwd"],
    &["proc", "*", "fd"],
    &["proc", "*", "task"],
    &["proc", "kcore"],
    &["dev", "mem"],
    &["dev", "kmem"],
    &["run", "secrets"],
    &["var", "run", "secrets"],
];

/// How the names of raw disks begin in `/dev`.
pub(super) const DISKS: &[&str] = &[
    "sd", "vd", "hd", "xvd", "nvme", "mmcblk", "dm-", "md", "loop", "nbd", "mapper", "disk", "block",
];
