"use strict";

/** What can go wrong between an application, its drachtio and its Asterisk, with a stable code each. */

const { codedError } = require("../errors.js");

const MESSAGES = {
  ERR_MRF_CANCELED: "The caller gave up before the call was connected",
  ERR_MRF_CHANNEL_ENDED: "The channel ended before its SIP dialog was up",
  ERR_MRF_CODECS: "The SDP has none of the codecs that are wanted",
  ERR_MRF_DISCONNECTED: "The media server has been disconnected",
  ERR_MRF_LOST: "The connection to ARI is lost",
  ERR_MRF_NO_OFFER: "The caller's INVITE has no SDP",
  ERR_MRF_NO_SRF: "Without an Srf there is no SIP: new Mrf(srf)"
};

function mrfError(code, cause) {
  return Object.assign(codedError(code, MESSAGES[code]), cause && { cause });
}

function timeoutError(ms) {
  return codedError("ERR_MRF_TIMEOUT", `Asterisk did not connect the endpoint within ${ms} ms`);
}

/** The INVITE to Asterisk failed: `status` and `reason` are SIP's, where it was refused. */
function sipError(cause) {
  const { status, reason } = cause ?? {};
  const said =
    status === undefined ? String(cause?.message ?? cause) : [status, reason].filter(Boolean).join(" ");
  const error = codedError("ERR_MRF_SIP", `The INVITE to Asterisk failed: ${said}`);
  return Object.assign(error, { cause }, status !== undefined && { status, reason });
}

module.exports = { mrfError, sipError, timeoutError };
