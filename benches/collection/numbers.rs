//! Numbers that look random and are not.

/// Xorshift64*: the same numbers on every machine and in every run.
pub(crate) struct Numbers(u64);

impl Numbers {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

    /// A sequence of its own for each purpose, so that more of one leaves another as it was.
    pub(crate) fn of(purpose: u64) -> Self {
        Self(Self::SEED ^ purpose)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    }

    /// A number below `end`; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).map_or(0, |n| n % end.max(1))
    }

    /// A number below `end`, the small ones the more often: the square of an even share.
    pub(crate) fn early(&mut self, end: usize) -> usize {
        let share = self.next() & 0xffff;
        let square = share * share;
        usize::try_from(u64::try_from(end).unwrap_or(u64::MAX).saturating_mul(square) >> 32).unwrap_or(0)
    }

    /// Whether something comes to pass that does so in `share` of a hundred cases.
    pub(crate) fn in_a_hundred(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
