//! A bound on the work that an input may cause, so that a blow-up is a fault like any other.

use std::cell::Cell;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Processor time that any input may take; other programs on the machine do not count.
const AT_MOST: Duration = Duration::from_millis(250);

thread_local! {
    /// Whether this thread has checked an input: the first one builds what all are checked against.
    static WARM: Cell<bool> = const { Cell::new(false) };
}

/// Checks an input, and how long that took.
pub fn in_time(bytes: &[u8], check: fn(&[u8])) {
    let begun = spent();
    check(bytes);
    let took = spent().saturating_sub(begun);
    let is_warm = WARM.replace(true);
    assert!(!is_warm || took < AT_MOST, "{} bytes took {} ms of processor time", bytes.len(), took.as_millis());
}

fn spent() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}
