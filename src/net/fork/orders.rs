//! What JavaScript wants of a fork, on its way to the fork's task.

use std::collections::VecDeque;

/// Bytes of text that may wait for a far end. More is refused.
const TEXT_LIMIT: usize = 1 << 20;

/// Texts that may wait, so that empty ones do not take more room than long ones.
const MOST_TEXTS: usize = 1024;

/// Waiting texts, and the word to stop.
#[derive(Debug, Default)]
pub(super) struct Orders {
    texts: VecDeque<String>,
    bytes: usize,
    stop: Option<Stop>,
}

/// The fork is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    /// The last text.
    pub metadata: Option<String>,
}

impl Orders {
    /// False if there is no room for it.
    pub fn push(&mut self, text: String) -> bool {
        let bytes = self.bytes + text.len();
        if bytes > TEXT_LIMIT || self.texts.len() >= MOST_TEXTS || self.stop.is_some() {
            return false;
        }
        self.bytes = bytes;
        self.texts.push_back(text);
        true
    }

    pub fn pop(&mut self) -> Option<String> {
        let text = self.texts.pop_front()?;
        self.bytes -= text.len();
        Some(text)
    }

    /// Only the first time counts.
    pub fn stop(&mut self, metadata: Option<String>) {
        self.stop.get_or_insert(Stop { metadata });
    }

    pub fn stopped(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_go_in_order_and_are_refused_where_a_far_end_takes_none() {
        let mut orders = Orders::default();
        assert!(orders.push("a".repeat(TEXT_LIMIT - 1)) && orders.push("b".to_owned()));
        assert!(!orders.push("c".to_owned()));
        assert_eq!(orders.pop().map(|text| text.len()), Some(TEXT_LIMIT - 1));
        assert!(orders.push("c".to_owned()));
        assert_eq!([orders.pop(), orders.pop()], [Some("b".to_owned()), Some("c".to_owned())]);
        let taken = (0..2000).filter(|_| orders.push(String::new())).count();
        assert_eq!(taken, MOST_TEXTS);
    }

    #[test]
    fn the_first_word_to_stop_counts_and_nothing_follows_it() {
        let mut orders = Orders::default();
        orders.stop(Some("bye".to_owned()));
        orders.stop(None);
        assert_eq!(orders.stopped().and_then(|stop| stop.metadata.as_deref()), Some("bye"));
        assert!(!orders.push("more".to_owned()));
    }
}
