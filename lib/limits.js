"use strict";

const net = require("node:net");
const { rangeError, typeError } = require("./errors.js");
const { DUPLICATE_POLICIES } = require("./live-refs.js");

const EVERYBODY = ["0.0.0.0/0", "::/0"];

/** Whose connections a server lets in. */
const LIMIT_DEFAULTS = {
  maxConnections: 65535,
  maxConnectionsPerAddress: undefined,
  maxPending: 4096,
  maxCallsPerSecond: undefined,
  maxCallsPerSecondPerAddress: undefined,
  allow: undefined,
  deny: undefined,
  duplicateRef: "allow",
  proxyProtocol: false
};

const LIMIT_RULES = {
  maxConnections: countRule,
  maxConnectionsPerAddress: optional(countRule),
  maxPending: countRule,
  maxCallsPerSecond: optional(rateRule),
  maxCallsPerSecondPerAddress: optional(rateRule),
  allow: optional(networksRule),
  deny: optional(networksRule),
  duplicateRef: policyRule,
  proxyProtocol: (name, value) => typeof value === "boolean" || networksRule(name, value)
};

/** The part of a server's options that says whom it lets in, as the core takes it. */
function nativeLimits(options) {
  const { allow = [], deny = [], proxyProtocol } = options;
  const limits = {
    connections: Math.floor(options.maxConnections),
    connectionsPerAddress: options.maxConnectionsPerAddress && Math.floor(options.maxConnectionsPerAddress),
    pending: Math.floor(options.maxPending),
    rate: options.maxCallsPerSecond,
    ratePerAddress: options.maxCallsPerSecondPerAddress,
    allow,
    deny
  };
  return { limits, proxies: proxyProtocol === true ? EVERYBODY : proxyProtocol || [] };
}

function optional(rule) {
  return (name, value) => value === undefined || rule(name, value);
}

function policyRule(name, value) {
  if (typeof value !== "string") {
    throw typeError(name, "a string", value);
  }
  if (!DUPLICATE_POLICIES.includes(value)) {
    throw rangeError(name, `one of ${DUPLICATE_POLICIES.join(", ")}`, value);
  }
}

function countRule(name, value) {
  inRange(name, value, 1, 2 ** 32 - 1);
}

function rateRule(name, value) {
  inRange(name, value, 0.001, 1_000_000);
}

function inRange(name, value, low, high) {
  if (typeof value !== "number") {
    throw typeError(name, "a number", value);
  }
  if (!(value >= low && value <= high)) {
    throw rangeError(name, `a number from ${low} to ${high}`, value);
  }
}

function networksRule(name, value) {
  if (!Array.isArray(value)) {
    throw typeError(name, "an array of networks", value);
  }
  value.forEach((network, index) => networkRule(`${name}[${index}]`, network));
}

/** An address, or an address and how many of its bits count. */
function networkRule(name, value) {
  if (typeof value !== "string") {
    throw typeError(name, "a network such as 10.0.0.0/8", value);
  }
  const [, address, prefix] = /^([^/%]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(value) ?? [];
  const family = net.isIP(address ?? "");
  if (family === 0 || Number(prefix ?? 0) > (family === 4 ? 32 : 128)) {
    throw rangeError(name, "a network such as 10.0.0.0/8 or 2001:db8::/32", value);
  }
}

module.exports = { LIMIT_DEFAULTS, LIMIT_RULES, nativeLimits };
