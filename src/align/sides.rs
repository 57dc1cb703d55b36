//! Who speaks on a call, and who is listened to.

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The peer: what the app receives.
    Caller,
    /// The app: what the peer receives.
    App,
}

/// Which sides a recording or a fork has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    Caller,
    App,
    /// Stereo: the caller left, the app right.
    Both,
    /// Mono: the sum of both, saturated.
    Mix,
}

impl Sides {
    pub fn has(self, side: Side) -> bool {
        match self {
            Self::Caller => side == Side::Caller,
            Self::App => side == Side::App,
            Self::Both | Self::Mix => true,
        }
    }

    /// The only side, where there is one alone.
    pub fn only(self) -> Option<Side> {
        match self {
            Self::Caller => Some(Side::Caller),
            Self::App => Some(Side::App),
            Self::Both | Self::Mix => None,
        }
    }

    pub fn channels(self) -> u16 {
        if self == Self::Both { 2 } else { 1 }
    }
}
