"use strict";

/** Forks over TLS: who is believed, and who is not. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const fs = require("node:fs");
const { after, describe, test } = require("node:test");
const sound = require("../examples/sound.js");
const { openCall, soon } = require("./support/call.js");
const { Authority, canMake } = require("./support/certificates.js");
const { openFarEnd } = require("./support/far-end.js");
const { speak } = require("./support/speak.js");

const HOST = "IP:127.0.0.1";

describe("forks over TLS", { skip: canMake() ? false : "there is no openssl" }, () => {
  const authority = new Authority();
  after(() => authority.remove());
  const good = authority.issue("good", HOST);
  const elsewhere = authority.issue("elsewhere", "DNS:elsewhere.example");
  const expired = authority.issue("expired", HOST, { expired: true });
  const client = authority.issue("client", "DNS:client");
  const { ca } = authority;

  async function farEnd(t, { cert, key }, options) {
    const tls = { cert: fs.readFileSync(cert), key: fs.readFileSync(key), ...options };
    return openFarEnd(t, { tls });
  }

  /** Forks a call, and gives the body of its error; undefined if there is none. */
  async function tried(t, url, tls) {
    const { peer, res } = await openCall(t);
    const fork = res.fork(url, { tls, reconnect: false });
    const failed = once(fork, "error").then(([, error]) => error);
    const error = await soon(Promise.race([failed, once(fork, "connect").then(() => null)]), "either");
    if (error === null) {
      await speak(peer, sound.tone(300, 100, 8000));
      const { framesSent } = await soon(fork.stop(), "the fork to stop");
      assert.ok(framesSent > 0);
      return undefined;
    }
    assert.equal(error.code, "ERR_WS_TLS");
    return error.message;
  }

  test("a certificate of the authority that is named is believed", async (t) => {
    const far = await farEnd(t, good);
    assert.equal(await tried(t, far.url, { ca }), undefined);
    assert.ok((await far.next()).pcm().length > 0);
  });

  test("one of an authority that nobody knows is not, unless nobody need be believed", async (t) => {
    const { url } = await farEnd(t, good);
    assert.match(await tried(t, url, {}), /issuer/i);
    assert.equal(await tried(t, url, { ca: "none" }), undefined);
  });

  test("one for another host is not, unless the host does not matter", async (t) => {
    const { url } = await farEnd(t, elsewhere);
    assert.match(await tried(t, url, { ca }), /valid for/i);
    assert.equal(await tried(t, url, { ca, checkHostname: false }), undefined);
  });

  test("one that has expired is not, even where the host does not matter", async (t) => {
    const { url } = await farEnd(t, expired);
    assert.match(await tried(t, url, { ca }), /expired/i);
    assert.match(await tried(t, url, { ca, checkHostname: false }), /expired/i);
  });

  test("a far end that asks for a certificate is shown it", async (t) => {
    const options = { ca: fs.readFileSync(ca), requestCert: true, rejectUnauthorized: true };
    const { url } = await farEnd(t, good, options);
    assert.equal(await tried(t, url, { ca, ...client }), undefined);
    assert.notEqual(await tried(t, url, { ca }), undefined);
  });

  test("a far end without TLS, and an authority without a file, fail the fork alone", async (t) => {
    const plain = await openFarEnd(t);
    assert.notEqual(await tried(t, plain.url.replace("ws:", "wss:"), { ca }), undefined);
    const { url } = await farEnd(t, good);
    assert.match(await tried(t, url, { ca: "/no/such/file.pem" }), /file\.pem/);
  });
});
