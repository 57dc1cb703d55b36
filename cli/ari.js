"use strict";

// Asterisk's ARI, as far as `doctor` asks it. The password is in a header, and in nothing that is printed.

const { UsageError, told } = require("./errors.js");

const TIMEOUT_MS = 5000;

/** Modules that bring calls here, and what for. */
const MODULES = {
  "app_audiosocket.so": "AudioSocket() in the dialplan",
  "chan_audiosocket.so": "Dial(AudioSocket/…), and ARI's externalMedia",
  "chan_websocket.so": "Dial(WebSocket/…)"
};

/** Where ARI is, of a URL with a user and a password: `{base, authorization}`. */
function ariPlace(text) {
  const wrong = new UsageError("--ari must be http://user:password@host:port");
  if (!URL.canParse(text)) {
    throw wrong;
  }
  const { protocol, host, pathname, username, password } = new URL(text);
  if (!["http:", "https:"].includes(protocol) || username === "") {
    throw wrong;
  }
  const credentials = `${decoded(username)}:${decoded(password)}`;
  const path = pathname.replace(/\/+$/, "") || "/ari";
  const base = `${protocol}//${host}${path}`;
  return { base, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether ARI answers, and which of the modules are there: checks as `doctor` has them. */
async function askAri(place) {
  const asked = await inform(place);
  if (asked.status === "failed") {
    return [asked];
  }
  const modules = Object.entries(MODULES).map(([module, what]) => moduleCheck(place, module, what));
  return [asked, ...(await Promise.all(modules))];
}

async function inform(place) {
  const name = "Asterisk's ARI";
  try {
    const { status, body } = await get(place, "/asterisk/info");
    if (status === 200) {
      const version = body?.system?.version ?? "of unknown version";
      return { name, status: "ok", message: `Asterisk ${version} at ${place.base}` };
    }
    const code = status === 401 || status === 403 ? "ERR_ARI_REFUSED" : "ERR_ARI_STATUS";
    return { name, status: "failed", code, message: `${code}: ${place.base} answered ${status}` };
  } catch (error) {
    // What fetch throws says little; its cause says why.
    const { code, message } = told(error.cause ?? error);
    const why = message || "not reached";
    return { name, status: "failed", code, message: `${code}: ${place.base}: ${why}` };
  }
}

async function moduleCheck(place, module, what) {
  const name = module;
  try {
    const { status, body } = await get(place, `/asterisk/modules/${module}`);
    const isThere = status === 200 && body?.status === "Running";
    return isThere
      ? { name, status: "ok", message: `runs: ${what}` }
      : { name, status: "warning", message: `not loaded, so no ${what}` };
  } catch (error) {
    return { name, status: "warning", message: `not known: ${told(error.cause ?? error).code}` };
  }
}

async function get({ base, authorization }, path) {
  const response = await fetch(base + path, {
    headers: { authorization },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS)
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: null };
  }
}

module.exports = { ariPlace, askAri };
