"use strict";

const assert = require("node:assert/strict");
const { after, before, describe, test } = require("node:test");
const { openShelf } = require("./support/app.js");
const { run } = require("./support/command.js");
const { fetchRuntimes, names, reasonAgainst } = require("./support/runtimes.js");

const PROGRAMS = { require: "commonjs.cjs", import: "esm.mjs" };

describe("the installed package", { skip: reasonAgainst() }, () => {
  const cleanups = [];
  let app;
  let runtimes;

  before(async () => {
    const shelf = await openShelf((cleanup) => cleanups.unshift(cleanup));
    [app, runtimes] = await Promise.all([shelf.install("app"), fetchRuntimes()]);
  });

  after(() => cleanups.forEach((cleanup) => cleanup()));

  for (const name of names) {
    for (const [how, program] of Object.entries(PROGRAMS)) {
      test(`carries a call on ${name}, by ${how}`, async (t) => {
        const { file, args } = runtimes.get(name);
        const { stdout } = await run(file, [...args, program], { cwd: app.folder });

        assert.equal(stdout.trim(), "the call is over");
        t.diagnostic((await run(file, ["--version"])).stdout.split("\n", 1)[0]);
      });
    }
  }
});
