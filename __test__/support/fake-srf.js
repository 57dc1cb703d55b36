"use strict";

/** An Srf whose calls go the way the test says, step by step. */

const { EventEmitter } = require("node:events");
const { once } = require("./wait");

class FakeDialog extends EventEmitter {
  byes = 0;
  connected = true;

  constructor(local, remote) {
    super();
    this.local = { sdp: local };
    this.remote = { sdp: remote };
  }

  /** As drachtio's: it has no dialog any more that is over, and its listeners go. */
  async destroy() {
    if (!this.connected) {
      throw Object.assign(new Error("unable to find dialog"), { code: "ENODIALOG" });
    }
    this.byes += 1;
    this.connected = false;
    this.onBye?.();
    this.removeAllListeners();
  }

  /** The other side ends it. */
  hangup() {
    this.connected = false;
    this.emit("destroy");
  }
}

/** An INVITE that was sent. */
class FakeInvite {
  cancels = 0;

  constructor(uri, { localSdp, headers }) {
    Object.assign(this, { uri, localSdp, headers });
    this.dialog = new FakeDialog(localSdp, "v=0 of Asterisk");
    this.settled = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
  }

  /** The number of the caller, as Asterisk sees it. */
  get number() {
    return /sip:([^@]+)@/.exec(this.headers.From)[1];
  }

  accept() {
    this.resolve(this.dialog);
  }

  refuse(status, reason) {
    this.reject(Object.assign(new Error(`Sip non-success response: ${status}`), { status, reason }));
  }

  cancel() {
    this.cancels += 1;
  }
}

/** Event: `invite` (FakeInvite). */
class FakeSrf extends EventEmitter {
  /** While false, drachtio has not yet said that the INVITE is out. */
  tellsRequests = true;
  answers = [];

  createUAC(uri, options, { cbRequest } = {}) {
    const invite = new FakeInvite(uri, options);
    invite.tellRequest = () => cbRequest(null, invite);
    if (this.tellsRequests) {
      invite.tellRequest();
    }
    setImmediate(() => this.emit("invite", invite));
    return invite.settled;
  }

  createUAS(req, res, options) {
    return new Promise((resolve, reject) => {
      const dialog = new FakeDialog(options.localSdp, req.body);
      this.answers.push({ options, dialog, accept: () => resolve(dialog), refuse: reject });
      this.emit("answer");
    });
  }

  async nextInvite() {
    const [invite] = await once(this, "invite");
    return invite;
  }
}

module.exports = { FakeSrf };
