"use strict";

const { AudioSocket } = require("@fonoster/streams");
const { report } = require("./report.js");

const behaviours = {
  echo: (res) => res.onData((pcm) => res.write(pcm)),
  play: (res) => res.play(process.env.PLAYED)
};

const audioSocket = new AudioSocket();
audioSocket.onConnection((req, res) => {
  res.onError(() => {});
  behaviours[process.argv[2]](res);
});
audioSocket.listen(0, "127.0.0.1", () => report(audioSocket.server.address().port));
