"use strict";

const { AudioSocket } = require("../..");
const { reportCpu } = require("./report-cpu.js");

const server = new AudioSocket();
server.onConnection((req, res) => res.play(process.env.PLAYED));
server.listen(0, "127.0.0.1", () => reportCpu(server.address().port));
