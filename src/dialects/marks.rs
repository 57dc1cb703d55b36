//! Marks that the far end will tell of.

use std::collections::VecDeque;

use super::event::DialectEvent;
use super::peer::Sink;
use super::refusal::Refusal;

/// Marks that were sent and neither passed nor cleared, in their order.
#[derive(Debug)]
pub(super) struct Marks {
    waiting: VecDeque<u32>,
    most: usize,
    highest: Option<u32>,
}

impl Marks {
    /// No marks yet, and `most` at most at a time.
    pub fn new(most: usize) -> Self {
        Self { waiting: VecDeque::new(), most, highest: None }
    }

    /// Has room for another.
    pub fn check(&self) -> Result<(), Refusal> {
        match self.waiting.len() < self.most {
            true => Ok(()),
            false => Err(Refusal::TooManyMarks { most: self.most }),
        }
    }

    pub fn set(&mut self, mark: u32) {
        self.waiting.push_back(mark);
        self.highest = self.highest.max(Some(mark));
    }

    /// Some mark was set and has no answer.
    pub fn any_wait(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The mark of a name, if it may be one of ours: numbers up to the highest that was set.
    pub fn named(&self, name: &str) -> Option<u32> {
        let mark = name.parse().ok()?;
        (Some(mark) <= self.highest && self.highest.is_some()).then_some(mark)
    }

    /// The far end tells of a mark. One that does not wait, as it was cleared meanwhile, is nothing.
    pub fn handle_answer(&mut self, mark: u32, cleared: bool, said: &mut Sink<'_>) {
        let Some(index) = self.waiting.iter().position(|waiting| *waiting == mark) else { return };
        self.waiting.remove(index);
        said(if cleared {
            DialectEvent::MarkCleared(mark)
        } else {
            DialectEvent::MarkPassed(mark)
        });
    }

    /// Nothing more will be told of those that wait.
    pub fn clear(&mut self, said: &mut Sink<'_>) {
        self.waiting.drain(..).for_each(|mark| said(DialectEvent::MarkCleared(mark)));
    }
}
