"use strict";

/** Calls over TLS: our server and others', with certificates that are good and that are not. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const https = require("node:https");
const net = require("node:net");
const { after, describe, test } = require("node:test");
const { WebSocketServer } = require("ws");
const { WebSocketAudio } = require("..");
const { Authority, canMake } = require("./support/certificates.js");
const { once } = require("./support/wait.js");
const { HOST, dial, keepCalls, mediaStart, serve, tone } = require("./support/websocket.js");

const HERE = "IP:127.0.0.1,DNS:localhost";

describe("TLS", { skip: canMake() ? false : "there is no openssl" }, () => {
  const authority = new Authority();
  after(() => authority.remove());
  const files = {
    ca: authority.ca,
    good: authority.issue("good", HERE),
    expired: authority.issue("expired", HERE, { expired: true }),
    other: authority.issue("other", "DNS:other.example")
  };

  test("is spoken by a server with cert and key", async (t) => {
    const { url, call } = serve(t, { dialect: "raw", ...pem(files.good) });
    const sender = await dial(t, url, [], { ca: fs.readFileSync(files.ca) });
    const { res, ear } = await call();
    sender.send(tone(16_000));
    await ear.bytes(32_000);
    res.write(tone(320));
    assert.deepEqual(await sender.heard(640), tone(320));
    res.hangup();
    assert.equal((await sender.closed()).code, 1000);
  });

  test("a peer that does not speak it is dropped", async (t) => {
    const { port, dropped } = serve(t, pem(files.good));
    net.connect(port, HOST).on("error", () => {}).end("GET / HTTP/1.1\r\n\r\n");
    await dropped("ERR_WS_TLS");
  });

  test("a certificate or key that is none, or not of each other, throws when the server is made", () => {
    const [good, other] = [pem(files.good), pem(files.other)];
    const unusable = { code: "ERR_WS_TLS" };
    assert.throws(() => new WebSocketAudio({ cert: "none", key: good.key }), unusable);
    assert.throws(() => new WebSocketAudio({ cert: good.cert, key: "none" }), unusable);
    assert.throws(() => new WebSocketAudio({ cert: good.cert, key: other.key }), unusable);
    assert.throws(() => new WebSocketAudio({ cert: good.cert }), { code: "ERR_INVALID_ARG_TYPE" });
    assert.throws(() => new WebSocketAudio({ cert: 5, key: good.key }), { code: "ERR_INVALID_ARG_TYPE" });
  });

  test("calls come over an https server", async (t) => {
    const web = https.createServer(pem(files.good)).listen(0, HOST);
    await once(web, "listening");
    const server = new WebSocketAudio({ dialect: "raw" });
    const { call } = keepCalls(server);
    server.attach(web);
    t.after(async () => {
      await server.close();
      web.close();
    });
    const sender = await dial(t, `wss://${HOST}:${web.address().port}`, [], { ca: fs.readFileSync(files.ca) });
    const { res, ear } = await call();
    sender.send(tone(16_000));
    await ear.bytes(32_000);
    res.write(tone(320));
    assert.deepEqual(await sender.heard(640), tone(320));
  });

  describe("connect", () => {
    /** A far end that plays Asterisk over TLS. */
    async function farEnd(t, files_, options = {}) {
      const web = https.createServer({ ...pem(files_), ...options }).listen(0, HOST);
      await once(web, "listening");
      new WebSocketServer({ server: web }).on("connection", (client) => client.send(mediaStart()));
      t.after(() => {
        web.closeAllConnections();
        web.close();
      });
      return `wss://${HOST}:${web.address().port}/media/1`;
    }

    test("trusts who the CA signed", async (t) => {
      const url = await farEnd(t, files.good);
      const stream = await WebSocketAudio.connect(url, { tls: { ca: files.ca } });
      stream.hangup();
    });

    for (const [what, which, tls] of [
      ["of an unknown CA", "good", {}],
      ["that has expired", "expired", { ca: true }],
      ["of another host", "other", { ca: true }]
    ]) {
      test(`rejects a certificate ${what}`, async (t) => {
        const url = await farEnd(t, files[which]);
        const options = { tls: tls.ca ? { ca: files.ca } : {} };
        await assert.rejects(WebSocketAudio.connect(url, options), { code: "ERR_WS_TLS" });
        (await WebSocketAudio.connect(url, { tls: { ca: "none" } })).hangup();
      });
    }

    test("trusts another host's certificate where that is asked for, and no expired one", async (t) => {
      const tls = { ca: files.ca, checkHostname: false };
      (await WebSocketAudio.connect(await farEnd(t, files.other), { tls })).hangup();
      const expired = WebSocketAudio.connect(await farEnd(t, files.expired), { tls });
      await assert.rejects(expired, { code: "ERR_WS_TLS" });
    });

    test("shows its certificate to who asks for one", async (t) => {
      const url = await farEnd(t, files.good, { ca: fs.readFileSync(files.ca), requestCert: true, rejectUnauthorized: true });
      await assert.rejects(WebSocketAudio.connect(url, { tls: { ca: files.ca } }), { code: "ERR_WS_TLS" });
      (await WebSocketAudio.connect(url, { tls: { ca: files.ca, ...files.good } })).hangup();
    });

    test("says which file is not there", async (t) => {
      const url = await farEnd(t, files.good);
      await assert.rejects(WebSocketAudio.connect(url, { tls: { ca: "/no/such.pem" } }), { code: "ERR_WS_TLS", message: /such\.pem/ });
    });
  });
});

/** The contents of a certificate's files. */
function pem({ cert, key }) {
  return { cert: fs.readFileSync(cert), key: fs.readFileSync(key) };
}
