"use strict";

// What servers have seen, for Prometheus: a map, as index.js is.
const { prometheusText, register } = require("./lib/prom.js");

module.exports = { prometheusText, register };
