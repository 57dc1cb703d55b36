"use strict";

/** The live audio of this Asterisk's channels, and what it leaves behind: nothing. */

const assert = require("node:assert/strict");
const { connect } = require("../../lib/ari/connect.js");
const { ChannelAudio } = require("../../lib/media/channel-audio.js");
const { audioOptions } = require("../../lib/media/options.js");
const { Ear } = require("./asterisk-answer");
const { until } = require("./asterisk-wait");

/** Until it comes, the caller is silent: what is said before the stream is up, nobody would hear. */
const WAIT_FOR_DIGIT = "Read(GO,,1)";

/** A ChannelAudio, closed when the test ends. */
async function openAudio({ asterisk, t }, options = {}) {
  const { port, user, password } = asterisk.access;
  const ari = await connect(`http://127.0.0.1:${port}`, user, password);
  const audio = new ChannelAudio(ari, audioOptions("options", options));
  t.after(() => audio.close());
  return audio;
}

/** The ear on the stream of a channel. */
async function earOn(audio, channelId, options) {
  return new Ear(await audio.stream(channelId, options));
}

/** All of this there is soon nothing but what is named here, by the beginnings of channels' names. */
async function leaves({ ari }, ...names) {
  const others = async () => {
    const channels = await ari.request("GET", "/channels");
    const bridges = await ari.request("GET", "/bridges");
    const strangers = channels.filter(({ name }) => !names.some((beginning) => name.startsWith(beginning)));
    return [...strangers.map(({ name }) => name), ...bridges.map(({ id }) => `bridge ${id}`)];
  };
  let left;
  await until(async () => (left = await others()).length === 0, "nothing is left").catch(() => {});
  assert.deepEqual(left, []);
}

/** The applications that carry audio. */
async function audioApplications({ ari }) {
  const all = await ari.request("GET", "/applications");
  return all.filter(({ name }) => name.startsWith("callstreams-audio"));
}

module.exports = { WAIT_FOR_DIGIT, audioApplications, earOn, leaves, openAudio };
