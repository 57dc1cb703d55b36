//! What JavaScript is given, in which order, and what is dropped when it does not come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Waker};

use callstreams::error::ErrorCode;
use callstreams::events::{
    AudioLimit, Event, EventQueue, Inbox, Opening, Overflow, Packer, Source, Wake,
};
use callstreams::protocol::SampleRate;

const LIMIT: AudioLimit = AudioLimit { held: 500, queued: 1000 };

#[derive(Clone, Default)]
struct Notifier(Arc<AtomicUsize>);

impl Wake for Notifier {
    fn wake(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl std::task::Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn queue() -> (EventQueue, Notifier) {
    let notifier = Notifier::default();
    (EventQueue::new(Box::new(notifier.clone())), notifier)
}

/// Drains into a slab of `size` bytes: per event its source, its number and its payload.
fn drain_into(queue: &EventQueue, size: usize) -> (Vec<(u32, u8, Vec<u8>)>, bool) {
    let (mut slab, mut words) = (vec![0; size], vec![0; 12 * 64]);
    let mut packer = Packer::new(&mut slab, 0, &mut words);
    let more = queue.drain(&mut packer);
    let events = packer.events();
    let unpack = |words: &[u8]| {
        let word: Vec<u32> = words
            .chunks(4)
            .map(|bytes| u32::from_ne_bytes(bytes.try_into().expect("four bytes")))
            .collect();
        let (at, length) = (word[2] as usize, (word[1] & 0xff_ffff) as usize);
        assert_eq!(at % 8, 0);
        (word[0], (word[1] >> 24) as u8, slab[at..at + length].to_vec())
    };
    (words.chunks(12).take(events).map(unpack).collect(), more)
}

/// The first byte of each frame, or the number of each control event behind a dash.
fn gist(queue: &EventQueue) -> String {
    let (events, more) = drain_into(queue, 65_536);
    assert!(!more);
    let words: Vec<String> = events
        .iter()
        .map(|(_, number, payload)| match *number {
            Event::AUDIO => payload[0].to_string(),
            number => format!("-{number}"),
        })
        .collect();
    words.join(" ")
}

#[test]
fn audio_and_control_events_of_a_call_keep_their_order() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    queue.push_audio(&source, SampleRate::NARROWBAND, &[1; 8], LIMIT);
    queue.push(&source, Event::Dtmf(b'5')).expect("room");
    queue.push_audio(&source, SampleRate::NARROWBAND, &[2; 8], LIMIT);
    queue.push_end(&source);
    assert_eq!(gist(&queue), "1 -4 2 -12");
}

#[test]
fn one_ring_announces_everything_until_the_next_drain() {
    let (queue, notifier) = queue();
    let sources: Vec<_> = (0..5).map(|id| Source::new(id, Inbox::opened())).collect();
    for _ in 0..10 {
        sources
            .iter()
            .for_each(|source| queue.push_audio(source, SampleRate::NARROWBAND, &[1; 8], LIMIT));
    }
    assert_eq!(notifier.0.load(Ordering::SeqCst), 1);
    assert_eq!(drain_into(&queue, 65_536).0.len(), 50);
    queue.push_audio(&sources[0], SampleRate::NARROWBAND, &[1; 8], LIMIT);
    assert_eq!(notifier.0.load(Ordering::SeqCst), 2);
}

#[test]
fn the_oldest_audio_is_dropped_and_counted_and_control_events_never() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    queue.push_audio(&source, SampleRate::NARROWBAND, &[1; 100], LIMIT);
    queue.push(&source, Event::Dtmf(b'1')).expect("room");
    for frame in 2..=20 {
        queue.push_audio(&source, SampleRate::NARROWBAND, &[frame; 100], LIMIT);
        queue.push(&source, Event::Dtmf(b'2')).expect("room");
    }
    let dtmf = ["-4"; 10].join(" ");
    assert_eq!(
        gist(&queue),
        format!("{dtmf} 11 -4 12 -4 13 -4 14 -4 15 -4 16 -4 17 -4 18 -4 19 -4 20 -4")
    );
    assert_eq!(source.stats().dropped_frames, 10);
    assert_eq!(source.stats().dropped_bytes, 1000);
}

#[test]
fn a_shut_inbox_holds_all_that_the_peer_did_until_it_is_opened() {
    let (queue, notifier) = queue();
    let source = Source::new(1, Inbox::default());
    queue.push_audio(&source, SampleRate::NARROWBAND, &[1; 8], LIMIT);
    queue.push(&source, Event::Dtmf(b'1')).expect("room");
    queue.push_audio(&source, SampleRate::NARROWBAND, &[2; 8], LIMIT);
    assert_eq!(notifier.0.load(Ordering::SeqCst), 0);
    queue.push(&source, Event::Drain).expect("room");
    queue.push_end(&source);
    assert_eq!(gist(&queue), "-8 -11");
    queue.open(&source, Opening::Full);
    assert_eq!(gist(&queue), "1 -4 2 -12");
}

#[test]
fn an_inbox_opened_for_control_gives_keys_at_once_and_the_end_behind_the_audio() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::default());
    queue.push_audio(&source, SampleRate::NARROWBAND, &[1; 8], LIMIT);
    queue.push(&source, Event::Dtmf(b'1')).expect("room");
    queue.open(&source, Opening::Control);
    queue.push(&source, Event::Dtmf(b'2')).expect("room");
    assert_eq!(gist(&queue), "-4 -4");
    queue.push_end(&source);
    assert_eq!(gist(&queue), "-11");
    queue.open(&source, Opening::Full);
    assert_eq!(gist(&queue), "1 -12");
}

#[test]
fn keys_that_nobody_listens_to_end_no_call() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::default());
    assert!((0..5000).all(|_| queue.push(&source, Event::Dtmf(b'1')).is_ok()));
}

#[test]
fn a_shut_inbox_holds_the_latest_audio_up_to_its_bound() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::default());
    (1..=8)
        .for_each(|frame| queue.push_audio(&source, SampleRate::NARROWBAND, &[frame; 100], LIMIT));
    queue.open(&source, Opening::Full);
    assert_eq!(gist(&queue), "4 5 6 7 8");
    assert_eq!(source.stats().dropped_frames, 3);
}

#[test]
fn a_shut_inbox_says_at_once_that_the_call_is_over() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::default());
    queue.push_end(&source);
    assert_eq!(gist(&queue), "-11");
    queue.open(&source, Opening::Full);
    assert_eq!(gist(&queue), "-12");
}

#[test]
fn audio_that_is_converted_keeps_its_place_among_the_control_events() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    let rates = [SampleRate::NARROWBAND, SampleRate::from_kind(0x12).expect("a rate")];
    for frame in 1..=4 {
        queue.push(&source, Event::Dtmf(b'0' + frame)).expect("room");
        queue.push_audio(&source, rates[usize::from(frame % 2)], &[frame; 100], LIMIT);
    }
    queue.push_end(&source);
    let mut heard = Vec::new();
    queue.convert(&source, |rate, pcm, out| {
        heard.push(rate);
        // One becomes nothing, one more than an event can carry.
        out.extend(pcm.repeat([0, 1, 2000, 1][heard.len() - 1]));
        rates[0]
    });
    assert_eq!(heard, [rates[1], rates[0], rates[1], rates[0]]);
    let mut gists = Vec::new();
    loop {
        let (events, more) = drain_into(&queue, 65_536);
        gists.extend(events.iter().map(|(_, number, pcm)| (*number, pcm.len())));
        if !more {
            break;
        }
    }
    let dtmf = (4, 1);
    let audio = [(0, 100), (0, 65_534), (0, 65_534), (0, 65_534), (0, 3_398), (0, 100)];
    let [second, long @ .., last] = audio;
    assert_eq!(gists, [&[dtmf, dtmf, second, dtmf], &long[..], &[dtmf, last, (12, 0)]].concat());
}

#[test]
fn a_frame_that_is_more_than_an_event_carries_comes_in_pieces() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    let limit = AudioLimit { held: 1_000_000, queued: 1_000_000 };
    let frame: Vec<u8> = (0..200_000u32).map(|index| index as u8).collect();
    queue.push_audio(&source, SampleRate::NARROWBAND, &frame, limit);
    let mut heard = Vec::new();
    loop {
        let (events, more) = drain_into(&queue, 65_536);
        assert_eq!(events.len(), 1);
        heard.extend(events.iter().flat_map(|(_, _, pcm)| pcm.clone()));
        if !more {
            break;
        }
    }
    assert!(heard == frame);
}

#[test]
fn what_finds_no_room_in_the_slab_comes_with_the_next_drain() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    (1..=5)
        .for_each(|frame| queue.push_audio(&source, SampleRate::NARROWBAND, &[frame; 100], LIMIT));
    let (first, more) = drain_into(&queue, 250);
    assert!(more);
    assert_eq!(first.len(), 2);
    assert_eq!(gist(&queue), "3 4 5");
}

#[test]
fn a_reader_goes_on_when_all_that_came_before_was_taken() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let context = &mut Context::from_waker(&waker);
    assert!(source.poll_drained(context).is_ready());
    queue.push_audio(&source, SampleRate::NARROWBAND, &[0; 320], LIMIT);
    assert!(source.poll_drained(context).is_pending());
    drain_into(&queue, 65_536);
    assert!(woken.0.load(Ordering::SeqCst));
    assert!(source.poll_drained(context).is_ready());
}

#[test]
fn a_flood_of_control_events_is_refused_but_the_end_is_not() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    let results: Vec<_> = (0..1100).map(|_| queue.push(&source, Event::Dtmf(b'1'))).collect();
    assert_eq!(results.iter().filter(|result| **result == Err(Overflow)).count(), 76);
    let lost = Event::Error { errno: 0, code: ErrorCode::EventOverflow, message: String::new() };
    queue.push(&source, lost).expect("room for the reason");
    queue.push_end(&source);
    let mut numbers = Vec::new();
    loop {
        let (events, more) = drain_into(&queue, 65_536);
        numbers.extend(events.iter().map(|(_, number, _)| *number));
        if !more {
            break;
        }
    }
    assert_eq!(numbers.len(), 1024 + 2);
    assert_eq!(numbers.last(), Some(&Event::End.number()));
}

/// What was said by message, put together from its pieces, until nothing is left.
fn messages(queue: &EventQueue, size: usize) -> Vec<String> {
    let (mut whole, mut piece) = (Vec::new(), Vec::new());
    loop {
        let (events, more) = drain_into(queue, size);
        for (_, number, payload) in events {
            piece.extend(payload);
            if number != Event::PIECE {
                whole.push(String::from_utf8(std::mem::take(&mut piece)).expect("UTF-8"));
            }
        }
        if !more {
            return whole;
        }
    }
}

#[test]
fn an_event_that_is_longer_than_the_slab_goes_in_pieces() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    let long = "ä".repeat(100_000);
    let said = ["short".to_owned(), long, "x".repeat(32 * 1024), "last".to_owned()];
    for text in &said {
        queue.push(&source, Event::Message(text.clone())).expect("room");
    }
    assert_eq!(messages(&queue, 65_536), said);
}

#[test]
fn nothing_comes_between_the_pieces_of_an_event() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    let long = "x".repeat(100_000);
    queue.push(&source, Event::Message(long.clone())).expect("room");
    let (events, more) = drain_into(&queue, 65_536);
    assert!(more && events.iter().all(|(_, number, _)| *number == Event::PIECE));
    // An urgent event: it would go first.
    queue.push(&source, Event::Drain).expect("room");
    let (rest, _) = drain_into(&queue, 65_536);
    let numbers: Vec<u8> = rest.iter().map(|(_, number, _)| *number).collect();
    assert_eq!(numbers.last(), Some(&Event::Drain.number()));
    assert_eq!(numbers.iter().rev().nth(1), Some(&Event::Message(String::new()).number()));
}

#[test]
fn text_that_waits_has_a_bound_which_one_message_alone_may_pass() {
    const MIB: usize = 1024 * 1024;
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::opened());
    queue.push(&source, Event::Message("x".repeat(20 * MIB))).expect("alone");
    assert_eq!(queue.push(&source, Event::Message("more".to_owned())), Err(Overflow));
    assert_eq!(messages(&queue, 65_536).len(), 1);
    let results = (0..20).map(|_| queue.push(&source, Event::Message("x".repeat(MIB))));
    assert_eq!(results.filter(Result::is_ok).count(), 16);
    assert_eq!(messages(&queue, 65_536).len(), 16);
}

#[test]
fn while_nobody_listens_the_oldest_text_makes_room() {
    let (queue, _) = queue();
    let source = Source::new(1, Inbox::default());
    for count in 0..20 {
        let text = format!("{count} {}", "x".repeat(1024 * 1024));
        queue.push(&source, Event::Message(text)).expect("room");
    }
    queue.open(&source, Opening::Full);
    let kept = messages(&queue, 65_536);
    assert_eq!(kept.len(), 15);
    assert!(kept[0].starts_with("5 "));
}
