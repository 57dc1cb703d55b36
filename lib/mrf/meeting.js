"use strict";

/**
 * An endpoint in the making: the INVITE that was sent to Asterisk, and the channel that comes of it,
 * find each other here. What goes wrong on one side ends the other.
 *
 *   waiting ── dialog up, channel here ──> met
 *      └── refused, timed out, given up, channel ended ──> failed, until the INVITE is over
 */

const { mrfError, sipError, timeoutError } = require("./errors.js");
const { quietly } = require("./quietly.js");

/** No INVITE takes longer to end after a CANCEL (RFC 3261: 64 times T1), unless drachtio is gone. */
const INVITE_MS = 32_000;

class Meeting {
  #resolve;
  #reject;
  #timer;
  #join;
  #forget;
  #state = "waiting";
  #channel;
  #dialog;
  #request;

  /**
   * `join(channel, dialog)` makes what `met` resolves to, at once, before either of them can say
   * another word; `forget()` is called when nothing more can come of it.
   */
  constructor({ timeout, join, forget }) {
    this.#join = join;
    this.#forget = forget;
    this.met = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Somebody may give it up before it is awaited.
    this.met.catch(() => {});
    this.#timer = setTimeout(() => this.fail(timeoutError(timeout)), timeout);
  }

  /** The INVITE is sent: `invite(progress)` gives a promise of its dialog. */
  start(invite) {
    const cbRequest = (...args) => this.#sent(args.find((arg) => typeof arg?.cancel === "function"));
    Promise.resolve()
      .then(() => invite({ cbRequest }))
      .then(
        (dialog) => this.#answered(dialog),
        (error) => this.#refused(error)
      );
  }

  /** The channel has entered the application. */
  channelCame(channel) {
    this.#channel = channel;
    if (this.#state === "failed") {
      this.#hangUp();
      return;
    }
    channel.answer().then(
      () => this.#meet(),
      (error) => this.fail(mrfError("ERR_MRF_CHANNEL_ENDED", error))
    );
    this.#meet();
  }

  hasChannel(id) {
    return this.#channel?.id === id;
  }

  channelEnded() {
    this.#channel = undefined;
    this.fail(mrfError("ERR_MRF_CHANNEL_ENDED"));
  }

  /** Gives up: the INVITE is cancelled or its dialog ended, and the channel hung up. */
  fail(error) {
    if (this.#state !== "waiting") {
      return;
    }
    this.#state = "failed";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#forget, INVITE_MS).unref();
    this.#reject(error);
    this.#hangUp();
    this.#cancel();
  }

  #sent(request) {
    this.#request = request;
    if (this.#state === "failed") {
      this.#cancel();
    }
  }

  #answered(dialog) {
    this.#request = undefined;
    this.#dialog = dialog;
    if (this.#state === "failed") {
      quietly(() => dialog.destroy());
      this.#over();
      return;
    }
    if (dialog.connected === false) {
      // Its BYE came before anybody had it.
      this.fail(mrfError("ERR_MRF_CHANNEL_ENDED"));
      return;
    }
    dialog.once("destroy", () => this.channelEnded());
    this.#meet();
  }

  #refused(error) {
    this.#request = undefined;
    this.fail(sipError(error));
    this.#over();
  }

  #meet() {
    if (this.#state === "waiting" && this.#channel && this.#dialog) {
      this.#state = "met";
      this.#over();
      this.#resolve(this.#join(this.#channel, this.#dialog));
    }
  }

  #over() {
    clearTimeout(this.#timer);
    this.#forget();
  }

  #hangUp() {
    if (this.#channel) {
      quietly(() => this.#channel.hangup());
    }
  }

  #cancel() {
    if (this.#dialog) {
      quietly(() => this.#dialog.destroy());
      this.#over();
    } else if (this.#request) {
      quietly(() => this.#request.cancel(() => {}));
    }
  }
}

module.exports = { Meeting };
