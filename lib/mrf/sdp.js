"use strict";

/** The little that is to be known of SDP: an offer that sends nothing yet, and a choice of codecs. */

const { mrfError } = require("./errors.js");

/** Payload types that need no rtpmap (RFC 3551), as far as Asterisk knows them. */
const STATIC_TYPES = { 0: "pcmu", 3: "gsm", 4: "g723", 8: "pcma", 9: "g722", 18: "g729" };
/** Digits go along with any codec. */
const EVENTS = "telephone-event";
const DISCARD_PORT = 9;

/** An offer without an address of its own: audio is inactive until the dialog is modified. */
function inactiveSdp() {
  const id = Math.floor(Date.now() / 1000);
  return [
    "v=0",
    `o=- ${id} ${id} IN IP4 0.0.0.0`,
    "s=callstreams",
    "c=IN IP4 0.0.0.0",
    "t=0 0",
    `m=audio ${DISCARD_PORT} RTP/AVP 0 8 9 96 101`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:96 opus/48000/2",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-16",
    "a=inactive",
    ""
  ].join("\r\n");
}

/**
 * The SDP with these codecs for audio only, in this order of preference, by their names (`PCMU`,
 * `opus`, …); throws where it has none of them.
 */
function withCodecs(sdp, codecs) {
  const sections = sdp.split(/^(?=m=)/m);
  return sections
    .map((section) => (section.startsWith("m=audio") ? chosen(section, codecs) : section))
    .join("");
}

function chosen(section, codecs) {
  const [, media, types] = /^(m=audio \S+ \S+) ([^\r\n]*)/.exec(section) ?? [];
  if (types === undefined) {
    return section;
  }
  const names = namesOf(section);
  const offered = types.trim().split(/\s+/);
  const named = (name) => offered.filter((type) => names[type] === name.toLowerCase());
  const wanted = [...new Set(codecs.flatMap(named))].filter((type) => names[type] !== EVENTS);
  if (wanted.length === 0) {
    throw mrfError("ERR_MRF_CODECS");
  }
  const kept = [...wanted, ...named(EVENTS)];
  return section
    .split(/(?<=\n)/)
    .filter((line) => isOf(line, kept))
    .join("")
    .replace(/^m=audio [^\r\n]*/, `${media} ${kept.join(" ")}`);
}

function namesOf(section) {
  const names = { ...STATIC_TYPES };
  for (const [, type, name] of section.matchAll(/^a=rtpmap:(\d+) ([^/\r\n]+)/gm)) {
    names[type] = name.toLowerCase();
  }
  return names;
}

/** Whether a line is about one of these payload types, or about none at all. */
function isOf(line, types) {
  const [, type] = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)/.exec(line) ?? [];
  return type === undefined || types.includes(type);
}

module.exports = { inactiveSdp, withCodecs };
