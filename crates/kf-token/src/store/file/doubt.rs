//! Whether the tokens of a file are ours, and known to nobody else.

use std::fs::Metadata;
use std::path::Path;

/// What speaks against using the tokens of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "only there is it known who else has a hand in a file"))]
pub(super) enum Doubt {
    /// It belongs to another user: anybody may have put them there.
    Owner(u32),
    /// Other users can write it, as its mode says: anybody may have put them there.
    Writable(u32),
    /// Other users can read it, as its mode says: anybody may know them.
    Readable(u32),
}

impl Doubt {
    /// Whether somebody else may have written what is in the file.
    pub(super) fn is_of_origin(self) -> bool {
        !matches!(self, Self::Readable(_))
    }

    /// What is wrong with the file, and what to do.
    pub(super) fn words(self, path: &Path) -> String {
        let path = path.display();
        match self {
            Self::Owner(owner) => format!(
                "{path} belongs to another user ({owner}), so its tokens are not used; remove it, or let the next good \
                 fetch replace it"
            ),
            Self::Writable(mode) => open_to_others("write", mode, path),
            Self::Readable(mode) => open_to_others("read", mode, path),
        }
    }
}

fn open_to_others(can: &str, mode: u32, path: impl std::fmt::Display) -> String {
    format!(
        "other users can {can} {path} (mode {:04o}), so its tokens are not used; run `chmod 600 {path}` if they are \
         yours, or let the next good fetch replace it",
        mode & 0o7777
    )
}

/// What speaks against a file.
#[cfg(unix)]
pub(super) fn doubt(file: &Metadata) -> Option<Doubt> {
    use std::os::unix::fs::MetadataExt as _;
    judge(file.uid(), file.mode(), rustix::process::geteuid().as_raw())
}

/// Elsewhere who can open a file is not written beside it.
#[cfg(not(unix))]
pub(super) fn doubt(_: &Metadata) -> Option<Doubt> {
    None
}

#[cfg(unix)]
fn judge(owner: u32, mode: u32, user: u32) -> Option<Doubt> {
    // Whoever is root needs no file to plant a token.
    if owner != user && owner != 0 {
        return Some(Doubt::Owner(owner));
    }
    match mode {
        mode if mode & 0o022 != 0 => Some(Doubt::Writable(mode)),
        mode if mode & 0o044 != 0 => Some(Doubt::Readable(mode)),
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Doubt, judge};

    #[test]
    fn a_file_is_used_if_its_user_alone_can_open_it() {
        let rows = [
            (1000, 0o100_600, None),
            (1000, 0o100_400, None),
            (1000, 0o100_700, None),
            (0, 0o100_600, None),
            (1000, 0o100_640, Some(Doubt::Readable(0o100_640))),
            (1000, 0o100_604, Some(Doubt::Readable(0o100_604))),
            (1000, 0o100_620, Some(Doubt::Writable(0o100_620))),
            (1000, 0o100_602, Some(Doubt::Writable(0o100_602))),
            (1000, 0o100_666, Some(Doubt::Writable(0o100_666))),
            (0, 0o100_644, Some(Doubt::Readable(0o100_644))),
            (1001, 0o100_600, Some(Doubt::Owner(1001))),
            (1001, 0o100_666, Some(Doubt::Owner(1001))),
        ];
        for (owner, mode, expected) in rows {
            assert_eq!(judge(owner, mode, 1000), expected, "owner {owner}, mode {mode:o}");
        }
        assert_eq!(judge(1000, 0o100_600, 0), Some(Doubt::Owner(1000)), "to root others are others");
    }
}
