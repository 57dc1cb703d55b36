"use strict";

/** Promises of ARI and of endpoints that end no process. */

const { CallPromise } = require("../call-promise.js");

/** Of `promise`: a rejection that nobody awaits is a warning of the process. */
function warnUnawaited(promise) {
  return CallPromise.of(promise, (error) => process.emitWarning(error));
}

module.exports = { warnUnawaited };
