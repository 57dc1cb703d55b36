"use strict";

const os = require("node:os");
const { canPin } = require("./cores.js");

/** Where a run took place. */
function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0].model.trim(),
    cores: cpus.length,
    kernel: `${os.type()} ${os.release()}`,
    node: process.version,
    pinned: canPin,
    date: new Date().toISOString().slice(0, 10)
  };
}

function describe({ cpu, cores, kernel, node, pinned, date }) {
  const bound = pinned ? "server and load bound to a core each" : "nothing bound to a core";
  return `${cpu}, ${cores} cores, ${kernel}, Node ${node}, ${bound}, ${date}`;
}

module.exports = { describe, machine };
