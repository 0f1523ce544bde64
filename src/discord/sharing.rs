//! What only one of several processes may do at a time: run a shard, sign in, register commands, post a suggestion. Who may is said by
//! leases in the store, which run out where a process dies.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::ShardRange;
use crate::store::{Leased, Renewed, Store, StoreError};

/// For how long a shard is leased, and how often that is renewed. Where a machine dies, another may run its shards after the one; the other
/// leaves room for a store that is slow to answer.
const SHARD: Duration = Duration::from_secs(7);
const RENEWED_EVERY: Duration = Duration::from_secs(2);
/// Discord grants a sign-in each five seconds (gateway: rate limiting).
pub(super) const SIGN_IN: Duration = Duration::from_secs(5);
/// For how long work that is done once is leased.
const WORK: Duration = Duration::from_secs(60);
/// How often is asked anew for what another has.
const ASKED_EVERY: Duration = Duration::from_millis(500);

/// What leases are asked for by.
#[derive(Debug, Clone)]
pub(super) struct Sharing {
    store: Store,
    holder: Arc<str>,
}

/// Why shards cannot be run.
#[derive(Debug)]
pub(super) enum NotOurs {
    /// Another process runs one of them.
    Taken {
        /// Which, as `5/16`.
        shard: String,
        /// Who.
        by: String,
    },
    /// Another process counts another number of shards in all.
    OtherTotal {
        /// What this one was to run.
        ours: ShardRange,
        /// One of those that the other runs, as `5/16`.
        theirs: String,
        /// Who.
        by: String,
    },
    /// The store does not say.
    Store(StoreError),
}

impl From<StoreError> for NotOurs {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What the leases of shards begin with.
const OF_SHARDS: &str = "shard ";

/// A shard that another process runs of another total.
struct Other {
    shard: String,
    total: u32,
    by: String,
    left: Duration,
}

impl Other {
    fn refuses(self, ours: ShardRange) -> NotOurs {
        NotOurs::OtherTotal { ours, by: process_of(&self.by).to_owned(), theirs: self.shard }
    }
}

impl Sharing {
    pub(super) fn new(store: Store) -> Self {
        static BOTS: AtomicU32 = AtomicU32::new(0);
        let process = &*PROCESS;
        let bot = BOTS.fetch_add(1, Ordering::Relaxed);
        let holder = format!("{}, process {} ({}.{}.{bot})", process.host, process.id, process.space, process.mark);
        Self { store, holder: holder.into() }
    }

    /// Takes shards, or says who has one of them, or counts another number of them in all. What a dead process has is waited for.
    pub(super) async fn take(&self, range: ShardRange) -> Result<(), NotOurs> {
        let until = Instant::now() + SHARD + RENEWED_EVERY;
        // Before anything is taken, so that a mistaken total keeps nobody from a shard.
        while let Some(other) = self.other_total(range).await? {
            if Instant::now() + other.left > until {
                return Err(other.refuses(range));
            }
            sleep(other.left.min(ASKED_EVERY)).await;
        }
        for shard in range.each() {
            let name = name_of(shard, range);
            while let Leased::Taken { by, left } = self.lease(&name, SHARD).await? {
                if Instant::now() + left > until {
                    self.give_back(range).await;
                    return Err(NotOurs::Taken { shard: format!("{shard}/{}", range.total()), by: process_of(&by).to_owned() });
                }
                sleep(left.min(ASKED_EVERY)).await;
            }
        }
        // The first of them may have run out while the last was waited for.
        for shard in range.each() {
            if let Leased::Taken { by, .. } = self.store.lease(&name_of(shard, range), &self.holder, SHARD).await? {
                self.give_back(range).await;
                return Err(NotOurs::Taken { shard: format!("{shard}/{}", range.total()), by: process_of(&by).to_owned() });
            }
        }
        // Another may have begun in the same moment. It sees this one as well: neither runs rather than both.
        match self.other_total(range).await? {
            None => Ok(()),
            Some(other) => {
                self.give_back(range).await;
                Err(other.refuses(range))
            }
        }
    }

    /// Takes a lease, also from a process of this machine that died with it.
    async fn lease(&self, name: &str, span: Duration) -> Result<Leased, StoreError> {
        loop {
            match self.store.lease(name, &self.holder, span).await? {
                Leased::Taken { by, .. } if is_dead(&by) => self.store.release(name, &by).await?,
                leased => return Ok(leased),
            }
        }
    }

    /// Who runs shards of another total, if somebody does.
    async fn other_total(&self, range: ShardRange) -> Result<Option<Other>, StoreError> {
        let mut others = self.store.leases(OF_SHARDS).await?.into_iter().filter_map(|held| {
            let shard = held.name.strip_prefix(OF_SHARDS)?;
            let total = shard.split_once('/')?.1.parse().ok()?;
            Some(Other { shard: shard.to_owned(), total, by: held.by, left: held.left })
        });
        Ok(others.find(|other| other.total != range.total() && !is_dead(&other.by)))
    }

    /// Keeps shards until another has one of them, which is said.
    pub(super) async fn keep(&self, range: ShardRange) -> NotOurs {
        loop {
            for shard in range.each() {
                if let Some(by) = self.kept(&name_of(shard, range)).await {
                    return NotOurs::Taken { shard: format!("{shard}/{}", range.total()), by: process_of(&by).to_owned() };
                }
            }
            // While the store was away, leases ran out, and another total may have been begun since. The smaller one gives way, so that one goes on.
            if let Ok(Some(other)) = self.other_total(range).await
                && other.total > range.total()
            {
                return other.refuses(range);
            }
            sleep(RENEWED_EVERY).await;
        }
    }

    /// Renews a lease; tells who has it otherwise. While the store is away for all, nobody else can take it, and questions are answered from
    /// memory. A process that alone is cut off from the store goes on as well, beside another that takes the shard.
    async fn kept(&self, name: &str) -> Option<String> {
        if let Ok(Renewed::Lost) = self.store.renew(name, &self.holder, SHARD).await
            && let Ok(Leased::Taken { by, .. }) = self.store.lease(name, &self.holder, SHARD).await
        {
            return Some(by);
        }
        None
    }

    /// Gives shards back.
    pub(super) async fn give_back(&self, range: ShardRange) {
        for shard in range.each() {
            if let Err(error) = self.store.release(&name_of(shard, range), &self.holder).await {
                return warn!("the shards were not given back, and are free in {} s: {error}", SHARD.as_secs());
            }
        }
    }

    /// Waits until no other process signs in, then keeps others from it until `done`, and five seconds longer. Who cannot be asked, for the
    /// store is away, is not waited for: Discord refuses a sign-in that comes too soon, and serenity tries again.
    pub(super) async fn sign_in_alone(&self, done: &CancellationToken, while_waiting: impl Fn()) {
        const NAME: &str = "sign-in";
        let mut waits = false;
        while let Ok(Leased::Taken { left, .. }) = self.store.lease(NAME, &self.holder, SIGN_IN * 2).await {
            while_waiting();
            if !std::mem::replace(&mut waits, true) {
                info!("another process signs in; this one follows");
            }
            sleep(left.clamp(Duration::from_millis(50), ASKED_EVERY)).await;
        }
        let (sharing, done) = (self.clone(), done.clone());
        tokio::spawn(async move {
            while tokio::time::timeout(RENEWED_EVERY, done.cancelled()).await.is_err() {
                let _ = sharing.store.renew(NAME, &sharing.holder, SIGN_IN * 2).await;
            }
            let _ = sharing.store.renew(NAME, &sharing.holder, SIGN_IN).await;
        });
    }

    /// Does some work while no other process does it, after who does it now.
    pub(super) async fn alone<T>(&self, name: &str, work: impl Future<Output = T>) -> T {
        let until = Instant::now() + WORK;
        // Where the store does not answer, or the other takes too long, it is better done twice than never.
        while let Ok(Leased::Taken { left, .. }) = self.lease(name, WORK).await {
            if Instant::now() > until {
                break;
            }
            sleep(left.min(ASKED_EVERY)).await;
        }
        let done = work.await;
        let _ = self.store.release(name, &self.holder).await;
        done
    }

    /// Does some work unless another process is at it.
    pub(super) async fn once(&self, name: &str, work: impl Future<Output = ()>) {
        match self.lease(name, WORK).await {
            Ok(Leased::Mine) => {
                // What waits for Discord may take longer than a lease does.
                let renewing = async {
                    loop {
                        sleep(WORK / 3).await;
                        let _ = self.store.renew(name, &self.holder, WORK).await;
                    }
                };
                tokio::select! {
                    () = work => {}
                    () = renewing => {}
                }
                let _ = self.store.release(name, &self.holder).await;
            }
            Ok(Leased::Taken { .. }) => {}
            Err(error) => warn!("{name} was left for later: {error}"),
        }
    }
}

fn name_of(shard: u32, range: ShardRange) -> String {
    format!("{OF_SHARDS}{shard}/{}", range.total())
}

/// The process of a holder, as people know it.
fn process_of(holder: &str) -> &str {
    holder.split(" (").next().unwrap_or(holder)
}

/// This process among all that may ask for leases.
struct Process {
    host: String,
    id: u32,
    /// The same for processes that see each other's numbers, and for no others; nothing where the system does not say.
    space: String,
    /// Told at random: a number of a process may come again.
    mark: String,
}

static PROCESS: LazyLock<Process> = LazyLock::new(|| {
    let first_line = |path: &str| std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let boot = first_line("/proc/sys/kernel/random/boot_id");
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok().map(|link| link.to_string_lossy().into_owned());
    let space = boot
        .zip(namespace)
        .map(|(boot, namespace)| format!("{boot}-{}", namespace.chars().filter(char::is_ascii_digit).collect::<String>()));
    Process {
        host: first_line("/proc/sys/kernel/hostname").unwrap_or_else(|| "this machine".to_owned()),
        id: std::process::id(),
        space: space.unwrap_or_default(),
        mark: format!("{:08x}", RandomState::new().hash_one(std::process::id()) >> 32),
    }
});

/// Whether a holder is a process of this machine that has ended. Of other machines nothing is known: what they hold runs out.
fn is_dead(holder: &str) -> bool {
    let read = || {
        let (process, rest) = holder.rsplit_once(" (")?;
        let id: u32 = process.rsplit_once(' ')?.1.parse().ok()?;
        let (space, rest) = rest.split_once('.')?;
        Some((id, space, rest.split_once('.')?.0))
    };
    let own = &*PROCESS;
    let Some((id, space, mark)) = read() else { return false };
    if space.is_empty() || space != own.space || mark == own.mark {
        return false;
    }
    // A number that is this process's own was another's before.
    id == own.id || has_ended(id)
}

/// Whether no process has this number. Asked of the system itself: a file system may hide the processes of others.
#[cfg(unix)]
fn has_ended(id: u32) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};
    let process = i32::try_from(id).ok().and_then(Pid::from_raw);
    process.is_none_or(|process| test_kill_process(process) == Err(Errno::SRCH))
}

#[cfg(not(unix))]
fn has_ended(_id: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(id: u32, space: &str, mark: &str) -> String {
        format!("host, process {id} ({space}.{mark}.0)")
    }

    #[test]
    fn only_an_ended_process_of_this_machine_is_known_to_be_dead() {
        let own = &*PROCESS;
        // No system numbers its processes so high.
        let nobody = u32::MAX - 1;
        assert!(!own.space.is_empty(), "the system says what is asked here");
        assert!(is_dead(&holder(nobody, &own.space, "other")));
        assert!(is_dead(&holder(own.id, &own.space, "other")), "the number is this process's now");
        assert!(!is_dead(&holder(own.id, &own.space, &own.mark)), "another bot of this process");
        assert!(!is_dead(&holder(1, &own.space, "other")), "it runs");
        assert!(!is_dead(&holder(nobody, "elsewhere", "other")));
        assert!(!is_dead(&holder(nobody, "", "other")));
        assert!(!is_dead("something else"));
        assert_eq!(process_of(&holder(7, "a", "b")), "host, process 7");
    }
}
