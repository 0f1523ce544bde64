//! What the system grants the process: room for the store, and open files.

use std::path::Path;

use crate::discord::doctor::Finding;

/// Open files below which connections and files run out soon; above the other nobody needs to look.
#[cfg(unix)]
const FILES: (u64, u64) = (64, 256);

/// The room that is left for the store, and for open files.
#[cfg(unix)]
pub(super) fn room(store: Option<&Path>) -> Vec<Finding> {
    let folder = store.and_then(|file| file.ancestors().skip(1).find(|folder| folder.is_dir()));
    folder.map(disk).into_iter().chain([files()]).collect()
}

/// Nothing is known of it here.
#[cfg(not(unix))]
pub(super) fn room(_store: Option<&Path>) -> Vec<Finding> {
    Vec::new()
}

/// Why the bot cannot run here, if there is too little of something without which libraries would fail in ways of their own.
#[cfg(unix)]
pub(super) fn lacks() -> Option<String> {
    use crate::discord::doctor::Health;
    let files = files();
    (files.health == Health::Bad).then(|| format!("too few open files: {}", files.said))
}

/// Nothing is known of it here.
#[cfg(not(unix))]
pub(super) fn lacks() -> Option<String> {
    None
}

#[cfg(unix)]
fn disk(folder: &Path) -> Finding {
    const MIB: u64 = 1024 * 1024;
    /// Below this nothing can be kept for long, above the other nobody needs to look.
    const ROOM: (u64, u64) = (64 * MIB, 1024 * MIB);
    let at = folder.display();
    match rustix::fs::statvfs(folder) {
        Err(error) => Finding::doubtful("disk", format!("{at}: how much is free cannot be read: {error}")),
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let said = format!("{at}: {} MiB free", free / MIB);
            match free {
                free if free < ROOM.0 => Finding::bad("disk", format!("{said}; make room, or moderators can keep nothing")),
                free if free < ROOM.1 => Finding::doubtful("disk", format!("{said}; make room soon")),
                _ => Finding::good("disk", said),
            }
        }
    }
}

#[cfg(unix)]
fn files() -> Finding {
    use rustix::process::{Resource, getrlimit};
    let said = |most: u64| format!("{most} at once are allowed; allow {} or more (ulimit -n, LimitNOFILE)", FILES.1);
    match getrlimit(Resource::Nofile).current {
        Some(most) if most < FILES.0 => Finding::bad("open files", said(most)),
        Some(most) if most < FILES.1 => Finding::doubtful("open files", said(most)),
        Some(most) => Finding::good("open files", format!("{most} at once are allowed")),
        None => Finding::good("open files", "as many as there may be"),
    }
}
