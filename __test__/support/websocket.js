"use strict";

/** Servers of calls over WebSocket, and those who connect to them. All is closed when the test is over. */

const { createHash, randomBytes } = require("node:crypto");
const net = require("node:net");
const { WebSocket } = require("ws");
const { WebSocketAudio } = require("../..");
const { eventually, within } = require("./wait.js");

const HOST = "127.0.0.1";
const EVENTS = ["data", "dtmf", "message", "reconnect", "mark", "speech", "silence", "warning", "error", "end"];
const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 };

/** A server on a free port. `call()` gives the next call: `{req, res, ear}`. */
function serve(t, options, handler) {
  const server = new WebSocketAudio(options);
  const kept = keepCalls(server, handler);
  server.listen(0, HOST);
  t.after(() => server.close());
  const { port } = server.address();
  const url = `${options?.cert ? "wss" : "ws"}://${HOST}:${port}`;
  return { server, port, url, ...kept };
}

/** Has `server` give its calls in turn. */
function keepCalls(server, handler) {
  const come = [];
  const drops = [];
  server.on("drop", (drop) => drops.push(drop));
  server.onConnection((req, res) => {
    const ear = hear(res);
    come.push({ req, res, ear });
    return handler?.(req, res);
  });
  const call = async () => {
    await eventually(() => come.length > 0, 5000, "a call");
    return come.shift();
  };
  return { call, drops, dropped: (code) => eventually(() => drops.find((drop) => drop.code === code), 5000, code) };
}

/** Listens to everything that a call says. */
function hear(stream) {
  const events = [];
  const of = (name) => events.filter(([event]) => event === name).map(([, argument]) => argument);
  for (const event of EVENTS) {
    stream.on(event, (...args) => events.push([event, ...args]));
  }
  return {
    events,
    of,
    names: () => events.map(([event]) => event),
    pcm: () => Buffer.concat(of("data")),
    /** Waits for so many bytes of audio, and gives all there is. */
    async bytes(count) {
      await eventually(() => Buffer.concat(of("data")).length >= count, 5000, `${count} bytes`);
      return Buffer.concat(of("data"));
    },
    /** Waits for an event, and gives its first argument. */
    async next(name, index = 0) {
      await eventually(() => of(name).length > index, 5000, `the event ${name}`);
      return of(name)[index];
    }
  };
}

/** A client by `ws`, once it is open. It keeps what it gets. */
async function dial(t, url, protocols = [], options = {}) {
  const client = keep(t, new WebSocket(url, protocols, { perMessageDeflate: false, ...options }));
  await within(new Promise((resolve, reject) => client.socket.on("open", resolve).on("error", reject)));
  return client;
}

/** Keeps what comes over a socket of `ws`. */
function keep(t, socket) {
  const client = {
    socket,
    /** In their order: text as strings, audio as Buffers. */
    messages: [],
    pings: 0,
    texts: () => client.messages.filter((message) => typeof message === "string"),
    audio: () => Buffer.concat(client.messages.filter((message) => typeof message !== "string")),
    send: (message) => socket.send(typeof message === "object" && !Buffer.isBuffer(message) ? JSON.stringify(message) : message),
    async text(index = 0) {
      await eventually(() => client.texts().length > index, 5000, `text ${index}`);
      return client.texts()[index];
    },
    async heard(bytes) {
      await eventually(() => client.audio().length >= bytes, 5000, `${bytes} bytes for the client`);
      return client.audio();
    },
    /** `{code, reason}` of its end. */
    closed: () => within(closed, 5000, "the client's close")
  };
  const closed = new Promise((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on("error", () => {});
  socket.on("ping", () => {
    client.pings += 1;
  });
  socket.on("message", (data, isBinary) => client.messages.push(isBinary ? data : String(data)));
  t.after(() => socket.terminate());
  return client;
}

/** The answer's status where there is no WebSocket: `{status, headers, body}`. */
async function refused(url, options = {}, protocols = []) {
  const socket = new WebSocket(url, protocols, options).on("error", () => {});
  const answer = new Promise((resolve, reject) => {
    socket.on("open", () => reject(new Error("it was accepted")));
    socket.on("unexpected-response", (request, response) => {
      let body = "";
      response.on("data", (piece) => (body += piece));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
  });
  return within(answer, 5000, "the refusal").finally(() => socket.terminate());
}

/** A client that is a bare socket, its handshake done: it says what `ws` would not. */
async function raw(t, port, { path = "/", headers = [], colon = ": " } = {}) {
  const socket = net.connect(port, HOST).on("error", () => {});
  t.after(() => socket.destroy());
  const key = randomBytes(16).toString("base64");
  const lines = [
    `GET ${path} HTTP/1.1`,
    ...[
      ["Host", HOST],
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
      ["Sec-WebSocket-Key", key],
      ["Sec-WebSocket-Version", "13"],
      ...headers
    ].map(([name, value]) => `${name}${colon}${value}`)
  ];
  const peer = { socket, bytes: Buffer.alloc(0), isClosed: false };
  socket.on("data", (bytes) => {
    peer.bytes = Buffer.concat([peer.bytes, bytes]);
  });
  socket.on("close", () => {
    peer.isClosed = true;
  });
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  await eventually(() => peer.bytes.includes("\r\n\r\n"), 5000, "the answer");
  peer.head = peer.bytes.subarray(0, peer.bytes.indexOf("\r\n\r\n")).toString();
  peer.bytes = peer.bytes.subarray(peer.head.length + 4);
  peer.accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  peer.closed = () => eventually(() => peer.isClosed, 5000, "the peer's close");
  /** The code of the close that the server sent, its last word. */
  peer.closeCode = async () => {
    await peer.closed();
    const at = peer.bytes.lastIndexOf(0x88);
    return at < 0 ? null : peer.bytes.readUInt16BE(at + 2);
  };
  return peer;
}

/** A frame as a client sends it. */
function frame(opcode, payload = "", { fin = true, mask = true, rsv = 0, length } = {}) {
  const body = Buffer.from(payload);
  const size = length ?? body.length;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const bit = mask ? 0x80 : 0;
  if (size < 126) {
    head.push(bit | size);
  } else if (size < 65536) {
    head.push(bit | 126, size >> 8, size & 255);
  } else {
    const wide = Buffer.alloc(8);
    wide.writeBigUInt64BE(BigInt(size));
    head.push(bit | 127, ...wide);
  }
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Buffer.from(head), mask ? Buffer.alloc(4) : Buffer.alloc(0), body]);
}

/** A tone: so many samples, of 400 Hz at 8 kHz, at this level. */
function tone(samples, level = 8000, period = 20) {
  const pcm = Buffer.alloc(samples * 2);
  for (let index = 0; index < samples; index += 1) {
    pcm.writeInt16LE(Math.round(level * Math.sin((2 * Math.PI * index) / period)), index * 2);
  }
  return pcm;
}

/** Two voices, interleaved. */
function interleave(left, right) {
  const both = Buffer.alloc(left.length * 2);
  for (let index = 0; index < left.length; index += 2) {
    left.copy(both, index * 2, index, index + 2);
    right.copy(both, index * 2 + 2, index, index + 2);
  }
  return both;
}

/** What Asterisk says first on a connection of chan_websocket. */
function mediaStart(fields = {}) {
  const all = {
    connection_id: "c1",
    channel: "WebSocket/x/0x1",
    channel_id: "1700000000.1",
    format: "slin",
    optimal_frame_size: 320,
    ptime: 20,
    ...fields
  };
  const words = Object.entries(all).map(([name, value]) => `${name}:${value}`);
  return ["MEDIA_START", ...words].join(" ");
}

module.exports = {
  HOST,
  Opcode,
  dial,
  frame,
  hear,
  interleave,
  keep,
  keepCalls,
  mediaStart,
  raw,
  refused,
  serve,
  tone
};
