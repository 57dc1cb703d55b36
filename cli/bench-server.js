"use strict";

// The server that `callstreams bench` measures, in a process of its own so that what it takes can be told
// from what the caller takes. It says its port, and what it has used whenever it is asked.

const { AudioSocket } = require("..");

const HOST = "127.0.0.1";

const server = new AudioSocket();
server.onConnection((req, res) => res.on("data", (pcm) => res.write(pcm)));
server.listen(0, HOST, () => process.send({ port: server.address().port }));

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss(), at: performance.now() });
});
process.on("disconnect", () => process.exit());
