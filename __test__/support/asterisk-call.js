"use strict";

/**
 * A call without a telephone: a Local channel has two ends, and each runs its own list of dialplan
 * applications. By convention the near end is the one that reaches callstreams, and the far end is
 * the caller: it plays, sends digits, and records what comes back.
 */

const { randomUUID } = require("node:crypto");

class Call {
  #ari;

  /**
   * @param {object} ends
   * @param {string[]} ends.near applications, as in `["AudioSocket(…)", "UserEvent(WentOn)"]`
   * @param {string[]} ends.far
   * @param {string} [ends.format] of the channel between the two, `slin` or `slin16`
   */
  static async place(ari, { near, far, format = "slin" }) {
    const target = { context: "near", extension: "s", priority: 1 };
    return Call.#originate(ari, {
      target,
      format,
      variables: { ...steps("NEAR", near), ...steps("FAR", far) }
    });
  }

  /** The near end is handed to ARI instead of the dialplan. */
  static async placeIntoStasis(ari, { far, format = "slin" }) {
    const call = await Call.#originate(ari, {
      target: { app: ari.app },
      format,
      variables: steps("FAR", far)
    });
    await ari.channelEvent("StasisStart", call.nearId);
    return call;
  }

  static async #originate(ari, { target, format, variables }) {
    const call = new Call(ari);
    await ari.request("POST", "/channels", {
      ...target,
      // /n: without it Asterisk joins what is behind the two ends and takes the Local away.
      endpoint: "Local/s@far/n",
      channelId: call.nearId,
      otherChannelId: call.farId,
      formats: format,
      variables
    });
    return call;
  }

  constructor(ari) {
    this.#ari = ari;
    this.id = randomUUID();
  }

  get nearId() {
    return `${this.id}-near`;
  }

  get farId() {
    return `${this.id}-far`;
  }

  /** A step `UserEvent(name)` of either end has been run; rejects when the call ends without it. */
  async reached(name) {
    const ids = [this.nearId, this.farId];
    const passed = (e) =>
      e.type === "ChannelUserevent" && e.eventname === name && ids.includes(e.channel?.id);
    const over = (e) => e.type === "ChannelDestroyed" && e.channel.id === this.farId;
    const event = await this.#ari.event(
      (e) => passed(e) || over(e),
      `the dialplan reached ${name}`
    );
    if (over(event)) {
      throw new Error(`the call ended before its dialplan reached ${name}`);
    }
  }

  /** From the near end to the far one, behind whatever sound has gone there before. */
  sendDigit(dtmf) {
    return this.#ari.request("POST", `/channels/${this.nearId}/dtmf`, { dtmf });
  }

  /** The call is over, on both ends. */
  async ended() {
    await this.#ari.channelEvent("ChannelDestroyed", this.nearId);
    await this.#ari.channelEvent("ChannelDestroyed", this.farId);
  }

  /** The caller hangs up. */
  hangup() {
    return this.#ari.request("DELETE", `/channels/${this.farId}`);
  }
}

function steps(end, applications) {
  const numbered = applications.map((application, i) => [`${end}_${i + 1}`, application]);
  return Object.fromEntries([[`${end}_STEPS`, String(applications.length)], ...numbered]);
}

module.exports = { Call };
