"use strict";

/** The documentation: what scripts/check-docs.js finds wrong, and the blocks that are marked `<!-- run -->`. */

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { describe, test } = require("node:test");
const { AudioSocket, WebSocketAudio } = require("..");
const { ROOT, faultsOf, pagesIn } = require("../scripts/check-docs.js");
const { Page } = require("../scripts/docs/page.js");
const { freePort } = require("./support/asterisk.js");
const { eventually } = require("./support/wait.js");

const WAIT_MS = 20_000;
const pages = pagesIn(ROOT);
/** Pages that made-up ones link to. */
const beside = pages.filter(({ file }) => file === "docs/errors.md");
/** Not in this file in one piece. */
const NO_TEST = ["nobody", "wrote", "this"].join(" ");

/** What is wrong with a page that says this. */
async function wrong(text, file = "docs/made-up.md") {
  const faults = await faultsOf(ROOT, [...beside, new Page(file, text)]);
  return faults
    .filter((fault) => fault.startsWith(file))
    .map((fault) => fault.slice(file.length).replace(/^:\d+/, "").trim());
}

function block(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\`\n`;
}

test("nothing is wrong with the documentation", async () => {
  assert.deepEqual(await faultsOf(ROOT, pages), []);
});

describe("a page is wrong", () => {
  for (const [what, text, fault] of [
    ["whose link leads to no file", "[x](nowhere.md)", "nowhere.md: there is no such file"],
    ["whose link leads to no heading", "[x](errors.md#nowhere)", "errors.md#nowhere: there is no such heading"],
    ["whose link leads to no heading of its own", "# A b\n[x](#a-b) [y](#c)", "#c: there is no such heading"],
    ["whose link is not https", "[x](http://example.com)", "http://example.com: is not https"],
    ["whose picture is not there", '<img src="figures/none.svg">', "figures/none.svg: there is no such file"],
    ["whose script cannot be parsed", block("js", "const a = ;"), "Expression expected."],
    ["whose script has types", block("js", "let a: number;"), "Type annotations can only be used in TypeScript files."],
    ["that takes what is not exported", block("js", 'const { Audio } = require("callstreams");'), "callstreams exports no Audio"],
    ["that imports what is not exported", block("js", 'import { Nope as x } from "callstreams";'), "callstreams exports no Nope"],
    ["that imports what we do not have", block("js", 'require("callstreams/none");'), "there is no callstreams/none"],
    ["that imports what nobody has", block("js", 'import x from "nobody-has-it";'), "nobody has nobody-has-it"],
    ["whose types do not fit", block("ts", 'import { AudioSocket } from "callstreams";\nnew AudioSocket({ sampleRate: "x" });'), /not assignable/],
    ["that runs a script that is not there", block("sh", "npm install && npm run nothing"), "there is no script nothing"],
    ["that has npm do what it cannot", block("sh", "npm instal"), "npm has no instal"],
    ["whose command is not ours", block("sh", "npx callstreams dance --now"), "callstreams has no command dance"],
    ["whose option is not ours", block("sh", "callstreams call 127.0.0.1:9092 --twice"), "callstreams call has no --twice"],
    ["that runs a file that is not there", block("sh", "PORT=1 node examples/none.js # no"), "there is no examples/none.js"],
    ["whose proof is no test", `[docs](../__test__/docs.test.js): "${NO_TEST}"`, `__test__/docs.test.js has no test "${NO_TEST}"`]
  ]) {
    test(what, async () => {
      const faults = await wrong(text);
      assert.equal(faults.length, 1, faults.join("\n"));
      assert.match(faults[0], fault instanceof RegExp ? fault : new RegExp(`^${fault.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`));
    });
  }

  test("of docs/ that the index does not name", async () => {
    const faults = await faultsOf(ROOT, [new Page("docs/lost.md", "")]);
    assert.ok(faults.includes("docs/README.md does not name docs/lost.md"));
  });
});

test("what stands in code is no link, and what is right is not wrong", async () => {
  const text = [
    "# Twice",
    "# Twice",
    "`[x](nowhere.md)` [a](#twice-1) [b](errors.md#thrown-or-rejected) [c](https://example.com)",
    block("", "[x](nowhere.md)"),
    block("js", 'import { AudioSocket } from "callstreams";\nconst { register } = require("node:module");\nawait 1;'),
    block("ts", 'import { AudioSocket } from "callstreams";\nnew AudioSocket({ sampleRate: 16000 });'),
    block("sh", 'A=1 npx callstreams serve --port 1 # --not\nnpm test && callstreams --help\nls "a b"')
  ].join("\n");
  assert.deepEqual(await wrong(text), []);
});

describe("a block that is marked runs:", () => {
  const marked = pages.flatMap(({ file, blocks }) => blocks.filter(({ isRun }) => isRun).map((one) => ({ file, ...one })));

  test("there are some", () => assert.ok(marked.length >= 3));

  for (const { file, line, text } of marked) {
    test(`${file}:${line} answers a call, and speaks`, async (t) => {
      const port = await freePort();
      const code = text.replace(/\.listen\(\d+/, `.listen(${port}`);
      assert.notEqual(code, text, "it listens");
      const child = spawn(process.execPath, ["-e", code], { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
      t.after(() => child.kill("SIGKILL"));
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (said) => (stderr += said));
      const call = await eventually(() => dial(text, port).catch(() => null), WAIT_MS, `an answer: ${stderr}`);
      let heard = 0;
      call.on("data", (pcm) => (heard += pcm.filter((byte) => byte !== 0).length));
      // To mod_audio_stream, which is what a sender is taken for that does not say who it is, sound is text.
      call.on("message", ({ type }) => (heard += type === "streamAudio" ? 3200 : 0));
      await eventually(() => heard > 1000, WAIT_MS, `sound: ${stderr}`);
      call.hangup();
      assert.equal(stderr, "");
      assert.equal(child.exitCode, null);
    });
  }

  function dial(text, port) {
    return text.includes("WebSocketAudio")
      ? WebSocketAudio.connect(`ws://127.0.0.1:${port}/`, { dialect: "raw" })
      : AudioSocket.connect({ port });
  }
});
