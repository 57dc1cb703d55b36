"use strict";

/** What the command line takes, what it says to what it does not take, and how it is completed. */

const assert = require("node:assert/strict");
const { execFile } = require("node:child_process");
const path = require("node:path");
const { describe, test } = require("node:test");
const { promisify } = require("node:util");
const { version } = require("../package.json");
const { ROOT, run } = require("./support/cli.js");

const COMMANDS = ["serve", "call", "play", "record", "bench", "doctor"];

/** What a shell would be offered for these words. */
async function offered(t, ...words) {
  const { code, stdout } = await run(t, ["complete", "--", ...words]);
  assert.equal(code, 0);
  return stdout.split("\n").map((line) => line.split("\t")[0]);
}

describe("help", () => {
  for (const command of COMMANDS) {
    test(`${command} has help with examples`, async (t) => {
      const { code, stdout, stderr } = await run(t, [command, "--help"]);
      assert.equal(code, 0);
      assert.equal(stderr, "");
      assert.match(stdout, new RegExp(`^Usage: callstreams ${command} `));
      assert.match(stdout, new RegExp(`\nExamples:\n(.*\n)*.*callstreams ${command}`));
      assert.match(stdout, /--json/);
    });
  }

  test("the program's names every command and the exit codes", async (t) => {
    const { code, stdout } = await run(t, ["--help"]);
    assert.equal(code, 0);
    COMMANDS.forEach((command) => assert.match(stdout, new RegExp(`^  ${command} `, "m")));
    assert.match(stdout, /Exit codes: 0 .* 1 .* 2 /);
  });

  test("the version is the package's", async (t) => {
    assert.deepEqual(await run(t, ["--version"]), { code: 0, signal: null, stdout: `${version}\n`, stderr: "" });
  });
});

describe("exits with 2 and says why on stderr", () => {
  const wrong = {
    "no command": [],
    "an unknown command": ["dance"],
    "an unknown option": ["serve", "--dance"],
    "a port that is none": ["serve", "--port", "65536"],
    "a port of letters": ["serve", "--port", "x"],
    "a rate that the wire does not have": ["serve", "--sample-rate", "11025"],
    "an unknown handler": ["serve", "dance"],
    "a handler without what it works on": ["serve", "play"],
    "a handler with too much": ["serve", "echo", "twice"],
    "a fork to no WebSocket": ["serve", "fork", "http://127.0.0.1/"],
    "a server of no transport": ["serve", "--no-audiosocket"],
    "a gain that is none": ["play", "x.wav", "--gain", "loud"],
    "metrics nowhere": ["serve", "--metrics", "here"],
    "a call to nobody": ["call"],
    "a call to no port": ["call", "127.0.0.1"],
    "a call to no WebSocket": ["call", "http://127.0.0.1/"],
    "too many calls": ["call", "127.0.0.1:1", "--count", "100000"],
    "keys that there are not": ["call", "127.0.0.1:1", "--dtmf", "12x"],
    "a reference that is no UUID": ["call", "127.0.0.1:1", "--ref", "7"],
    "one reference for many calls": ["call", "127.0.0.1:1", "-n", "2", "--ref", "40325ec2-5efd-4bd3-805f-53576e581d13"],
    "two things to say": ["call", "127.0.0.1:1", "--play", "a.wav", "--tone"],
    "a shell that is not known": ["completion", "tcsh"],
    "ARI without a user": ["doctor", "--ari", "http://127.0.0.1:8088"]
  };

  for (const [what, args] of Object.entries(wrong)) {
    test(what, async (t) => {
      const { code, stdout, stderr } = await run(t, args);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, args.length === 0 ? /^Usage: callstreams/ : /^callstreams: ERR_USAGE: .+\n$/);
    });
  }

  test("for machines, as JSON", async (t) => {
    const { code, stderr } = await run(t, ["serve", "--port", "x", "--json"]);
    assert.equal(code, 2);
    assert.equal(JSON.parse(stderr).error.code, "ERR_USAGE");
  });

  test("without the password that was in it", async (t) => {
    for (const args of [["doctor", "--ari", "alice:geheim@127.0.0.1"], ["call", "ws://alice:geheim@"]]) {
      const { code, stdout, stderr } = await run(t, args);
      assert.equal(code, 2);
      assert.doesNotMatch(stdout + stderr, /geheim/);
    }
  });
});

describe("completion", () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    test(`there is a script for ${shell}`, async (t) => {
      const { code, stdout } = await run(t, ["completion", shell]);
      assert.equal(code, 0);
      assert.match(stdout, /callstreams/);
    });
  }

  test("offers commands, handlers, options, their values, and files", async (t) => {
    const commands = await offered(t, "");
    COMMANDS.forEach((command) => assert.ok(commands.includes(command), command));
    assert.deepEqual((await offered(t, "serve", "ec")).slice(0, 1), ["echo"]);
    assert.ok((await offered(t, "call", "--du")).includes("--duration"));
    assert.ok((await offered(t, "serve", "--sample-rate", "1")).includes("16000"));
    assert.ok((await offered(t, "call", "--play", "examples/gr")).includes("examples/greeting.sln"));
    assert.ok((await offered(t, "play", "exam")).includes("examples/"));
  });

  test("works in bash itself", { skip: process.platform === "win32" }, async () => {
    const bin = path.join(ROOT, "bin/callstreams.js");
    const script = `
      callstreams() { "${process.execPath}" "${bin}" "$@"; }
      # What the package bash-completion has, as far as it is wanted here.
      _get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]}; }
      source <(callstreams completion bash)
      COMP_WORDS=(callstreams do) COMP_CWORD=1 COMP_LINE="callstreams do" COMP_POINT=14
      __callstreams_complete 2>/dev/null; printf "%s\\n" "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { cwd: ROOT, timeout: 20_000 });
    assert.match(stdout, /^doctor\s*$/);
  });
});
