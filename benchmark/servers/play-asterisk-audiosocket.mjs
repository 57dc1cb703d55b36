import fs from "node:fs";
import { AudioSocketServer } from "asterisk-audiosocket";
import report from "./report-cpu.js";

const server = new AudioSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (call) => {
  call.on("error", () => {});
  call.on("id", () => call.play(fs.readFileSync(process.env.PLAYED)));
});
await server.listen();
report.reportCpu(server.address.port);
