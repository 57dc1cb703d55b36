"use strict";

const { AudioSocket } = require("../..");
const { reportCpu } = require("./report-cpu.js");

const server = new AudioSocket();
server.onConnection((req, res) => {
  res.on("data", (pcm) => res.write(pcm));
});
server.listen(0, "127.0.0.1", () => reportCpu(server.address().port));
