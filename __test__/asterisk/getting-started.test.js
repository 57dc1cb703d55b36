"use strict";

/**
 * docs/getting-started-asterisk.md: its configuration files, read off the page, in a real Asterisk; its calls,
 * answered by the programs of examples/. Only ports and the password differ from the page.
 */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until } = require("../support/asterisk-wait");
const { runExample } = require("../support/example");
const { openFarEnd } = require("../support/far-end");
const { Page } = require("../../scripts/docs/page.js");
const sound = require("../../examples/sound.js");

const ROOT = path.join(__dirname, "../..");
const RATE = 8000;
const page = Page.read(ROOT, "docs/getting-started-asterisk.md");

asteriskSuite("getting started with Asterisk", (test) => {
  test("the application, called and recorded by Asterisk alone", async ({ asterisk, t }) => {
    const app = await runExample(t, "echo");
    await configure(asterisk, { "127.0.0.1:9092": `127.0.0.1:${app.port}` });
    const recorded = asterisk.soundFile("heard").replace(/\.sln$/, ".wav");
    const inside = path.posix.join("/", path.relative(asterisk.folder, recorded));
    const [line] = lines(/channel originate/);
    await asterisk.cli(/"(.*)"/.exec(line)[1].replace("/tmp/heard.wav", inside));
    await app.printed(/^gone /m);
    const heard = fs.readFileSync(recorded).subarray(44);
    assert.ok(sound.speechSpan(heard, RATE).ms > 500, "the greeting was recorded");
  });

  test("the channel driver, at 16 kHz", async ({ asterisk, t }) => {
    const app = await runExample(t, "echo");
    await configure(asterisk, { "127.0.0.1:9092": `127.0.0.1:${app.port}` });
    await hearsGreeting(asterisk, "101@callstreams-wide", "wide");
    await app.printed(/^gone /m);
  });

  test("chan_websocket", async ({ asterisk, t }) => {
    const app = await runExample(t, "websocket");
    await configure(asterisk, { "127.0.0.1:8080": `127.0.0.1:${app.port}` });
    await hearsGreeting(asterisk, "103@callstreams-websocket", "websocket");
    await app.printed(/^chan_websocket .* is over/m);
  });

  test("ARI, with the user of the page", async ({ asterisk, t }) => {
    const bot = await openFarEnd(t);
    await configure(asterisk, {});
    const [, username] = /^\[(?!general)(.*)\]$/m.exec(file("ari.conf"));
    const [, password] = /^password=(.*)$/m.exec(file("ari.conf"));
    const env = { ARI_PORT: String(asterisk.access.port), ARI_USERNAME: username, ARI_PASSWORD: password };
    const ivr = await runExample(t, "ivr", { args: [bot.url], env, listens: false });
    await ivr.printed(/^the IVR is up$/m);
    await hearsGreeting(asterisk, "102@callstreams-ari", "ari");
  });
});

/** The blocks of the page that are a file's, `extensions.conf` say, together. */
function file(name) {
  const blocks = page.blocks.filter(({ language, text }) => language === "ini" && text.startsWith(`; ${name}\n`));
  assert.ok(blocks.length > 0, `the page has ${name}`);
  return blocks.map(({ text }) => text).join("\n");
}

function lines(pattern) {
  const all = page.blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => text.split("\n"));
  return all.filter((line) => pattern.test(line));
}

/** Adds what the page says to this Asterisk's files, with addresses replaced, and has them read. */
async function configure(asterisk, addresses) {
  const replaced = (text) => Object.entries(addresses).reduce((all, [from, to]) => all.replaceAll(from, to), text);
  for (const name of ["extensions.conf", "ari.conf", "websocket_client.conf"]) {
    const text = replaced(file(name)).replace(/^\[general\]\nenabled=yes\n/m, "");
    asterisk.configure(`page-${name}`, text);
    const place = path.join(asterisk.folder, asterisk.configure("page.conf", ""), "..", name);
    const own = fs.readFileSync(place, "utf8").replace(/^#include .*\n/m, "");
    fs.writeFileSync(place, `${own}\n#include page-${name}\n`);
  }
  for (const module of ["res_websocket_client", "res_ari"]) {
    await asterisk.cli(`module reload ${module}`);
  }
  await asterisk.cli("dialplan reload");
}

/** Calls an extension, and has heard the greeting there. */
async function hearsGreeting(asterisk, extension, name) {
  const recorded = asterisk.soundFile(name);
  const inside = path.posix.join("/", path.relative(asterisk.folder, recorded));
  await asterisk.cli(`channel originate Local/${extension} application Record ${inside},0,5,q`);
  const heard = () => fs.existsSync(recorded) && sound.speechSpan(fs.readFileSync(recorded), RATE)?.ms > 500;
  await until(heard, `the greeting of ${extension}`);
  await asterisk.cli("channel request hangup all");
}
