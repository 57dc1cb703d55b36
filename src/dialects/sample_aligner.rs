//! SampleAligner samples of messages that end within one.

use super::event::DialectEvent;
use super::peer::Sink;

/// Carries what a message has of a sample over to the next message.
#[derive(Debug)]
pub(super) struct SampleAligner {
    /// Bytes of one sample of all channels.
    block: usize,
    carried: Vec<u8>,
    joined: Vec<u8>,
}

impl SampleAligner {
    pub fn new(block: usize) -> Self {
        Self { block: block.max(1), carried: Vec::new(), joined: Vec::new() }
    }

    /// Tells the whole samples that there are with these bytes, if there are any.
    pub fn hear(&mut self, bytes: &[u8], said: &mut Sink<'_>) {
        let pcm = self.take(bytes);
        if !pcm.is_empty() {
            said(DialectEvent::Audio(pcm));
        }
    }

    /// The whole samples that there are with these bytes.
    pub fn take<'a>(&'a mut self, bytes: &'a [u8]) -> &'a [u8] {
        let joined = if self.carried.is_empty() {
            bytes
        } else {
            self.joined.clear();
            self.joined.append(&mut self.carried);
            self.joined.extend_from_slice(bytes);
            &self.joined
        };
        let (whole, rest) = joined.split_at(joined.len() / self.block * self.block);
        self.carried.extend_from_slice(rest);
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_sample_waits_for_its_other_half() {
        let mut whole = SampleAligner::new(2);
        assert_eq!(whole.take(&[1, 2, 3]), [1, 2]);
        assert!(whole.take(&[]).is_empty());
        assert_eq!(whole.take(&[4]), [3, 4]);
        assert_eq!(whole.take(&[5, 6]), [5, 6]);
    }

    #[test]
    fn a_sample_of_two_channels_is_kept_together() {
        let mut whole = SampleAligner::new(4);
        assert!(whole.take(&[1]).is_empty());
        assert!(whole.take(&[2, 3]).is_empty());
        assert_eq!(whole.take(&[4, 5, 6, 7, 8, 9]), [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
