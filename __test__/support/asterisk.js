"use strict";

/**
 * A real Asterisk for the tests, on free ports of the loopback. Where to look:
 *   asterisk-folder.js   the Debian folder it runs from, made once per machine
 *   asterisk-config.js   its configuration, with the dialplan the calls run
 *   asterisk-sip.js      the part of it that is about SIP
 *   asterisk-process.js  its process
 *   asterisk-ari.js      its remote control
 *   asterisk-call.js     a call between two ends
 *   asterisk-bridge.js   what ARI joins to a call
 *   asterisk-websocket.js  its chan_websocket, as client and as server
 *   asterisk-audio.js    the live audio of its channels
 *   asterisk-suite.js    a suite of tests with an Asterisk around it
 *   asterisk-answer.js   the callstreams server it calls; asterisk-child.js one in another process
 *   asterisk-mrf.js      an application of callstreams/mrf
 *   asterisk-assert.js   what was heard against what was said
 */

const { randomBytes } = require("node:crypto");
const { once } = require("node:events");
const fs = require("node:fs");
const udp = require("node:dgram");
const net = require("node:net");
const path = require("node:path");
const { Ari } = require("./asterisk-ari");
const { Call } = require("./asterisk-call");
const { writeConfiguration } = require("./asterisk-config");
const { makeRunDirectory } = require("./asterisk-folder");
const { AsteriskProcess } = require("./asterisk-process");
const { silence } = require("../../examples/sound.js");

const USER = "tests";
const LOOPBACK = "127.0.0.1";
/** Between finding a free port and Asterisk's binding it, somebody else may take it. */
const START_ATTEMPTS = 3;
/** How Asterisk names raw signed linear of each rate. */
const EXTENSIONS = { 8000: "sln", 12000: "sln12", 16000: "sln16", 24000: "sln24", 48000: "sln48" };

/** More than what Record cuts off, and than an echo needs to come back. */
const QUIET_MS = 300;

class Asterisk {
  #folder;
  #directory;
  #inside;
  #process;

  /** `sip` turns chan_pjsip on, configured for drachtio; see asterisk-sip.js. */
  static async start(folder, { sip = false } = {}) {
    for (let attempt = 1; ; attempt++) {
      const asterisk = new Asterisk(folder);
      try {
        await asterisk.#start(sip);
        return asterisk;
      } catch (error) {
        const log = asterisk.logTail();
        await asterisk.stop();
        if (attempt === START_ATTEMPTS) {
          throw new Error(`${error.message}\n${log}`, { cause: error });
        }
      }
    }
  }

  constructor(folder) {
    this.#folder = folder;
    this.#directory = makeRunDirectory(folder);
    this.#inside = `/${path.relative(folder, this.#directory)}`;
  }

  /** Both ends given as lists of dialplan applications; see `Call`. */
  call(ends) {
    return Call.place(this.ari, ends);
  }

  /** A call whose near end waits for ARI to join it to something. */
  callIntoStasis(ends) {
    return Call.placeIntoStasis(this.ari, ends);
  }

  /** Puts sound where Playback finds it, and gives the name to play it by. */
  writeSound(name, pcm, rate = 8000) {
    fs.writeFileSync(this.#soundFile(name, rate), pcm);
    return path.posix.join(this.#inside, "sounds", name);
  }

  /** Where the file of such a sound is on this side, for `res.play`. */
  soundFile(name, rate = 8000) {
    return this.#soundFile(name, rate);
  }

  /** The far step for `readRecording`: no beep, no limits but the digit # and the call's end. */
  recordStep(name, rate = 8000) {
    return `Record(${this.#inside}/sounds/${name}.${EXTENSIONS[rate]},0,0,q)`;
  }

  /**
   * The far steps that play `pcm` and record what comes back meanwhile, and a little longer. What is
   * played is recorded beside it, under the name with `-caller`.
   */
  duplexSteps(name, pcm) {
    const file = (kind) => `${this.#inside}/sounds/${name}${kind}.sln`;
    return [
      `MixMonitor(${file("-both")},r(${file("")})t(${file("-caller")}))`,
      `Playback(${this.writeSound(`${name}-said`, pcm)})`,
      // MixMonitor records only while both directions carry something.
      this.#quietStep(),
      "StopMixMonitor()"
    ];
  }

  /**
   * The near steps that end a recording, behind the last sound that went down the line. Record cuts
   * the last quarter of a second off with the digit, so a longer silence is laid there first.
   */
  endRecordingSteps() {
    return [this.#quietStep(), "SendDTMF(#)"];
  }

  /** Puts µ-law where ARI finds it as it is, and gives what to play it by. */
  writeMuLaw(name, bytes) {
    fs.writeFileSync(path.join(this.#directory, "sounds", `${name}.ulaw`), bytes);
    return `sound:${path.posix.join(this.#inside, "sounds", name)}`;
  }

  readRecording(name, rate = 8000) {
    return fs.readFileSync(this.#soundFile(name, rate));
  }

  /** Puts a file beside the configuration's, and gives its path as Asterisk sees it. */
  configure(name, text) {
    fs.writeFileSync(path.join(this.#directory, "etc", name), text);
    return path.posix.join(this.#inside, "etc", name);
  }

  /** The Debian folder it runs from. */
  get folder() {
    return this.#folder;
  }

  /** Killed, as by a power cut: nobody is told. */
  async crash() {
    this.ari?.close();
    await this.#process.kill();
  }

  /** Up again after `crash`, on the same ports. */
  restart() {
    return this.#run();
  }

  /** What Asterisk's command line prints. */
  cli(command) {
    return this.#process.cli(command);
  }

  /** The end of the log; what Asterisk grumbled about while it started only when it never was up. */
  logTail(lines = 60) {
    const log = path.join(this.#directory, "log/full");
    if (!fs.existsSync(log)) {
      return "(Asterisk wrote no log)";
    }
    const all = fs.readFileSync(log, "utf8").trimEnd().split("\n");
    const up = all.findIndex((line) => line.includes("Asterisk Ready"));
    return all
      .slice(up + 1)
      .slice(-lines)
      .join("\n");
  }

  /** `keep` leaves the log, configuration and sounds in place, and gives their directory. */
  async stop({ keep = false } = {}) {
    this.ari?.close();
    await this.#process?.stop();
    if (keep) {
      return this.#directory;
    }
    fs.rmSync(this.#directory, { recursive: true, force: true });
    return null;
  }

  async #start(sip) {
    // The password is of this run only: whoever else might hold the port would refuse it.
    const access = { user: USER, password: randomBytes(16).toString("hex") };
    const port = await freePort();
    this.sipPort = sip ? await freePort("udp") : undefined;
    this.access = { port, ...access };
    writeConfiguration({
      directory: this.#directory,
      inside: this.#inside,
      httpPort: port,
      sipPort: this.sipPort,
      ...access
    });
    await this.#run();
  }

  async #run() {
    this.#process = new AsteriskProcess(this.#folder, this.#inside);
    await this.#process.booted();
    this.ari = await Ari.connect(this.access);
  }

  #quietStep() {
    return `Playback(${this.writeSound("quiet", silence(QUIET_MS, 8000))})`;
  }

  #soundFile(name, rate) {
    return path.join(this.#directory, "sounds", `${name}.${EXTENSIONS[rate]}`);
  }
}

/** A port of the loopback that nobody holds just now. */
async function freePort(kind = "tcp") {
  const server =
    kind === "tcp"
      ? net.createServer().listen(0, LOOPBACK)
      : udp.createSocket("udp4").bind(0, LOOPBACK);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

module.exports = { Asterisk, freePort };
