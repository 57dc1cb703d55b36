"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { circleFaults, circlesIn } = require("../scripts/layers/circles.js");
const { Crate } = require("../scripts/layers/crate.js");

/** The graph of a crate of these files. */
function graphOf(t, files) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "layers-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return new Crate(folder).graph();
}

const FACE = "mod a;\nmod b;\npub use a::A;\npub(crate) use b::{B as Bee, run};\n";

const circles = {
  "of names that another module passes on": { "net/a.rs": "use super::Bee;", "net/b.rs": "use crate::net::A;" },
  "of paths in the code": { "net/a.rs": "fn a() { super::b::run() }", "net/b.rs": "fn b(a: crate::net::a::A) {}" },
  "of modules that are in use": { "net/a.rs": "use super::b;\nfn a() { b::run() }", "net/b.rs": "use super::{a::{self, A}};" },
  "through a module's face": { "net/a.rs": "use crate::net;\nfn a() { net::run() }", "net/b.rs": "use super::A;" }
};

for (const [what, files] of Object.entries(circles)) {
  test(`a circle is found ${what}`, (t) => {
    const graph = graphOf(t, { "lib.rs": "mod net;", "net/mod.rs": FACE, ...files });
    assert.deepEqual(circlesIn(graph), [["net/a.rs", "net/b.rs"]]);
    const [fault] = circleFaults(graph, []);
    assert.match(fault, /net\/a\.rs → net\/b\.rs → net\/a\.rs$/);
    assert.deepEqual(circleFaults(graph, [["net/a.rs", "net/b.rs"]]), []);
  });
}

test("a face that passes names on, comments, texts, tests and other crates make no circle", (t) => {
  const graph = graphOf(t, {
    "lib.rs": "mod net;",
    "net/mod.rs": FACE,
    "net/a.rs": "//! See crate::net::b.\nuse tokio::net::TcpStream;\nuse super::Bee;",
    "net/b.rs": 'const B: &str = "crate::net::a::A";\n#[cfg(test)]\nmod tests {\n    use super::super::A;\n}\n'
  });
  assert.deepEqual(circlesIn(graph), []);
  assert.deepEqual([...graph.get("net/a.rs")], ["net/b.rs"]);
});

test("what is in no circle any more must leave the list", (t) => {
  const graph = graphOf(t, { "lib.rs": "mod a;", "a.rs": "" });
  assert.match(circleFaults(graph, [["a.rs", "b.rs"]]).join("\n"), /^a\.rs is in no circle any more.*\nb\.rs is in no/);
});
