"use strict";

/** Why the audio of a channel cannot be had, with a stable code each. */

const { codedError } = require("../errors.js");

/** The channel is over, or never was, or was taken elsewhere; `cause` is what ARI said. */
function channelGone(id, cause) {
  return withCause(codedError("ERR_CHANNEL_GONE", `The channel ${id} is gone, or was taken elsewhere`), cause);
}

/** Asterisk could not open the channel that carries the audio, or lost it at once. */
function mediaFailed(what, cause) {
  const said = cause === undefined ? "it ended at once" : cause.message;
  return withCause(codedError("ERR_MEDIA_FAILED", `Asterisk cannot carry audio ${what}: ${said}`), cause);
}

/** Nothing came in time. */
function mediaTimeout(what = "was had", ms) {
  return codedError("ERR_MEDIA_TIMEOUT", `No audio ${what} within ${ms} ms`);
}

/** Whoever gives streams has been closed. */
function mediaClosed() {
  return codedError("ERR_MRF_DISCONNECTED", "The media server has been disconnected");
}

function withCause(error, cause) {
  return cause === undefined ? error : Object.assign(error, { cause });
}

module.exports = { channelGone, mediaClosed, mediaFailed, mediaTimeout };
