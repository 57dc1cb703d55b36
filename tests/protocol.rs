//! Properties of the wire format, over frames and bytes that nobody chose.

use callstreams::protocol::{Decoder, Digit, Frame, SampleRate};
use proptest::prelude::*;
use uuid::Uuid;

/// A frame that owns what it carries.
#[derive(Clone, Debug)]
enum Owned {
    Hangup,
    Id([u8; 16]),
    Silence(Vec<u8>),
    Dtmf(u8),
    Audio(SampleRate, Vec<u8>),
    Error(u8),
}

impl Owned {
    fn frame(&self) -> Frame<'_> {
        match self {
            Self::Hangup => Frame::Hangup,
            Self::Id(bytes) => Frame::Id(Uuid::from_bytes(*bytes)),
            Self::Silence(pcm) => Frame::Silence(pcm),
            Self::Dtmf(byte) => Frame::Dtmf(Digit::new(*byte).expect("a digit")),
            Self::Audio(rate, pcm) => Frame::Audio { rate: *rate, pcm },
            Self::Error(code) => Frame::Error(*code),
        }
    }
}

fn pcm(samples: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<[u8; 2]>(), samples).prop_map(|samples| samples.concat())
}

fn frame() -> impl Strategy<Value = Owned> {
    let rates: Vec<_> = SampleRate::all().collect();
    prop_oneof![
        Just(Owned::Hangup),
        any::<[u8; 16]>().prop_map(Owned::Id),
        pcm(0..400).prop_map(Owned::Silence),
        prop::sample::select(b"0123456789*#ABCD".to_vec()).prop_map(Owned::Dtmf),
        (prop::sample::select(rates), pcm(1..2000)).prop_map(|(rate, pcm)| Owned::Audio(rate, pcm)),
        any::<u8>().prop_map(Owned::Error),
    ]
}

/// The input in pieces whose lengths repeat `cuts`.
fn pieces<'a>(bytes: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = bytes;
    let mut cuts = cuts.iter().cycle();
    std::iter::from_fn(move || {
        let len = (*cuts.next()?).min(rest.len());
        let (head, tail) = rest.split_at(len);
        rest = tail;
        (!head.is_empty()).then_some(head)
    })
}

proptest! {
    #[test]
    fn any_split_of_what_was_encoded_decodes_to_the_same_frames(
        frames in prop::collection::vec(frame(), 1..20),
        cuts in prop::collection::vec(1usize..700, 1..12),
    ) {
        let mut bytes = Vec::new();
        frames.iter().for_each(|owned| owned.frame().encode(&mut bytes));
        let mut expected = frames.iter();
        let mut decoder = Decoder::new();
        for mut piece in pieces(&bytes, &cuts) {
            while let Some(decoded) = decoder.next(&mut piece) {
                let owned = expected.next().expect("no more frames than were sent");
                prop_assert_eq!(decoded, Ok(owned.frame()));
            }
        }
        prop_assert!(expected.next().is_none());
    }

    #[test]
    fn random_bytes_never_panic_and_are_always_used_up(
        bytes in prop::collection::vec(any::<u8>(), 0..5000),
        cuts in prop::collection::vec(1usize..300, 1..8),
    ) {
        let mut decoder = Decoder::new();
        for mut piece in pieces(&bytes, &cuts) {
            while decoder.next(&mut piece).is_some() {}
            prop_assert!(piece.is_empty());
        }
    }
}
