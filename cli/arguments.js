"use strict";

// What arguments are made of: each parser gives the value or throws a usage error.

const { InvalidArgumentError, Option } = require("commander");
const { UsageError } = require("./errors.js");

const SAMPLE_RATES = [8000, 12000, 16000, 24000, 32000, 44100, 48000, 96000, 192000];
const MAX_PORT = 65535;
const LOCAL = "127.0.0.1";

/** A whole number within bounds. */
function whole(low, high) {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) {
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
    }
    return value;
  };
}

/** A number of seconds, as milliseconds. */
function seconds(low, high) {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= low && value <= high)) {
      throw new InvalidArgumentError(`It must be a number of seconds from ${low} to ${high}.`);
    }
    return value * 1000;
  };
}

/** An option in seconds, with a default that is shown as such. */
function secondsOption(flags, description, [low, high], byDefault) {
  const option = new Option(flags, description).argParser(seconds(low, high));
  return byDefault === undefined ? option : option.default(byDefault * 1000, String(byDefault));
}

const port = whole(0, MAX_PORT);

/** `PORT` or `HOST:PORT`; an IPv6 host in brackets. */
function hostAndPort(text) {
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:\s/[\]]*):)?(\d{1,5})$/i.exec(text);
  if (match === null || Number(match[2]) > MAX_PORT) {
    return null;
  }
  return { host: (match[1] || LOCAL).replace(/^\[|\]$/g, ""), port: Number(match[2]) };
}

/** Where metrics are served. */
function metricsPlace(text) {
  const place = hostAndPort(text);
  if (place === null) {
    throw new InvalidArgumentError("It must be PORT or HOST:PORT.");
  }
  return place;
}

/**
 * Whom to call: `{host, port}` over AudioSocket or `{url}` over WebSocket, with a `label` to print.
 *
 * The text may hold a password, so that no message repeats it.
 */
function target(text) {
  if (/^wss?:/i.test(text) && URL.canParse(text)) {
    const { protocol, host, pathname } = new URL(text);
    return { url: text, label: `${protocol}//${host}${pathname}` };
  }
  const place = hostAndPort(text);
  if (place === null || place.port === 0) {
    throw new UsageError("Whom to call must be HOST:PORT, PORT, or a ws:// or wss:// URL");
  }
  const host = place.host.includes(":") ? `[${place.host}]` : place.host;
  return { ...place, label: `${host}:${place.port}` };
}

/** A URL of a WebSocket server, which may hold a password. */
function webSocketUrl(text) {
  if (!/^wss?:/i.test(text) || !URL.canParse(text)) {
    throw new UsageError("Where to fork to must be a ws:// or wss:// URL");
  }
  return text;
}

/** An option that takes one of a few values; they are completed, and `parse` makes of them what is wanted. */
function choice(flags, description, values, parse = (text) => text) {
  const option = new Option(flags, description).choices(values.map(String));
  const check = option.parseArg;
  return option.argParser((text, before) => parse(check(text, before)));
}

/** `--sample-rate`, which several commands have. */
function sampleRateOption(description) {
  return choice("--sample-rate <hz>", description, SAMPLE_RATES, Number);
}

/** `--json`, which all commands have. */
function jsonOption(what) {
  return new Option("--json", `print ${what} as JSON`);
}

module.exports = {
  choice,
  jsonOption,
  metricsPlace,
  port,
  sampleRateOption,
  secondsOption,
  target,
  webSocketUrl,
  whole
};
