"use strict";

/** The little that callstreams/mrf knows of SDP. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { inactiveSdp, withCodecs } = require("../lib/mrf/sdp.js");

const lines = (...all) => all.map((line) => `${line}\r\n`).join("");
const HEAD = ["v=0", "o=- 1 1 IN IP4 10.0.0.1", "s=-", "t=0 0"];
const AUDIO = [
  "m=audio 4000 RTP/AVP 0 18 111 101 102",
  "a=rtpmap:0 PCMU/8000",
  "a=fmtp:18 annexb=no",
  "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 useinbandfec=1",
  "a=rtcp-fb:111 transport-cc",
  "a=rtpmap:101 telephone-event/8000",
  "a=rtpmap:102 telephone-event/48000",
  "a=sendrecv"
];

test("codecs are chosen by name, in the order that is wanted, and digits go along", () => {
  assert.equal(
    withCodecs(lines(...HEAD, ...AUDIO), ["OPUS", "G729", "opus", "speex"]),
    lines(
      ...HEAD,
      "m=audio 4000 RTP/AVP 111 18 101 102",
      "a=fmtp:18 annexb=no",
      "a=rtpmap:111 opus/48000/2",
      "a=fmtp:111 useinbandfec=1",
      "a=rtcp-fb:111 transport-cc",
      "a=rtpmap:101 telephone-event/8000",
      "a=rtpmap:102 telephone-event/48000",
      "a=sendrecv"
    )
  );
});

test("what is no audio stays as it is", () => {
  const video = ["m=video 5000 RTP/AVP 96", "a=rtpmap:96 H264/90000"];
  const chosen = withCodecs(lines(...HEAD, ...AUDIO, ...video), ["PCMU"]);
  assert.ok(chosen.endsWith(lines(...video)));
  assert.match(chosen, /^m=audio 4000 RTP\/AVP 0 101 102\r$/m);
});

test("an SDP with none of the codecs is refused, and digits alone are none", () => {
  assert.throws(() => withCodecs(lines(...HEAD, ...AUDIO), ["GSM"]), { code: "ERR_MRF_CODECS" });
  assert.throws(() => withCodecs(lines(...HEAD, ...AUDIO), ["telephone-event"]), { code: "ERR_MRF_CODECS" });
});

test("lines may end without a carriage return", () => {
  const chosen = withCodecs("v=0\nm=audio 1 RTP/AVP 0 8\na=sendrecv\n", ["PCMA"]);
  assert.equal(chosen, "v=0\nm=audio 1 RTP/AVP 8\na=sendrecv\n");
});

test("the inactive offer names codecs that Asterisk has, and no address", () => {
  const sdp = inactiveSdp();
  assert.match(sdp, /^v=0\r\no=- \d+ \d+ IN IP4 0\.0\.0\.0\r\n/);
  assert.equal(withCodecs(sdp, ["PCMU", "PCMA", "G722", "opus"]), sdp);
});
