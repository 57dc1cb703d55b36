//! Who sends when: each caller once a period, at a phase of its own, on absolute deadlines.

pub struct Schedule {
    begin: u64,
    period: u64,
    callers: u64,
    turn: u64,
}

impl Schedule {
    pub fn new(begin: u64, period: u64, callers: usize) -> Self {
        Self { begin, period, callers: callers as u64, turn: 0 }
    }

    /// When the next caller sends.
    pub fn deadline(&self) -> u64 {
        let (round, caller) = (self.turn / self.callers, self.turn % self.callers);
        self.begin + round * self.period + caller * self.period / self.callers
    }

    /// The caller whose time has come, and how late it is; after that it is the next one's turn.
    pub fn due(&mut self, now: u64) -> Option<(usize, u64)> {
        let late = now.checked_sub(self.deadline())?;
        let caller = self.turn % self.callers;
        self.turn += 1;
        Some((caller as usize, late))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_send_once_a_period_at_phases_of_their_own() {
        let mut schedule = Schedule::new(1000, 20, 4);
        assert_eq!(schedule.due(999), None);
        assert_eq!(schedule.due(1000), Some((0, 0)));
        assert_eq!(schedule.due(1004), None);
        assert_eq!(schedule.due(1016), Some((1, 11)));
        assert_eq!(schedule.due(1016), Some((2, 6)));
        assert_eq!(schedule.due(1016), Some((3, 1)));
        assert_eq!(schedule.deadline(), 1020);
    }
}
