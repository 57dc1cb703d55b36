"use strict";

/** Loaded before an example, it has `require("drachtio-srf")` give the tests' own Srf, on a free port. */

const { TestSrf } = require("./test-srf.js");

class Srf extends TestSrf {
  async connect() {
    await this.open();
    console.log("listening on port", this.agent.port);
  }

  disconnect() {
    this.agent.close();
  }
}

const id = require.resolve("drachtio-srf");
require.cache[id] = { id, filename: id, loaded: true, exports: Srf, children: [], paths: [] };
