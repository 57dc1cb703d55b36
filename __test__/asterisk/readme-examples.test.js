"use strict";

/** The first example of a README, ours and that of @fonoster/streams, as it stands. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { freePort } = require("../support/asterisk");
const { assertHeard } = require("../support/asterisk-assert");
const { runChild } = require("../support/asterisk-child");
const { asteriskSuite } = require("../support/asterisk-suite");
const sound = require("../../examples/sound.js");

const RATE = 8000;
const OURS = path.join(__dirname, "../../README.md");
const THEIRS = require.resolve("@fonoster/streams/README.md");

asteriskSuite("the example in the README", (test) => {
  test("of @fonoster/streams runs call after call", async ({ asterisk, t }) => {
    await runsFor({ asterisk, t, readme: THEIRS, playsFile: "/path/to/audio/file" });
  });

  test("of callstreams runs call after call", async ({ asterisk, t }) => {
    await runsFor({ asterisk, t, readme: OURS, playsFile: "examples/greeting.sln" });
  });
});

async function runsFor({ asterisk, t, readme, playsFile }) {
  const played = sound.sweep(300, 3000, 700, RATE);
  asterisk.writeSound("played", played);
  const port = await freePort();
  const app = runChild(
    t,
    firstExample(readme)
      .replace(/require\("[^"]+"\)/, "require(CALLSTREAMS)")
      .replace("listen(9092", `listen(${port}`)
      .replace(playsFile, asterisk.soundFile("played"))
  );
  await app.printed(/listening on port/);
  for (const turn of ["first", "second"]) {
    const ref = randomUUID();
    const call = await asterisk.call({
      near: [`AudioSocket(${ref},127.0.0.1:${port})`],
      far: [...asterisk.duplexSteps(turn, sound.silence(1200, RATE)), "UserEvent(Recorded)"]
    });
    await app.printed(new RegExp(ref));
    await call.reached("Recorded");
    assertHeard(asterisk.readRecording(turn), played, RATE, `the ${turn} call hears it whole`);
    await call.ended();
  }
  assert.ok(app.isRunning, "the callers' hanging up leaves the app up");
}

/** The first JavaScript that a README has. Theirs lacks the brace that ends its first listener. */
function firstExample(readme) {
  const [, code] = fs.readFileSync(readme, "utf8").match(/```js\n([\s\S]*?)```/);
  return code.replace("audio data\n  );", "audio data\n  });");
}
