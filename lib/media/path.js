"use strict";

/**
 * What carries a channel's audio within Asterisk. Nobody but us knows of these channels and bridges,
 * whose ids are chosen here, so that they can be removed even where the answer to their making is lost.
 *
 *   channel ── bridge ── media channel            both ways, of a channel that is free to be bridged
 *   channel ~~ snoop ── bridge ── media channel   of one that is not, or for one direction alone
 */

const { randomUUID } = require("node:crypto");
const { setTimeout } = require("node:timers/promises");
const { OwnChannel } = require("./own-channel.js");

const NOT_FOUND = 404;
/** How long Asterisk may take to let go of a snoop, where it can. */
const RELEASE_MS = 60;
/** What a snoop hears and says. */
const SNOOPS = {
  both: { spy: "in", whisper: "out" },
  in: { spy: "in", whisper: "none" },
  out: { spy: "out", whisper: "none" }
};

class Path {
  media;
  /** Null where the channel itself is in the bridge. */
  snoop = null;
  bridgeId = randomUUID();
  #hub;
  #channelId;
  #direction;

  constructor(hub, channelId, { direction, isFree }) {
    this.#hub = hub;
    this.#channelId = channelId;
    this.#direction = direction;
    this.media = new OwnChannel(hub.events);
    if (direction !== "both" || !isFree) {
      this.snoop = new OwnChannel(hub.events);
    }
  }

  makeMedia(parameters) {
    const { ari, app } = this.#hub;
    return ari.channels.externalMedia({ channelId: this.media.id, app, ...parameters });
  }

  /** Makes all but the media channel. */
  async makeRest() {
    const { ari, app } = this.#hub;
    await ari.bridges.create({ bridgeId: this.bridgeId, type: "mixing", name: app });
    if (this.snoop !== null) {
      const snoop = { snoopId: this.snoop.id, ...SNOOPS[this.#direction] };
      await ari.channels.snoopChannelWithId({ channelId: this.#channelId, app, ...snoop });
    }
  }

  /** Resolves when what was made can be joined. */
  async started() {
    await Promise.all([this.media.started, this.snoop?.started]);
  }

  /** Resolves when a channel of ours has ended: nothing is heard any more. */
  async ended() {
    await Promise.race([this.media.ended, ...(this.snoop === null ? [] : [this.snoop.ended])]);
  }

  join() {
    const channel = [this.snoop?.id ?? this.#channelId, this.media.id];
    return this.#hub.ari.bridges.addChannel({ bridgeId: this.bridgeId, channel });
  }

  /** Removes everything. Resolves, whatever becomes of it, to whether the media channel is gone. */
  async remove() {
    const { channels, bridges } = this.#hub.ari;
    const [isMediaGone] = await Promise.all([
      isGone(channels.hangup({ channelId: this.media.id })),
      isGone(bridges.destroy({ bridgeId: this.bridgeId })),
      this.snoop !== null && this.#removeSnoop()
    ]);
    this.media.forget();
    this.snoop?.forget();
    return isMediaGone;
  }

  /**
   * Asterisk cannot let go of a snoop while nothing is heard or said on its channel. Where that is so,
   * a little silence is said.
   */
  async #removeSnoop() {
    const { channels } = this.#hub.ari;
    const [channelId, snoopId] = [this.#channelId, this.snoop.id];
    if (!(await isDone(channels.hangup({ channelId: snoopId })))) {
      return;
    }
    await setTimeout(RELEASE_MS);
    const isThere = await isDone(channels.get({ channelId: snoopId }));
    if (isThere && (await isDone(channels.startSilence({ channelId })))) {
      await setTimeout(RELEASE_MS);
      await isDone(channels.stopSilence({ channelId }));
    }
  }
}

function isDone(request) {
  return request.then(
    () => true,
    () => false
  );
}

/** Whether what was to be removed is gone. */
function isGone(request) {
  return request.then(
    () => true,
    (error) => error.status === NOT_FOUND
  );
}

module.exports = { NOT_FOUND, Path };
