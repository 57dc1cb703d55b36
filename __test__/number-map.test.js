"use strict";

/** The map that servers and calls are found in by number. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const v8 = require("node:v8");
const vm = require("node:vm");
const { NumberMap } = require("../lib/number-map.js");
const { chooseSeed, randomSource } = require("./support/random.js");

for (const [name, spread] of [
  ["in turn", 1],
  ["a table's size apart", 64],
  ["up to the largest there is", 2 ** 21]
]) {
  test(`numbers ${name} are found as in a Map, however they come and go`, (t) => {
    const [map, model, seed] = [new NumberMap(), new Map(), chooseSeed()];
    t.diagnostic(`TEST_SEED=${seed}`);
    const random = randomSource(seed);
    for (let step = 0; step < 20_000; step += 1) {
      const number = random(0, 2047) * spread;
      if (random(1, 3) === 1) {
        assert.equal(map.delete(number), model.delete(number));
      } else {
        const value = { number, step };
        map.set(number, value);
        model.set(number, value);
      }
      const asked = random(0, 2047) * spread;
      assert.equal(map.get(asked), model.get(asked));
      assert.equal(map.size, model.size);
    }
    assert.deepEqual(new Set(map.values()), new Set(model.values()));
  });
}

test("what has gone is young garbage: no table that was left behind keeps it", () => {
  v8.setFlagsFromString("--expose-gc");
  const gc = vm.runInNewContext("gc");
  const map = new NumberMap();
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < 20_000; number += 1) {
    map.set(number, new Array(128).fill(number));
    map.delete(number - 32);
    if (number % 500 === 0) {
      gc({ type: "minor" });
    }
  }
  const grown = process.memoryUsage().heapUsed - before;
  // All of them are 20 MB.
  assert.ok(grown < 1_500_000, `${grown} bytes`);
});
