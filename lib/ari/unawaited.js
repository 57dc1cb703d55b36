"use strict";

/** Promises of ARI and of endpoints that end no process. */

const { CallPromise } = require("../call-promise.js");
const { errorOf } = require("../errors.js");

/** Of `promise`: a rejection that nobody awaits is a warning of the process. */
function warnUnawaited(promise) {
  return CallPromise.of(promise, (reason) => process.emitWarning(errorOf(reason)));
}

module.exports = { warnUnawaited };
