"use strict";

/** Certificates of an authority of the tests' own, made by openssl. */

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const DAYS = 3;

/** Whether they can be made here. */
function canMake() {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A folder with an authority: `issue` makes a certificate of it. */
class Authority {
  #folder = fs.mkdtempSync(path.join(os.tmpdir(), "authority-"));

  constructor() {
    this.#run("req", "-x509", "-days", String(DAYS), "-subj", "/CN=Test authority", ...this.#newKey("ca"));
  }

  /** The authority's certificate. */
  get ca() {
    return this.#place("ca.pem");
  }

  /** `{cert, key}`, files for a host: `DNS:localhost`, `IP:127.0.0.1`. May be of the past. */
  issue(name, host, { expired = false } = {}) {
    const extensions = this.#place(`${name}.ext`);
    fs.writeFileSync(extensions, `subjectAltName=${host}\nbasicConstraints=CA:FALSE\n`);
    const [request, cert] = [this.#place(`${name}.csr`), this.#place(`${name}.pem`)];
    this.#run("req", "-new", "-subj", `/CN=${name}`, ...this.#newKey(name, request));
    const span = expired
      ? ["-not_before", "20200101000000Z", "-not_after", "20200102000000Z"]
      : ["-days", String(DAYS)];
    const by = ["-CA", this.ca, "-CAkey", this.#place("ca.key"), "-CAcreateserial"];
    try {
      this.#run("x509", "-req", "-in", request, "-out", cert, "-extfile", extensions, ...by, ...span);
    } catch (error) {
      if (!expired) {
        throw error;
      }
      this.#issueExpired(request, cert, extensions);
    }
    return { cert, key: this.#place(`${name}.key`) };
  }

  remove() {
    fs.rmSync(this.#folder, { recursive: true });
  }

  /** Before version 3.4, `x509` cannot say when a certificate begins; `ca` can. */
  #issueExpired(request, cert, extensions) {
    const config = this.#place("ca.cnf");
    fs.writeFileSync(this.#place("index.txt"), "");
    fs.writeFileSync(
      config,
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${this.#place("index.txt")}\nnew_certs_dir=${this.#folder}\n` +
        "default_md=sha256\npolicy=p\nrand_serial=yes\n[p]\ncommonName=supplied\n"
    );
    const span = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"];
    const by = ["-cert", this.ca, "-keyfile", this.#place("ca.key"), "-config", config];
    this.#run("ca", "-batch", "-notext", "-in", request, "-out", cert, "-extfile", extensions, ...by, ...span);
  }

  #newKey(name, out = this.#place(`${name}.pem`)) {
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    return [...curve, "-keyout", this.#place(`${name}.key`), "-out", out];
  }

  #place(name) {
    return path.join(this.#folder, name);
  }

  #run(...args) {
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"], timeout: 10_000 });
  }
}

module.exports = { Authority, canMake };
