"use strict";

// `npm start`: a server that greets, echoes and answers keys, and a caller that tries it out the way
// Asterisk would. Afterwards the server stays up for a real Asterisk.

const { AudioSocket } = require("callstreams");
const { answer } = require("./demo/app.js");
const { placeCall } = require("./demo/caller.js");
const { say, summarize } = require("./demo/report.js");

const PORT = Number(process.env.PORT ?? 9092);

const server = new AudioSocket();
server.onConnection(answer);
server.on("error", explain);
server.listen(PORT, tryItOut);

async function tryItOut() {
  say("server", `listens on port ${PORT}`);
  summarize(await placeCall(PORT));
  console.log(`
The server stays up for a real Asterisk (Ctrl-C ends it). In extensions.conf:

  exten => 100,1,Answer()
   same => n,AudioSocket(\${UUID()},<address of this machine>:${PORT})
   same => n,Hangup()
`);
}

function explain(error) {
  if (error.code === "EADDRINUSE") {
    console.error(
      `Port ${PORT} is taken. End the program that has it, or take another: PORT=${PORT + 1} npm start`
    );
    process.exit(1);
  }
  console.error("server error:", error.message);
}
