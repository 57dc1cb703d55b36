"use strict";

/** examples/freeswitch-player.js as it stands, with an event socket that says what FreeSWITCH's does. */

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const net = require("node:net");
const path = require("node:path");
const { test } = require("node:test");
const { eventually, once } = require("./support/wait.js");

const EXAMPLE = path.join(__dirname, "../examples/freeswitch-player.js");
const UUID = "40325ec2-5efd-4bd3-805f-53576e581d13";

/** An event as `event json` has it. */
function event(subclass, body) {
  const json = JSON.stringify({ "Event-Subclass": subclass, "Unique-ID": UUID, _body: JSON.stringify(body) });
  return `Content-Length: ${Buffer.byteLength(json)}\nContent-Type: text/event-json\n\n${json}`;
}

test("it plays the file of each event to its caller, and goes on after a lost connection", async (t) => {
  const peers = [];
  const server = net.createServer((socket) => {
    const peer = { socket, said: "" };
    peers.push(peer);
    socket.on("data", (bytes) => (peer.said += bytes));
    socket.on("error", () => {});
    socket.write("Content-Type: auth/request\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const env = { ...process.env, ESL_PORT: String(server.address().port), ESL_PASSWORD: "secret" };
  const child = spawn(process.execPath, [EXAMPLE], { env });
  t.after(() => {
    child.kill();
    peers.forEach(({ socket }) => socket.destroy());
    server.close();
  });
  const says = (peer, text) => eventually(() => peers[peer]?.said.includes(text), 10_000, text);

  await says(0, "auth secret\n\n");
  peers[0].socket.write("Content-Type: command/reply\nReply-Text: +OK accepted\n\n");
  await says(0, "event json CUSTOM mod_audio_stream::play mod_audio_fork::play_audio\n\n");

  const files = ["/tmp/a_0.r8", "/tmp/a_1.r8"];
  const both = files.map((file) => event("mod_audio_stream::play", { audioDataType: "raw", file })).join("");
  peers[0].socket.write(both.slice(0, 100));
  peers[0].socket.write(both.slice(100) + event("mod_audio_stream::play", { file: "x aleg\n\nbgapi shutdown" }));
  await says(0, `bgapi uuid_broadcast ${UUID} ${files[1]} aleg\n\n`);
  assert.ok(peers[0].said.indexOf(files[0]) < peers[0].said.indexOf(files[1]));

  peers[0].socket.destroy();
  await says(1, "auth secret\n\n");
  assert.ok(!peers[0].said.includes("shutdown"));
});
