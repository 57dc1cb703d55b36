"use strict";

/** The process of an Asterisk in a folder: started, asked over its command line, stopped. */

const { execFile, spawn } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const path = require("node:path");
const { until, within } = require("./asterisk-wait");

const BOOT_MS = 30_000;
const STOP_MS = 10_000;
const COMMAND_MS = 5_000;

class AsteriskProcess {
  #folder;
  #configuration;
  #child;
  #exited;

  /** `inside` is the run's directory as Asterisk sees it. */
  constructor(folder, inside) {
    this.#folder = folder;
    this.#configuration = path.posix.join(inside, "etc/asterisk.conf");
    const output = fs.openSync(path.join(folder, inside, "log/console"), "a");
    this.#child = spawn(...this.#commandLine(), { stdio: ["ignore", output, output] });
    fs.closeSync(output);
    this.#exited = once(this.#child, "exit");
    // Awaited only at the stop; a spawn that fails shows there and in the boot, not as a crash.
    this.#exited.catch(() => {});
  }

  /** Resolves when every module has been loaded. */
  async booted() {
    const ready = async () => {
      if (this.#child.exitCode !== null) {
        throw new Error("Asterisk ended while it started");
      }
      const answer = await this.cli("core waitfullybooted").catch(() => "");
      return answer.includes("fully booted");
    };
    await until(ready, "Asterisk has started", BOOT_MS);
  }

  /** What `asterisk -rx` prints. */
  cli(command) {
    const args = [this.#folder, "/usr/sbin/asterisk", "-C", this.#configuration, "-rx", command];
    return new Promise((resolve, reject) => {
      execFile("chroot", args, { timeout: COMMAND_MS }, (error, stdout) =>
        error ? reject(error) : resolve(stdout)
      );
    });
  }

  async stop() {
    if (this.#isGone) {
      return;
    }
    await this.cli("core stop now").catch(() => {});
    try {
      await within(this.#exited, "Asterisk has stopped", STOP_MS);
    } catch {
      await this.kill();
    }
  }

  /** Its namespace dies first, and Asterisk a moment later, until when its sockets are taken. */
  async kill() {
    if (!this.#isGone) {
      this.#child.kill("SIGKILL");
      await this.#exited;
      const isMute = () => this.cli("core show uptime").then(() => false, () => true);
      await until(isMute, "Asterisk is gone");
    }
  }

  get #isGone() {
    const { exitCode, signalCode, pid } = this.#child;
    return exitCode !== null || signalCode !== null || pid === undefined;
  }

  /**
   * A namespace for processes and mounts, in which /proc is mounted for Asterisk: it ends with
   * Asterisk, and Asterisk with this process, even when that is killed. The network is the host's.
   */
  #commandLine() {
    const proc = path.join(this.#folder, "proc");
    const args = ["--pdeathsig", "KILL", "--"];
    args.push("unshare", "--mount", "--pid", "--fork", "--kill-child", `--mount-proc=${proc}`);
    args.push("chroot", this.#folder, "/usr/sbin/asterisk", "-f", "-n", "-C", this.#configuration);
    return ["setpriv", args];
  }
}

module.exports = { AsteriskProcess };
