"use strict";

const { AudioSocket } = require("@fonoster/streams");
const { report } = require("./report.js");

const counts = { frames: 0 };

const behaviours = {
  echo: (res) => res.onData((pcm) => res.write(pcm)),
  play: (res) => res.play(process.env.PLAYED),
  count: (res) => res.onData(() => (counts.frames += 1)),
  hangUp: (res) => res.hangup()
};

const audioSocket = new AudioSocket();
audioSocket.onConnection((req, res) => {
  res.onError(() => {});
  behaviours[process.argv[2]](res);
});
audioSocket.listen(0, "127.0.0.1", () => report(audioSocket.server.address().port, () => counts));
