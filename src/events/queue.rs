//! One queue for all calls of an environment, and its doorbell.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use atomic_waker::AtomicWaker;

use super::Event;
use super::inbox::{AudioLimit, Inbox, InboxStats, Opening, Overflow};
use super::packed::Packer;
use crate::protocol::SampleRate;
use crate::sync::lock;

/// The doorbell: tells JavaScript's thread that there is something to drain.
pub trait Wake: Send + Sync {
    fn wake(&self);
}

/// Which sources have news, each listed once.
pub struct EventQueue {
    ready: Mutex<VecDeque<Arc<Source>>>,
    rung: AtomicBool,
    /// Whose readers hear of it once all is drained: to go on with each at once would cost a switch
    /// of threads each.
    drained: Mutex<Vec<Arc<Source>>>,
    doorbell: Box<dyn Wake>,
}

/// A call or a server, as JavaScript knows it: a number and what it has to say.
#[derive(Debug)]
pub struct Source {
    pub id: u32,
    inbox: Mutex<Inbox>,
    /// Who waits until JavaScript has taken what there is.
    reader: AtomicWaker,
    /// Somebody does.
    waits: AtomicBool,
}

impl Source {
    pub fn new(id: u32, inbox: Inbox) -> Arc<Self> {
        Arc::new(Self {
            id,
            inbox: Mutex::new(inbox),
            reader: AtomicWaker::new(),
            waits: AtomicBool::new(false),
        })
    }

    pub fn stats(&self) -> InboxStats {
        lock(&self.inbox).stats
    }

    /// Ready when nothing waits to be drained.
    pub fn poll_drained(&self, context: &mut Context<'_>) -> Poll<()> {
        self.reader.register(context.waker());
        self.waits.store(true, Ordering::SeqCst);
        if lock(&self.inbox).listed { Poll::Pending } else { Poll::Ready(()) }
    }
}

impl EventQueue {
    pub fn new(doorbell: Box<dyn Wake>) -> Self {
        Self {
            ready: Mutex::default(),
            rung: AtomicBool::new(false),
            drained: Mutex::default(),
            doorbell,
        }
    }

    /// Adds a frame to what `source` has to say.
    pub fn push_audio(
        &self,
        source: &Arc<Source>,
        rate: SampleRate,
        pcm: &[u8],
        limit: AudioLimit,
    ) {
        self.update(source, |inbox| inbox.push_audio(rate, pcm, limit));
    }

    /// Passes the audio that `source` has to say through `convert`: see [`Inbox::convert`].
    pub fn convert(
        &self,
        source: &Arc<Source>,
        convert: impl FnMut(SampleRate, &[u8], &mut Vec<u8>) -> SampleRate,
    ) {
        self.update(source, |inbox| inbox.convert(convert));
    }

    /// Adds a control event to what `source` has to say.
    pub fn push(&self, source: &Arc<Source>, event: Event) -> Result<(), Overflow> {
        self.update(source, |inbox| inbox.push_control(event))
    }

    /// Ends what `source` has to say. JavaScript is told at once if that is held back.
    pub fn push_end(&self, source: &Arc<Source>) {
        self.update(source, |inbox| {
            // The last event is always taken, and makes room for the hint before it.
            let _ = inbox.push_control(Event::End);
            if inbox.holds_back() {
                let _ = inbox.push_control(Event::Ending);
            }
        });
    }

    /// Someone listens to `source` now.
    pub fn open(&self, source: &Arc<Source>, opening: Opening) {
        self.update(source, |inbox| inbox.open(opening));
    }

    /// Delivers what there is, as far as there is room. True if something was left.
    pub fn drain(&self, packer: &mut Packer<'_>) -> bool {
        self.rung.store(false, Ordering::SeqCst);
        let left = self.deliver_ready(packer);
        if !left {
            for source in std::mem::take(&mut *lock(&self.drained)) {
                source.reader.wake();
            }
        }
        left
    }

    /// True if something was left.
    fn deliver_ready(&self, packer: &mut Packer<'_>) -> bool {
        while let Some(source) = self.next_ready() {
            let mut inbox = lock(&source.inbox);
            if !inbox.deliver(source.id, packer) {
                lock(&self.ready).push_front(Arc::clone(&source));
                return true;
            }
            inbox.listed = false;
            drop(inbox);
            if source.waits.swap(false, Ordering::SeqCst) {
                lock(&self.drained).push(source);
            }
        }
        false
    }

    fn next_ready(&self) -> Option<Arc<Source>> {
        lock(&self.ready).pop_front()
    }

    fn update<T>(&self, source: &Arc<Source>, change: impl FnOnce(&mut Inbox) -> T) -> T {
        let mut inbox = lock(&source.inbox);
        let result = change(&mut inbox);
        if inbox.has_news() && !inbox.listed {
            inbox.listed = true;
            lock(&self.ready).push_back(Arc::clone(source));
            drop(inbox);
            self.ring();
        }
        result
    }

    fn ring(&self) {
        if !self.rung.swap(true, Ordering::SeqCst) {
            self.doorbell.wake();
        }
    }
}
