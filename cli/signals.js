"use strict";

const SIGNALS = ["SIGINT", "SIGTERM"];

/** Calls `stop` at the first signal to end; the second ends the process at once. Gives the undo. */
function onSignal(stop) {
  const undo = () => SIGNALS.forEach((signal) => process.off(signal, handle));
  const handle = (signal) => {
    undo();
    stop(signal);
  };
  SIGNALS.forEach((signal) => process.on(signal, handle));
  return undo;
}

module.exports = { onSignal };
