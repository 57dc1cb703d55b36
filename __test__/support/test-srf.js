"use strict";

/**
 * An Srf without a drachtio server: createUAC, createUAS and their dialogs in the shape of
 * drachtio-srf's, over UDP. What drachtio-srf does in its way, this does in the same: `cbRequest`
 * gets (error, request), `destroy` is emitted for the other side's BYE only.
 */

const { randomUUID } = require("node:crypto");
const { EventEmitter } = require("node:events");
const SipError = require("drachtio-srf/lib/sip_error");
const { SipAgent, newTag } = require("./sip-agent");

class TestSrf extends EventEmitter {
  agent = new SipAgent();
  /** Dialogs that are up, by Call-ID and local tag. */
  dialogs = new Map();
  #invites = new Map();
  #onInvite;

  /** An Srf on a port of its own, until the test ends. */
  static async start(t) {
    const srf = new TestSrf();
    await srf.open();
    t.after(() => srf.agent.close());
    return srf;
  }

  async open() {
    await this.agent.listen();
    this.agent.on("request", (request, reply) => this.#request(request, reply));
    this.agent.on("ack", (request) => this.#dialogOf(request)?.emit("ack", request));
  }

  get address() {
    return `127.0.0.1:${this.agent.port}`;
  }

  invite(handler) {
    this.#onInvite = handler;
  }

  createUAC(uri, { localSdp, headers = {} } = {}, { cbRequest } = {}, callback) {
    const call = { uri, callId: randomUUID(), tag: newTag(), seq: 1 };
    const promise = new Promise((resolve, reject) => {
      const { From, ...others } = headers;
      call.from = `${From ?? `<sip:tests@127.0.0.1:${this.agent.port}>`};tag=${call.tag}`;
      const own = { From: call.from, To: `<${uri}>`, "Call-ID": call.callId, CSeq: "1 INVITE" };
      const invite = {
        method: "INVITE",
        uri,
        headers: { ...own, Contact: this.agent.contact, ...others },
        body: localSdp
      };
      const branch = this.agent.request(invite, (answer) =>
        this.#answered(call, branch, localSdp, answer, resolve, reject)
      );
      const cancel = () =>
        this.agent.request(
          { method: "CANCEL", uri, headers: { ...own, CSeq: "1 CANCEL" }, branch },
          () => {}
        );
      cbRequest?.(null, { cancel });
    });
    return settle(promise, callback);
  }

  createUAS(req, res, { localSdp, headers = {} }, callback) {
    const dialog = new TestDialog(this, {
      callId: req.get("Call-ID"),
      tag: newTag(),
      remoteTag: req.getParsedHeader("from").params.tag,
      from: req.get("To"),
      to: req.get("From"),
      uri: req.getParsedHeader("contact")[0].uri,
      local: localSdp,
      remote: req.body
    });
    res.send(200, {
      headers: { ...headers, To: `${req.get("To")};tag=${dialog.sip.localTag}` },
      body: localSdp
    });
    return settle(Promise.resolve(dialog), callback);
  }

  #answered(call, branch, localSdp, answer, resolve, reject) {
    if (answer.status < 200) {
      return;
    }
    const to = answer.get("To");
    const uri = answer.status < 300 ? answer.getParsedHeader("contact")[0].uri : call.uri;
    const headers = { From: call.from, To: to, "Call-ID": call.callId, CSeq: "1 ACK" };
    // The ACK of a refusal belongs to the INVITE, that of a call stands by itself.
    this.agent.request({ method: "ACK", uri, headers, ...(answer.status >= 300 && { branch }) });
    if (answer.status >= 300) {
      reject(new SipError(answer.status, answer.reason));
      return;
    }
    const { tag: remoteTag } = answer.getParsedHeader("to").params;
    resolve(new TestDialog(this, { ...call, remoteTag, to, uri, local: localSdp, remote: answer.body }));
  }

  #request(request, reply) {
    const dialog = this.#dialogOf(request);
    if (dialog) {
      dialog.handle(request, reply);
    } else if (request.method === "INVITE" && this.#onInvite) {
      const [req, res] = this.#incoming(request, reply);
      this.#onInvite(req, res);
    } else if (request.method === "CANCEL") {
      reply(200);
      this.#invites.get(request.get("Call-ID"))?.();
    } else {
      reply(481);
    }
  }

  #incoming(request, reply) {
    const req = Object.assign(new EventEmitter(), {
      body: request.body,
      get: (name) => request.get(name),
      getParsedHeader: (name) => request.getParsedHeader(name)
    });
    const res = {
      finalResponseSent: false,
      send: (status, { headers, body } = {}) => {
        if (!res.finalResponseSent) {
          res.finalResponseSent = status >= 200;
          reply(status, { Contact: this.agent.contact, ...headers }, body);
        }
      }
    };
    this.#invites.set(request.get("Call-ID"), () => {
      req.canceled = true;
      res.send(487);
      req.emit("cancel");
    });
    return [req, res];
  }

  #dialogOf(request) {
    const { tag } = request.getParsedHeader("to").params;
    return this.dialogs.get(`${request.get("Call-ID")} ${tag}`);
  }
}

class TestDialog extends EventEmitter {
  #srf;
  #call;

  constructor(srf, call) {
    super();
    this.#srf = srf;
    this.#call = { seq: 1, ...call };
    this.connected = true;
    this.sip = { callId: call.callId, localTag: call.tag, remoteTag: call.remoteTag };
    this.local = { sdp: call.local };
    this.remote = { sdp: call.remote };
    srf.dialogs.set(this.#key, this);
  }

  async destroy() {
    if (!this.#forget()) {
      throw Object.assign(new Error("unable to find dialog"), { code: "ENODIALOG" });
    }
    await this.#ask("BYE");
    this.removeAllListeners();
  }

  /** A new offer; resolves to the answer. */
  async modify(sdp) {
    const answer = await this.#ask("INVITE", sdp);
    this.local.sdp = sdp;
    this.remote.sdp = answer.body;
    return answer.body;
  }

  handle(request, reply) {
    if (request.method === "INVITE") {
      this.remote.sdp = request.body;
      reply(200, { Contact: this.#srf.agent.contact }, this.local.sdp);
    } else if (request.method === "BYE") {
      reply(200);
      if (this.#forget()) {
        this.emit("destroy", request);
      }
    } else {
      reply(405);
    }
  }

  get #key() {
    return `${this.#call.callId} ${this.#call.tag}`;
  }

  #forget() {
    this.connected = false;
    return this.#srf.dialogs.delete(this.#key);
  }

  #ask(method, body) {
    const { uri, callId, from, to, tag, remoteTag } = this.#call;
    const seq = (this.#call.seq += 1);
    const headers = { From: tagged(from, tag), To: tagged(to, remoteTag), "Call-ID": callId };
    const { agent } = this.#srf;
    return new Promise((resolve, reject) => {
      const ask = {
        method,
        uri,
        headers: { ...headers, CSeq: `${seq} ${method}`, Contact: agent.contact },
        body
      };
      agent.request(ask, (answer) => {
        if (answer.status < 200) {
          return;
        }
        if (method === "INVITE") {
          agent.request({ method: "ACK", uri, headers: { ...headers, CSeq: `${seq} ACK` } });
        }
        return answer.status < 300 ? resolve(answer) : reject(new SipError(answer.status, answer.reason));
      });
    });
  }
}

function tagged(party, tag) {
  return party.includes(";tag=") ? party : `${party};tag=${tag}`;
}

function settle(promise, callback) {
  if (!callback) {
    return promise;
  }
  promise.then(
    (value) => callback(null, value),
    (error) => callback(error)
  );
}

module.exports = { TestSrf };
