"use strict";

/** mrf.d.ts and the code: what a class declares can be seen on it, and the other way round. */

const assert = require("node:assert/strict");
const { EventEmitter } = require("node:events");
const path = require("node:path");
const { test } = require("node:test");
const ts = require("typescript");
const Mrf = require("../mrf.js");

const FILE = path.resolve(__dirname, "../mrf.d.ts");
const program = ts.createProgram([FILE], {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: ["node"]
});
const checker = program.getTypeChecker();
const mrf = checker
  .getSymbolsInScope(program.getSourceFile(FILE), ts.SymbolFlags.Class)
  .find(({ name }) => name === "Mrf");
const inside = checker.getExportsOfModule(mrf).filter(({ flags }) => flags & ts.SymbolFlags.Value);

/** Made for the library's own use, or given to every object of a class when it is made. */
const INNER = { Mrf: ["forget"], MediaServer: ["start"], Endpoint: [] };
const FIELDS = { Mrf: ["mediaservers", "localAddresses"], MediaServer: ["endpoints"], Endpoint: [] };

test("the exports are the declared ones, and all are there by name for an import", async () => {
  const names = inside.map(({ name }) => name).filter((name) => name !== "prototype");
  assert.deepEqual(Object.keys(Mrf).sort(), names.sort());
  const { default: whole, ...named } = await import("callstreams/mrf");
  delete named["module.exports"];
  assert.equal(whole, Mrf);
  assert.deepEqual(Object.keys(named).sort(), names.sort());
});

for (const [name, Class] of Object.entries({ Mrf, MediaServer: Mrf.MediaServer, Endpoint: Mrf.Endpoint })) {
  test(`the class ${name} has the declared members`, () => {
    const symbol = name === "Mrf" ? mrf : inside.find((one) => one.name === name);
    const own = ({ parent }) => parent === symbol;
    const declared = checker.getDeclaredTypeOfSymbol(symbol).getProperties().filter(own);
    const events = ["on", "once"].filter((member) => !Object.hasOwn(Class.prototype, member));
    const names = declared.map((member) => member.name).filter((member) => !events.includes(member));
    const seen = Object.getOwnPropertyNames(Class.prototype).filter((member) => member !== "constructor");
    const expected = [...seen.filter((member) => !INNER[name].includes(member)), ...FIELDS[name]];
    assert.deepEqual(names.sort(), expected.sort());
    assert.ok(Class.prototype instanceof EventEmitter);
  });
}
