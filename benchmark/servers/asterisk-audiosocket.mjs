import fs from "node:fs";
import { AudioSocketServer } from "asterisk-audiosocket";
import reporting from "./report.js";

const counts = { frames: 0 };

const behaviours = {
  echo: (call) => call.on("audio", (pcm) => call.writeFrame(pcm)),
  play: (call) => call.on("id", () => call.play(fs.readFileSync(process.env.PLAYED))),
  count: (call) => call.on("audio", () => (counts.frames += 1)),
  hangUp: (call) => call.on("id", () => call.hangup())
};

const server = new AudioSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (call) => {
  call.on("error", () => {});
  behaviours[process.argv[2]](call);
});
await server.listen();
reporting.report(server.address.port, () => counts);
