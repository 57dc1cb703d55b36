//! What is cut off at the end of a sound.

/// Cuts off what an encoder added at the end, as far as the file is right about where that is.
pub(super) enum Ending {
    /// Its end is where it says.
    Known,
    /// Its tag counts packets, which may be more or fewer than there are. So what it cuts is held
    /// back, and comes after all where it is more than `padding` samples, all that the encoder
    /// added.
    Claimed { padding: usize, held: Vec<f32> },
    /// Nothing is cut.
    Open,
}

impl Ending {
    /// For MPEG frames: `padding` samples were added, if a tag says so.
    pub(super) fn of_frames(padding: Option<u32>) -> Self {
        match padding {
            Some(padding) if padding > 0 => {
                Self::Claimed { padding: padding.min(PADDING_MAX) as usize, held: Vec::new() }
            }
            _ => Self::Open,
        }
    }

    /// Cuts the last `count` samples off a packet, which starts at `start` of `out`.
    pub(super) fn cut(&mut self, count: usize, start: usize, out: &mut Vec<f32>) {
        match self {
            Self::Known => out.truncate(out.len() - count),
            Self::Open => {}
            Self::Claimed { padding, held } => {
                let cut = out.split_off(out.len() - count);
                // Sound after the end: the end was not there.
                let is_false = !held.is_empty() && out.len() > start;
                if is_false || held.len() + cut.len() > *padding {
                    out.splice(start..start, held.drain(..));
                    out.extend(cut);
                    *self = Self::Open;
                } else {
                    held.extend(cut);
                }
            }
        }
    }
}

/// What the tag has room for, in samples.
const PADDING_MAX: u32 = 4_095;

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(ending: &mut Ending, packets: &[(usize, f32)]) -> Vec<f32> {
        let mut out = Vec::new();
        for (count, value) in packets {
            let start = out.len();
            out.extend([*value; 4]);
            ending.cut(*count, start, &mut out);
        }
        out
    }

    #[test]
    fn padding_that_a_tag_claims_is_cut_off() {
        let out = cut(&mut Ending::of_frames(Some(6)), &[(0, 1.0), (2, 2.0), (4, 3.0)]);
        assert_eq!(out, [1.0, 1.0, 1.0, 1.0, 2.0, 2.0]);
    }

    #[test]
    fn a_tag_that_would_cut_more_than_padding_cuts_nothing() {
        let out = cut(&mut Ending::of_frames(Some(5)), &[(2, 1.0), (4, 2.0), (4, 3.0)]);
        assert_eq!(out, [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0]);
        assert_eq!(cut(&mut Ending::of_frames(None), &[(4, 1.0)]).len(), 4);
    }
}
