"use strict";

const { AudioSocket } = require("@fonoster/streams");
const { reportCpu } = require("./report-cpu.js");

const audioSocket = new AudioSocket();
audioSocket.onConnection((req, res) => res.play(process.env.PLAYED));
audioSocket.listen(0, "127.0.0.1", () => reportCpu(audioSocket.server.address().port));
