"use strict";

/** A suite of tests with one Asterisk around it, skipped where Asterisk cannot be had. */

const { after, before, describe, test } = require("node:test");
const { Asterisk } = require("./asterisk");
const { findFolder } = require("./asterisk-folder");

const TEST_MS = 30_000;

/**
 * `define(test)` says the tests, each `test("sentence", async ({ asterisk, t }) => …[, timeout])`;
 * `options` are for `Asterisk.start`.
 */
function asteriskSuite(name, define, options) {
  const { folder, reason } = findFolder();
  // CI promises the real thing: there a skipped test would be a lie.
  if (reason && process.env.CI === "true") {
    throw new Error(`in CI there must be an Asterisk: ${reason}`);
  }
  describe(name, { skip: reason ?? false }, () => {
    const lab = { asterisk: null, failed: false };
    before(async () => {
      lab.asterisk = await Asterisk.start(folder, options);
    });
    after(() => finish(lab));
    define((title, body, timeout = TEST_MS) => test(title, { timeout }, (t) => run(lab, t, body)));
  });
}

async function run(lab, t, body) {
  try {
    await body({ asterisk: lab.asterisk, t });
  } catch (error) {
    lab.failed = true;
    console.error(`"${t.name}" failed; Asterisk's log ends:\n${lab.asterisk.logTail()}`);
    throw error;
  }
}

async function finish({ asterisk, failed }) {
  const kept = await asterisk?.stop({ keep: failed });
  if (kept) {
    console.error(`Asterisk's log, configuration and sounds are kept in ${kept}`);
  }
}

module.exports = { asteriskSuite };
