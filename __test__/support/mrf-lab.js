"use strict";

/** A media server of an Asterisk that is played: ARI by AriServer, SIP by FakeSrf. */

const Mrf = require("../../mrf.js");
const { AriServer, PASSWORD, USER } = require("./ari-server");
const { FakeSrf } = require("./fake-srf");
const { eventually } = require("./wait");

class MrfLab {
  static async start(t, options = {}) {
    const lab = new MrfLab();
    lab.server = await AriServer.start(t);
    lab.server.answer = (asked) => lab.#answer(asked);
    lab.srf = new FakeSrf();
    lab.log = [];
    const tell = (text) => lab.log.push(text);
    lab.mrf = new Mrf(lab.srf, { logger: { info: tell, error: tell } });
    lab.ms = await lab.mrf.connect({ ...lab.where, ...options });
    t.after(() => lab.ms.ari.stop());
    return lab;
  }

  /** Channels that Asterisk says it has. */
  channels = new Map();
  /** What `/channels/ID/answer` gives; by default the channel is answered. */
  onAnswer = () => [204];

  get where() {
    const { port } = this.server;
    return {
      ari: { address: "127.0.0.1", port, username: USER, password: PASSWORD },
      sip: { address: "10.0.0.1", port: 5070 }
    };
  }

  /** The INVITE's channel enters the application. */
  enter(id, number, more = {}) {
    const channel = {
      id,
      name: `PJSIP/drachtio-${id}`,
      caller: { number },
      dialplan: { exten: this.ms.id },
      ...more
    };
    this.channels.set(id, channel);
    this.server.say({ type: "StasisStart", application: this.ms.id, args: [], channel });
  }

  /** The channel ends, and Asterisk says so. */
  leave(id) {
    const channel = this.channels.get(id);
    this.channels.delete(id);
    this.server.say({ type: "StasisEnd", application: this.ms.id, channel });
  }

  /** An endpoint whose BYE ends its channel, as with Asterisk. */
  async endpoint(id) {
    const made = this.ms.createEndpoint();
    const invite = await this.srf.nextInvite();
    invite.dialog.onBye = () => this.channels.has(id) && this.leave(id);
    this.enter(id, invite.number);
    invite.accept();
    return made;
  }

  /** `METHOD path` of all requests. */
  get asked() {
    return this.server.requests.map(([method, path]) => `${method} ${path}`);
  }

  /** Resolves when ARI has been asked that. */
  hasAsked(request) {
    return eventually(() => this.asked.includes(request), undefined, `${request} after ${this.asked}`);
  }

  /** What the application is subscribed to besides, as ARI has it. */
  subscriptions = {};

  #answer({ method, path, query }) {
    if (path === "/channels") {
      return [200, [...this.channels.values()]];
    }
    if (path.startsWith("/applications/")) {
      return this.#application(method, query);
    }
    const [, id, verb] = /^\/channels\/([^/]+)(?:\/(\w+))?$/.exec(path);
    if (method === "DELETE" && this.channels.has(id)) {
      setImmediate(() => this.channels.has(id) && this.leave(id));
    }
    return verb === "answer" ? this.onAnswer(id) : [this.channels.has(id) ? 204 : 404];
  }

  #application(method, { eventSource }) {
    if (method === "DELETE") {
      this.unsubscribed = eventSource;
      return [200, {}];
    }
    const inside = [...this.channels.values()].filter((channel) => channel.dialplan.app_data === this.ms.id);
    return [200, { name: this.ms.id, channel_ids: inside.map(({ id }) => id), ...this.subscriptions }];
  }
}

module.exports = { MrfLab };
