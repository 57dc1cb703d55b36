"use strict";

/**
 * The library, loaded when it is needed: help and completion work without it, and `doctor` tells why it
 * does not load.
 */
function library() {
  return require("..");
}

module.exports = { library };
