//! The agreement on permessage-deflate (RFC 7692, section 7.1): what one side offers in
//! `Sec-WebSocket-Extensions`, and what the other may answer.
//!
//! A window of 8 bits is agreed to, but nothing is packed then: zlib has no such window, and every
//! message may go plain.

/// What was agreed on for permessage-deflate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) struct Deflate {
    /// What we pack with. None: what we send goes plain.
    pub(super) window_bits: Option<u8>,
    /// We begin each message anew.
    pub(super) forgets: bool,
    /// The peer begins each message anew.
    pub(super) peer_forgets: bool,
}

/// What a client offers, as the header's value.
pub(super) const OFFER: &str = "permessage-deflate; client_max_window_bits";

/// The parameters of one offer or answer.
#[derive(Default)]
struct Terms {
    server_forgets: bool,
    client_forgets: bool,
    server_bits: Option<u8>,
    /// Outer: named at all. Inner: its value.
    client_bits: Option<Option<u8>>,
}

/// A server's answer to the offers in `header`: the first that can be met. None: no deflate, and
/// no header in the reply.
pub(super) fn agree(header: &str) -> Option<(Deflate, String)> {
    let terms = split(header, ',').find_map(|offer| Terms::parse(offer).ok().flatten())?;
    let mut answer = String::from("permessage-deflate");
    if terms.server_forgets {
        answer.push_str("; server_no_context_takeover");
    }
    if terms.client_forgets {
        answer.push_str("; client_no_context_takeover");
    }
    if let Some(bits) = terms.server_bits {
        answer.push_str(&format!("; server_max_window_bits={bits}"));
    }
    let deflate = Deflate {
        window_bits: packable(terms.server_bits),
        forgets: terms.server_forgets,
        peer_forgets: terms.client_forgets,
    };
    Some((deflate, answer))
}

/// What a server's answer to [`OFFER`] means. Fails if it is none.
pub(super) fn accept(header: &str) -> Result<Option<Deflate>, &'static str> {
    let mut agreed = None;
    for answer in split(header, ',') {
        let terms = Terms::parse(answer).map_err(|()| "bad parameters of permessage-deflate")?;
        let terms = terms.ok_or("an extension that was not offered")?;
        if agreed.is_some() || terms.client_bits == Some(None) {
            return Err("bad answer to permessage-deflate");
        }
        agreed = Some(Deflate {
            window_bits: packable(terms.client_bits.flatten()),
            forgets: terms.client_forgets,
            peer_forgets: terms.server_forgets,
        });
    }
    Ok(agreed)
}

impl Terms {
    /// `Ok(None)` if it is another extension.
    fn parse(text: &str) -> Result<Option<Self>, ()> {
        let mut parts = split(text, ';');
        if !parts.next().is_some_and(|name| name.eq_ignore_ascii_case("permessage-deflate")) {
            return Ok(None);
        }
        let mut terms = Self::default();
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
                None => (part, None),
            };
            terms.set(&name.to_ascii_lowercase(), value)?;
        }
        Ok(Some(terms))
    }

    fn set(&mut self, name: &str, value: Option<&str>) -> Result<(), ()> {
        let is_new = match (name, value) {
            ("server_no_context_takeover", None) => {
                !std::mem::replace(&mut self.server_forgets, true)
            }
            ("client_no_context_takeover", None) => {
                !std::mem::replace(&mut self.client_forgets, true)
            }
            ("server_max_window_bits", Some(value)) => {
                self.server_bits.replace(bits(value)?).is_none()
            }
            ("client_max_window_bits", value) => {
                self.client_bits.replace(value.map(bits).transpose()?).is_none()
            }
            _ => false,
        };
        if is_new { Ok(()) } else { Err(()) }
    }
}

fn bits(value: &str) -> Result<u8, ()> {
    match value {
        "8" => Ok(8),
        "9" => Ok(9),
        "10" => Ok(10),
        "11" => Ok(11),
        "12" => Ok(12),
        "13" => Ok(13),
        "14" => Ok(14),
        "15" => Ok(15),
        _ => Err(()),
    }
}

fn packable(bits: Option<u8>) -> Option<u8> {
    bits.map_or(Some(15), |bits| (bits >= 9).then_some(bits))
}

fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    text.split(separator).map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Deflate = Deflate { window_bits: Some(15), forgets: false, peer_forgets: false };

    fn answer(offer: &str) -> Option<String> {
        agree(offer).map(|(_, answer)| answer)
    }

    #[test]
    fn a_server_takes_the_first_offer_that_it_can_meet() {
        let plain = Some("permessage-deflate".to_owned());
        assert_eq!(answer(OFFER), plain);
        assert_eq!(answer("x-webkit-deflate-frame, Permessage-Deflate"), plain);
        assert_eq!(answer("permessage-deflate; client_max_window_bits=10"), plain);
        assert_eq!(answer("permessage-deflate; oh=no, permessage-deflate"), plain);
        let takeover = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        assert_eq!(answer(takeover).as_deref(), Some(takeover));
        assert_eq!(
            answer("permessage-deflate;server_max_window_bits=\"10\"").as_deref(),
            Some("permessage-deflate; server_max_window_bits=10")
        );
    }

    #[test]
    fn a_server_declines_offers_that_are_wrong() {
        for offer in [
            "",
            "foo",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=010",
            "permessage-deflate; client_max_window_bits=x",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        ] {
            assert_eq!(answer(offer), None, "{offer}");
        }
    }

    #[test]
    fn a_client_keeps_to_what_the_server_answered() {
        assert_eq!(accept(""), Ok(None));
        assert_eq!(accept("permessage-deflate"), Ok(Some(PLAIN)));
        let narrow = "permessage-deflate; client_max_window_bits=9; client_no_context_takeover";
        let agreed = Deflate { window_bits: Some(9), forgets: true, peer_forgets: false };
        assert_eq!(accept(narrow), Ok(Some(agreed)));
        let forgetful = "permessage-deflate; server_no_context_takeover; server_max_window_bits=8";
        assert_eq!(accept(forgetful), Ok(Some(Deflate { peer_forgets: true, ..PLAIN })));
        let tiny = accept("permessage-deflate; client_max_window_bits=8");
        assert_eq!(tiny, Ok(Some(Deflate { window_bits: None, ..PLAIN })));
    }

    #[test]
    fn a_client_refuses_answers_to_what_it_did_not_ask() {
        for answer in [
            "foo",
            "permessage-deflate, permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; foo",
        ] {
            assert!(accept(answer).is_err(), "{answer}");
        }
    }
}
