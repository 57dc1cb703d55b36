"use strict";

// A recogniser of speech for those who have none: it says how long a sound lasted and how high it was, with
// the messages of vosk-server.
//
//   node examples/stand-ins/recogniser.js       waits on port 2700, or on PORT

const { WebSocketServer } = require("ws");
const { durationMs, frequency } = require("../sound.js");
const { Ears } = require("./ears.js");

const server = new WebSocketServer({ port: Number(process.env.PORT ?? 2700), host: "127.0.0.1" });

server.on("connection", (socket) => {
  const tell = (message) => socket.send(JSON.stringify(message));
  let rate = 8000;
  let ears = null;
  socket.on("message", (data, isBinary) => {
    if (isBinary) {
      ears ??= new Ears(rate, {
        began: () => tell({ partial: "a sound" }),
        ended: (pcm) => tell({ text: `a sound of ${frequency(pcm, rate).toFixed(0)} Hz, ${durationMs(pcm, rate)} ms` })
      });
      ears.hear(data);
      return;
    }
    const { config, eof } = JSON.parse(data);
    rate = config?.sample_rate ?? rate;
    if (eof) {
      ears?.end();
    }
  });
  socket.on("error", (error) => console.error(error.message));
});

server.on("listening", () => console.log("listening on port", server.address().port));
