"use strict";

/**
 * SIP over one UDP port of the loopback, as much as the tests need: requests and their answers. The
 * parser is drachtio's own. Nothing is sent twice but final answers to what comes twice: on the
 * loopback nothing is lost, and whoever never answers is for the tests' time-outs.
 */

const { randomBytes } = require("node:crypto");
const udp = require("node:dgram");
const { EventEmitter, once } = require("node:events");
const SipMessage = require("drachtio-srf/lib/sip-parser/message");

const LOOPBACK = "127.0.0.1";
const REASONS = { 100: "Trying", 200: "OK", 405: "Method Not Allowed", 480: "Temporarily Unavailable" };
REASONS[481] = "Call Leg/Transaction Does Not Exist";
REASONS[487] = "Request Terminated";

/** Events: `request` (message, reply) for each request but ACK, `ack` (message). */
class SipAgent extends EventEmitter {
  #socket = udp.createSocket("udp4");
  #waiting = new Map();
  #answered = new Map();
  /** All that came in, for tests that look at headers. */
  seen = [];

  async listen() {
    this.#socket.bind(0, LOOPBACK);
    await once(this.#socket, "listening");
    this.#socket.on("message", (bytes, from) => this.#take(bytes, from));
    this.port = this.#socket.address().port;
  }

  close() {
    this.#socket.close();
  }

  get contact() {
    return `<sip:tests@${LOOPBACK}:${this.port}>`;
  }

  /**
   * Sends a request; `onResponse(message)` hears every answer. `headers` have at least From, To,
   * Call-ID and CSeq; gives the branch, by which a CANCEL finds it.
   */
  request({ method, uri, target = addressOf(uri), headers, body, branch = newBranch() }, onResponse) {
    if (onResponse) {
      this.#waiting.set(`${branch} ${method}`, onResponse);
    }
    const via = { Via: `SIP/2.0/UDP ${LOOPBACK}:${this.port};branch=${branch};rport`, "Max-Forwards": "70" };
    this.#send(`${method} ${uri} SIP/2.0`, { ...via, ...headers }, body, target);
    return branch;
  }

  #take(bytes, { port, address }) {
    const message = new SipMessage(bytes.toString());
    this.seen.push(message);
    const { branch } = message.getParsedHeader("via")[0].params;
    const { method } = message.getParsedHeader("cseq");
    if (message.type === "response") {
      this.#waiting.get(`${branch} ${method}`)?.(message);
      if (message.status >= 200) {
        this.#waiting.delete(`${branch} ${method}`);
      }
      return;
    }
    if (method === "ACK") {
      this.emit("ack", message);
      return;
    }
    const key = `${branch} ${method}`;
    const repeat = this.#answered.get(key);
    if (repeat) {
      repeat();
      return;
    }
    this.#answered.set(key, () => {});
    this.emit("request", message, (status, headers, body) => {
      const answer = () => this.#reply(message, status, headers, body, { port, address });
      this.#answered.set(key, answer);
      answer();
    });
  }

  #reply(request, status, headers, body, target) {
    const copied = ["Via", "From", "To", "Call-ID", "CSeq"].map((name) => [name, request.get(name)]);
    this.#send(
      `SIP/2.0 ${status} ${REASONS[status] ?? "Reason"}`,
      { ...Object.fromEntries(copied), ...headers },
      body,
      target
    );
  }

  #send(first, headers, body = "", { port, address }) {
    const all = { ...headers, "Content-Length": Buffer.byteLength(body) };
    if (body) {
      all["Content-Type"] = "application/sdp";
    }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.send(`${first}\r\n${lines.join("")}\r\n${body}`, port, address, () => {});
  }
}

function newBranch() {
  return `z9hG4bK${newTag()}`;
}

function newTag() {
  return randomBytes(8).toString("hex");
}

/** Where a URI of the tests leads: to a port of the loopback. */
function addressOf(uri) {
  const { host, port } = SipMessage.parseUri(uri);
  return { address: host, port: Number(port ?? 5060) };
}

module.exports = { SipAgent, newTag };
