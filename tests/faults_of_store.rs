//! What keeps changes from being kept is said in one sentence; questions are answered as before, nothing that was kept is lost, and
//! changing facts works again as soon as the cause is gone.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod kept;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use kept::{Folder, SHIPPED, assert_served, assert_whole};
use sanad::app::App;
use sanad::curation::{Change, Record, RevisionNo, Scope, State};
use sanad::desk::{ChangeError, Desk, Saved};
use sanad::store::{Place, StoreError};
use sqlx::Connection as _;

const HERE: u64 = 7;

/// A desk on which one fact was added, one changed and one retracted.
struct Before {
    desk: Desk,
    kept: Vec<(&'static str, State)>,
}

impl Before {
    async fn of(file: &Path) -> Self {
        let desk = kept::desk(file).await;
        let (added, changed) =
            (kept::record("A lighthouse was built at Zarbakht in 2021."), kept::record("The bridge was closed for good."));
        let retracted = Record::of(&desk.app.shipped().base, desk.app.shipped().base.find(SHIPPED[2]).unwrap());
        change(&desk, "lighthouse", Change::Add(added.clone())).await.unwrap();
        change(&desk, SHIPPED[1], Change::Edit(changed.clone())).await.unwrap();
        change(&desk, SHIPPED[2], Change::Retract).await.unwrap();
        let kept = vec![
            ("lighthouse", State::Published(added)),
            (SHIPPED[1], State::Published(changed)),
            (SHIPPED[2], State::Retracted(retracted)),
        ];
        Self { desk, kept }
    }

    /// Everything is answered as it was before.
    fn assert_answered(&self, app: &App) {
        for (fact, state) in &self.kept {
            assert_served(app, Scope::of(HERE), &kept::fact(fact), Some(state));
        }
    }

    /// A change is refused by the store; nothing is answered otherwise.
    async fn refused(&self) -> StoreError {
        let refused = change(&self.desk, "lighthouse", Change::Edit(large("refused"))).await.unwrap_err();
        self.assert_answered(&self.desk.app);
        let ChangeError::Store(error) = refused else { panic!("{refused}") };
        is_one_sentence(&error, self.desk.store.place());
        error
    }

    /// Changing works again, and nothing was lost, also for who opens the file anew.
    async fn assert_mended(mut self, file: &Path) {
        let last = large("The lighthouse was closed in 2023.");
        change(&self.desk, "lighthouse", Change::Edit(last.clone())).await.unwrap();
        self.kept[0].1 = State::Published(last);
        self.assert_answered(&self.desk.app);
        self.desk.store.clone().close().await;
        let again = kept::desk(file).await;
        self.assert_answered(&again.app);
        for (fact, _) in &self.kept {
            let history = again.history(Scope::of(HERE), &kept::fact(fact)).await.unwrap();
            assert_whole(&history);
            assert_eq!(history.revisions.len(), if *fact == "lighthouse" { 2 } else { 1 }, "{fact}");
        }
    }
}

async fn change(desk: &Desk, fact: &str, change: Change) -> Result<Saved, ChangeError> {
    let (scope, fact) = (Scope::of(HERE), kept::fact(fact));
    let seen: RevisionNo = desk.app.number(scope, &fact);
    desk.change(scope, &fact, change, seen, kept::stamp(42, "to see", None)).await
}

/// A record that needs room.
fn large(text: &str) -> Record {
    Record { questions: (0..4_000).map(|at| format!("What is question {at} about?")).collect(), ..kept::record(text) }
}

/// What is said names the file, what is wrong, and what to do.
#[track_caller]
fn is_one_sentence(error: &StoreError, at: &Place) {
    let said = error.to_string();
    assert!(said.starts_with(&format!("{at}: ")) && said.contains("; ") && !said.contains('\n'), "{said}");
}

#[tokio::test]
async fn a_store_that_something_else_writes() {
    let folder = Folder::new();
    let before = Before::of(&folder.file()).await;
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", folder.file().display())).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let error = before.refused().await;
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    before.assert_mended(&folder.file()).await;
}

#[tokio::test]
async fn a_disk_that_takes_seconds_for_what_is_written() {
    let folder = Folder::new();
    let before = Before::of(&folder.file()).await;
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", folder.file().display())).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let closed = large("The lighthouse was closed in 2022.");
    let late = change(&before.desk, "lighthouse", Change::Edit(closed.clone()));
    let meanwhile = async {
        // Long enough that the change waits, and not so long that it gives up.
        for _ in 0..20 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            before.assert_answered(&before.desk.app);
        }
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    };
    let (saved, ()) = tokio::join!(late, meanwhile);
    assert!(matches!(saved, Ok(Saved::Now(_))), "it is kept in the end: {saved:?}");
    assert_served(&before.desk.app, Scope::of(HERE), &kept::fact("lighthouse"), Some(&State::Published(closed)));
}

#[cfg(unix)]
#[tokio::test]
async fn a_full_disk() {
    let folder = Folder::new();
    let Some(disk) = SmallDisk::mount(folder.path().join("disk")) else { return };
    let file = disk.0.join("sanad.db");
    let before = Before::of(&file).await;
    let filler = disk.0.join("filler");
    let mut room = fs::File::create(&filler).unwrap();
    let mut taken = 0;
    while room.write_all(&[1; 4096]).is_ok() {
        taken += 1;
    }
    assert!(taken > 0, "the disk was full before");
    let error = before.refused().await;
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    let opened = kept::open(&file).await.map(|_| ());
    if let Err(error) = opened {
        is_one_sentence(&error, &Place::of_file(&file));
    }
    let again = before.refused().await;
    assert!(matches!(again, StoreError::Full { .. }), "{again}");
    drop(room);
    fs::remove_file(&filler).unwrap();
    before.assert_mended(&file).await;
}

/// A disk of two megabytes, in memory.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts it, where this process may.
    fn mount(at: PathBuf) -> Option<Self> {
        fs::create_dir_all(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "sanad-test"]).arg(&at).output();
        if mounted.is_ok_and(|done| done.status.success()) {
            return Some(Self(at));
        }
        eprintln!("skipped: only root can mount a small disk, and only where the system lets it");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, for a test that fails still has the file open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_nobody_may_write() {
    let folder = Folder::new();
    let before = Before::of(&folder.file()).await;
    let log = folder.path().join("sanad.db-wal");
    let Some(lock) = Immutable::make(&[folder.file(), log]) else { return };
    let refused = before.refused().await;
    assert!(matches!(refused, StoreError::Io { .. } | StoreError::ReadOnly { .. }), "{refused}");
    // By now the file was opened anew, which makes of it one to be read.
    let again = before.refused().await;
    assert!(matches!(again, StoreError::ReadOnly { .. }), "{again}");
    drop(lock);
    before.assert_mended(&folder.file()).await;
}

/// Files that not even root may write.
struct Immutable(Vec<PathBuf>);

impl Immutable {
    /// Makes them so, where this process may and the file system can.
    fn make(files: &[PathBuf]) -> Option<Self> {
        let made = Self(files.to_vec());
        if Command::new("chattr").arg("+i").args(files).output().is_ok_and(|done| done.status.success()) {
            return Some(made);
        }
        eprintln!("skipped: only root can make a file immutable, and only where the file system can");
        None
    }
}

impl Drop for Immutable {
    fn drop(&mut self) {
        let _ = Command::new("chattr").arg("-i").args(&self.0).output();
    }
}

#[tokio::test]
async fn a_file_that_is_damaged_when_the_program_starts() {
    let folder = Folder::new();
    let file = folder.file();
    let before = Before::of(&file).await;
    before.desk.store.clone().close().await;
    let whole = fs::read(&file).unwrap();
    let damages: [(&str, Vec<u8>); 4] = [
        ("no database", b"These are the minutes of a meeting.".repeat(200)),
        ("its first page", [vec![0xa5; 4096], whole[4096..].to_vec()].concat()),
        ("cut off", whole[..whole.len() / 2].to_vec()),
        ("all but its first page", [whole[..4096].to_vec(), vec![0xa5; whole.len() - 4096]].concat()),
    ];
    for (what, damaged) in damages {
        fs::write(&file, &damaged).unwrap();
        let app = Arc::new(App::new(kept::small()));
        let opened = match kept::open(&file).await {
            Ok(store) => Desk::open(Arc::clone(&app), store).await.map(|_| ()),
            Err(error) => Err(error),
        };
        let error = opened.expect_err(what);
        assert!(matches!(error, StoreError::Foreign { .. }), "{what}: {error}");
        is_one_sentence(&error, &Place::of_file(&file));
        for fact in SHIPPED {
            assert!(app.view(Scope::of(HERE)).base.find(fact).is_some(), "{what}: what is shipped is answered");
        }
        // What refuses a file has not made it worse.
        assert_eq!(fs::read(&file).unwrap(), damaged, "{what}");
        for beside in ["sanad.db-wal", "sanad.db-shm"] {
            let _ = fs::remove_file(folder.path().join(beside));
        }
    }
    fs::write(&file, &whole).unwrap();
    let desk = kept::desk(&file).await;
    Before { desk, kept: before.kept }.assert_mended(&file).await;
}
