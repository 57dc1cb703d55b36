"use strict";

const { AudioSocket } = require("../..");
const { report } = require("./report.js");

const behaviours = {
  echo: (res) => res.on("data", (pcm) => res.write(pcm)),
  play: (res) => res.play(process.env.PLAYED)
};

const server = new AudioSocket();
server.onConnection((req, res) => behaviours[process.argv[2]](res));
server.listen(0, "127.0.0.1", () => report(server.address().port));
