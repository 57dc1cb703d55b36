"use strict";

/**
 * An ARI that says what the test wants: a few resources, each request handed to the test, events on
 * command. The password is real, as is the WebSocket.
 */

const { EventEmitter, once } = require("node:events");
const http = require("node:http");
const { WebSocketServer } = require("ws");

const USER = "me";
const PASSWORD = "s3cret pass:word";

class AriServer extends EventEmitter {
  #http = http.createServer((request, response) => this.#serve(request, response));
  #sockets = new WebSocketServer({ noServer: true });
  /** `[method, path, query, body]` of each request that is no description. */
  requests = [];
  /** `answer({ method, path, query, body })` gives `[status, body]`, or a promise of it; by default all is well. */
  answer = () => [204];
  /** While false, no WebSocket is let in. */
  takesSockets = true;
  /** While true, one that comes is not answered; there is an event `held` instead. */
  holdsSockets = false;
  password = PASSWORD;

  static async start(t, port = 0) {
    const server = new AriServer();
    await server.listen(port);
    t.after(() => server.close());
    return server;
  }

  async listen(port = 0) {
    this.#http.listen(port, "127.0.0.1");
    await once(this.#http, "listening");
    this.port = this.#http.address().port;
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get sockets() {
    return [...this.#sockets.clients];
  }

  /** The names of the applications that run. */
  get apps() {
    return this.sockets.map(({ app }) => app);
  }

  /** An event, to all. */
  say(event) {
    this.sayText(JSON.stringify(event));
  }

  sayText(text) {
    this.sockets.forEach((socket) => socket.send(text));
  }

  /** The WebSockets break off, without a word. */
  drop() {
    this.sockets.forEach((socket) => socket.terminate());
  }

  close() {
    this.drop();
    this.#http.closeAllConnections();
    this.#http.close();
  }

  async #serve(request, response) {
    const url = new URL(request.url, "http://ari");
    const path = url.pathname.replace(/^\/ari/, "");
    const chunks = await request.toArray();
    if (!this.#admits(request)) {
      response.writeHead(401, { "content-type": "application/json" });
      response.end('{"message":"Authentication required"}');
      return;
    }
    const [status, body] = path.startsWith("/api-docs/")
      ? described(path)
      : await this.#asked(request, url, path, chunks);
    if (status === "never") {
      return;
    }
    response.writeHead(status, { "content-type": "application/json" });
    response.end(Buffer.isBuffer(body) || body === undefined ? body : JSON.stringify(body));
  }

  #asked({ method }, { searchParams }, path, chunks) {
    const text = Buffer.concat(chunks).toString();
    const asked = {
      method,
      path,
      query: Object.fromEntries(searchParams),
      body: text ? JSON.parse(text) : undefined
    };
    this.requests.push([method, path, asked.query, asked.body]);
    this.emit("request", asked);
    return this.answer(asked);
  }

  #upgrade(request, socket, head) {
    this.lastSocketRequest = request;
    if (this.holdsSockets) {
      socket.on("error", () => {});
      this.emit("held");
      return;
    }
    if (!this.takesSockets) {
      socket.destroy();
      return;
    }
    if (!this.#admits(request)) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { searchParams } = new URL(request.url, "http://ari");
      webSocket.app = searchParams.get("app");
      webSocket.on("error", () => {});
      this.emit("socket", webSocket);
    });
  }

  #admits({ headers }) {
    return headers.authorization === `Basic ${Buffer.from(`${USER}:${this.password}`).toString("base64")}`;
  }
}

function described(path) {
  const name = /^\/api-docs\/(\w+)\.json$/.exec(path)?.[1];
  const names = Object.keys(DESCRIPTIONS);
  if (name === "resources") {
    return [200, { apis: names.map((one) => ({ path: `/api-docs/${one}.{format}` })) }];
  }
  return names.includes(name) ? [200, DESCRIPTIONS[name]] : [404];
}

/** An operation: `"GET /channels list List[Channel] ?query {body} *required"`. */
function api(text) {
  const [httpMethod, path, nickname, responseClass, ...rest] = text.split(" ");
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    paramType: "path",
    required: true
  }));
  const others = rest.map((word) => {
    const [, mark, name] = /^([?{])(\w+)/.exec(word);
    return { name, paramType: mark === "?" ? "query" : "body", required: false };
  });
  return { path, operations: [{ httpMethod, nickname, responseClass, parameters: [...inPath, ...others] }] };
}

/** `name!` is required, as most are with Asterisk. */
function fieldOf(name, type) {
  return [name.replace("!", ""), { type, required: name.endsWith("!") }];
}

/** Events: `"StasisEnd channel!:Channel"`. */
function models(texts) {
  const fields = (words) =>
    Object.fromEntries(words.map((word) => word.split(":")).map(([name, type]) => fieldOf(name, type)));
  return Object.fromEntries(
    texts.map((text) => text.split(" ")).map(([type, ...words]) => [type, { properties: fields(words) }])
  );
}

const DESCRIPTIONS = {
  channels: {
    apis: [
      api("GET /channels list List[Channel]"),
      api("POST /channels originate Channel ?endpoint ?app ?channelId ?formats {variables"),
      api("GET /channels/{channelId} get Channel"),
      api("DELETE /channels/{channelId} hangup void ?reason"),
      api("POST /channels/{channelId}/answer answer void"),
      api("POST /channels/{channelId}/continue continueInDialplan void"),
      api("POST /channels/{channelId}/play play Playback ?media ?playbackId"),
      api("POST /channels/{channelId}/snoop snoopChannel Channel ?app ?snoopId"),
      api("POST /channels/{channelId}/snoop/{snoopId} snoopChannelWithId Channel ?app ?spy ?whisper"),
      api("POST /channels/{channelId}/silence startSilence void"),
      api("DELETE /channels/{channelId}/silence stopSilence void"),
      api("POST /channels/externalMedia externalMedia Channel ?app ?channelId ?external_host ?format ?data ?transport")
    ]
  },
  bridges: {
    apis: [
      api("GET /bridges list List[Bridge]"),
      api("POST /bridges create Bridge ?type ?bridgeId"),
      api("DELETE /bridges/{bridgeId} destroy void"),
      api("POST /bridges/{bridgeId}/addChannel addChannel void ?channel")
    ]
  },
  playbacks: { apis: [api("DELETE /playbacks/{playbackId} stop void")] },
  recordings: { apis: [api("GET /recordings/stored/{recordingName}/file getStoredFile binary")] },
  endpoints: { apis: [api("GET /endpoints/{tech}/{resource} get Endpoint")] },
  asterisk: {
    apis: [
      api("GET /asterisk/info getInfo AsteriskInfo"),
      api("PUT /asterisk/config updateObject void {fields")
    ]
  },
  applications: {
    apis: [
      api("GET /applications/{applicationName} get Application"),
      api("POST /applications/{applicationName}/subscription subscribe Application ?eventSource"),
      api("DELETE /applications/{applicationName}/subscription unsubscribe Application ?eventSource")
    ]
  },
  events: {
    apis: [],
    models: models([
      "StasisStart args:List[string] channel!:Channel replace_channel:Channel",
      "StasisEnd channel!:Channel",
      "ChannelDestroyed channel!:Channel",
      "ChannelLeftBridge channel!:Channel bridge!:Bridge",
      "ChannelDtmfReceived digit:string channel!:Channel",
      "PlaybackFinished playback!:Playback",
      "EndpointStateChange endpoint!:Endpoint",
      "ApplicationReplaced"
    ])
  }
};

module.exports = { AriServer, PASSWORD, USER };
