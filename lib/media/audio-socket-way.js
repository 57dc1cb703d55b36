"use strict";

/**
 * Audio over AudioSocket: Asterisk dials a server of ours, which is one for all channels and there from
 * the first of them on.
 */

const { once } = require("node:events");
const dgram = require("node:dgram");
const net = require("node:net");
const { AudioSocket } = require("../audio-socket.js");
const { callOptions } = require("./options.js");

class AudioSocketWay {
  #options;
  #ariUrl;
  #opening = null;
  #server = null;

  /** `options` are those of all; `ariUrl` is where Asterisk is. */
  constructor(options, ariUrl) {
    this.#options = options;
    this.#ariUrl = new URL(ariUrl);
  }

  /** A leg for one channel: what ARI is told of it, and the stream that comes of it. */
  async prepare({ sampleRate, format, timeout }) {
    this.#opening ??= this.#open();
    const external_host = await this.#opening.catch((error) => {
      this.#opening = null;
      throw error;
    });
    const server = this.#server;
    let arrive;
    const arrival = new Promise((resolve) => (arrive = resolve));
    const ref = server.expect({ sampleRate, arrive }, { timeout });
    return {
      where: `to ${external_host}`,
      parameters: { external_host, encapsulation: "audiosocket", transport: "tcp", format, data: ref },
      join: () => arrival,
      cancel: () => server.unexpect(ref)
    };
  }

  async close() {
    await this.#opening?.catch(() => {});
    await this.#server?.close();
  }

  async #open() {
    const { bind, port } = this.#options;
    const host = this.#options.host ?? (await addressTowards(this.#ariUrl));
    // Asterisk closes without having read all that was said, which resets the connection.
    const server = new AudioSocket({ ...callOptions(this.#options), onlyExpected: true, isResetEnd: true });
    server.onConnection(({ context: { sampleRate, arrive } }, stream) => {
      stream.setSampleRate(sampleRate);
      arrive(stream);
    });
    server.listen(port, bind ?? host);
    await once(server, "listening");
    this.#server = server;
    return net.isIPv6(host) ? `[${host}]:${server.address().port}` : `${host}:${server.address().port}`;
  }
}

/** Our own address as it is towards Asterisk. Nothing is sent to find out. */
async function addressTowards({ hostname, port, protocol }) {
  const host = hostname.replace(/^\[|\]$/g, "");
  const socket = dgram.createSocket(net.isIPv6(host) ? "udp6" : "udp4");
  try {
    socket.connect(Number(port) || (protocol === "https:" ? 443 : 80), host);
    await once(socket, "connect");
    return socket.address().address;
  } finally {
    socket.close();
  }
}

module.exports = { AudioSocketWay };
