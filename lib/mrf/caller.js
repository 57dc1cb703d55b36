"use strict";

/** A caller's INVITE, answered with what an endpoint of Asterisk says. */

const { mrfError } = require("./errors.js");
const { quietly } = require("./quietly.js");

/**
 * Resolves to `{ endpoint, dialog }`. Where it rejects, nothing is left at Asterisk, and the caller
 * has had no answer yet: that is the application's to give.
 */
async function answerCaller(mediaserver, req, res, { headers, ...options }) {
  if (!req.body) {
    throw mrfError("ERR_MRF_NO_OFFER");
  }
  const caller = watch(req);
  try {
    caller.check();
    const { codecs, timeout } = options;
    const endpoint = await mediaserver.createEndpoint({ remoteSdp: req.body, codecs, timeout });
    try {
      caller.check();
      const answer = { localSdp: endpoint.local.sdp, ...(headers && { headers }) };
      const dialog = await unlessGone(mediaserver.srf.createUAS(req, res, answer), caller.gone);
      // A BYE that came with the ACK: its `destroy` was emitted before anybody had the dialog.
      if (dialog.connected === false) {
        throw mrfError("ERR_MRF_CANCELED");
      }
      return { endpoint, dialog };
    } catch (error) {
      await endpoint.destroy();
      throw error;
    }
  } finally {
    caller.stop();
  }
}

async function unlessGone(answered, gone) {
  try {
    return await Promise.race([answered, gone]);
  } catch (error) {
    // Where both have happened, the call is up for drachtio, and for nobody else.
    quietly(async () => (await answered).destroy());
    throw error;
  }
}

/** Whether the caller gives up: drachtio tells only those who listen when it happens. */
function watch(req) {
  let giveUp;
  let isGone = Boolean(req.canceled);
  const gone = new Promise((_, reject) => (giveUp = reject));
  gone.catch(() => {});
  const cancel = () => {
    isGone = true;
    giveUp(mrfError("ERR_MRF_CANCELED"));
  };
  req.on?.("cancel", cancel);
  return {
    gone,
    check() {
      if (isGone) {
        throw mrfError("ERR_MRF_CANCELED");
      }
    },
    stop: () => req.removeListener?.("cancel", cancel)
  };
}

module.exports = { answerCaller };
