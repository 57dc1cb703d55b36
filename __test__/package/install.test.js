"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const { after, before, describe, test } = require("node:test");
const esbuild = require("esbuild");
const main = require("../../package.json");
const { openShelf } = require("./support/app.js");
const { PLATFORM, ROOT, environment, run } = require("./support/command.js");

const SIZE_MAX = 6_000_000;
const OVER = "the call is over";

let shelf;
let app;
let fetched;
const cleanups = [];

before(async () => {
  shelf = await openShelf((cleanup) => cleanups.unshift(cleanup));
  app = await shelf.install("app");
  fetched = shelf.registry.served.filter((url) => url.endsWith(".tgz"));
});

after(() => cleanups.forEach((cleanup) => cleanup()));

describe("npm install callstreams", () => {
  test("brings the package and this platform's binary, and nothing else", () => {
    assert.deepEqual(ours(app), ["callstreams", `callstreams-${PLATFORM}`]);
    assert.equal(app.installed().length, 2 + Object.keys(main.dependencies).length);
    const own = fs.readdirSync(app.path("node_modules/callstreams/native"));
    assert.deepEqual(own, ["index.d.ts", "index.js"]);
  });

  test("fetches no other platform's, and runs no script", () => {
    const versioned = ["callstreams", `callstreams-${PLATFORM}`].map((name) => `/${name}/-/${name}-${main.version}.tgz`);
    assert.deepEqual(fetched.filter((url) => url.startsWith("/callstreams")).sort(), versioned.sort());
    assert.equal(fetched.length, versioned.length + Object.keys(main.dependencies).length);
    const { scripts } = JSON.parse(fs.readFileSync(app.path("node_modules/callstreams/package.json")));
    for (const name of ["preinstall", "install", "postinstall"]) {
      assert.equal(scripts[name], undefined);
    }
  });

  test("takes a moment when npm has it in its cache", async (t) => {
    const again = await shelf.install("again");

    t.diagnostic(`installed in ${Math.round(again.ms)} ms, the first time in ${Math.round(app.ms)} ms`);
    assert.ok(again.ms < 30_000, `it took ${again.ms} ms`);
  });

  test("is small", (t) => {
    const { size } = fs.statSync(app.path(`node_modules/callstreams-${PLATFORM}/callstreams.${PLATFORM}.node`));
    const packed = shelf.tarballs.find((file) => file.includes(PLATFORM));

    t.diagnostic(`binary ${size} bytes, its package ${fs.statSync(packed).size}, main ${fs.statSync(shelf.tarballs[0]).size}`);
    assert.ok(size < SIZE_MAX, `the binary has ${size} bytes`);
  });

  test("takes the binary of the platform that is asked for", async () => {
    const pairs = [
      ["linux", "arm64", "musl", "linux-arm64-musl"],
      ["linux", "arm64", "glibc", "linux-arm64-gnu"],
      ["linux", "x64", "musl", "linux-x64-musl"],
      ["darwin", "arm64", undefined, "darwin-arm64"],
      ["win32", "x64", undefined, "win32-x64-msvc"]
    ];
    for (const [system, cpu, libc, expected] of pairs) {
      const where = [`--os=${system}`, `--cpu=${cpu}`, ...(libc ? [`--libc=${libc}`] : [])];
      const other = await shelf.install(`on-${expected}`, ...where);
      assert.deepEqual(ours(other), ["callstreams", `callstreams-${expected}`]);
    }
  });

  test("without optional dependencies gives a package that says what it lacks", async () => {
    const bare = await shelf.install("bare", "--omit=optional");

    assert.deepEqual(ours(bare), ["callstreams"]);
    const printed = await bare.node("-p", "try { require('callstreams') } catch (error) { `${error.code} ${error.message}` }");
    assert.match(printed, /^ERR_NO_BINARY /);
    assert.ok(printed.includes(`npm install callstreams-${PLATFORM}@${main.version}`), printed);
  });
});

describe("a call, where Rust is not", () => {
  test("Rust is not on the path", async () => {
    await assert.rejects(run("cargo", ["--version"]), { code: "ENOENT" });
  });

  test("works by require", async () => assert.equal(await app.node("commonjs.cjs"), OVER));

  test("works by import", async () => assert.equal(await app.node("esm.mjs"), OVER));

  test("is heard by what `npm start` shows", { timeout: 60_000 }, async (t) => {
    fs.cpSync(path.join(ROOT, "examples"), app.path("examples"), { recursive: true });
    const env = { ...environment(), PORT: String(await freePort()) };
    const demo = spawn(process.execPath, ["examples/demo.js"], { cwd: app.folder, env });
    t.after(() => demo.kill());
    let printed = "";
    for (const stream of [demo.stdout, demo.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (printed += text));
    }
    const exited = once(demo, "exit").then(() => assert.fail(`it ended:\n${printed}`));
    const shown = (async () => {
      while (!printed.includes("The server stays up")) {
        await once(demo.stdout, "data");
      }
    })();
    await Promise.race([shown, exited]);
    assert.match(printed, /key 3/);
  });
});

describe("TypeScript", () => {
  const tsc = path.join(ROOT, "node_modules/typescript/bin/tsc");

  /** Compiles for Node, with the types of Node and no others. */
  function compile(files, options = {}) {
    const config = {
      compilerOptions: {
        module: "nodenext",
        target: "es2022",
        strict: true,
        types: ["node"],
        typeRoots: [path.join(ROOT, "node_modules/@types")],
        outDir: "out",
        ...options
      },
      files
    };
    fs.writeFileSync(app.path("tsconfig.json"), JSON.stringify(config));
    return app.node(tsc, "-p", ".");
  }

  test("compiles a project as ESM and as CommonJS, which run", async () => {
    await compile(["app.mts", "app.cts"]);

    for (const file of ["out/app.mjs", "out/app.cjs"]) {
      assert.equal(await app.node(file), "compiled, function");
    }
  });

  test("finds the types of each path that is exported", async () => {
    const typed = Object.keys(main.exports).filter((name) => main.exports[name].types);
    const lines = typed.map((name, index) => {
      const from = JSON.stringify(path.posix.join("callstreams", name));
      return `import * as part${index} from ${from};\nexport const names${index} = Object.keys(part${index});\n`;
    });
    fs.writeFileSync(app.path("paths.mts"), lines.join(""));

    await compile(["paths.mts"], { skipLibCheck: true });
  });
});

describe("esbuild", () => {
  async function bundle(out, options) {
    const fixed = { bundle: true, platform: "node", logLevel: "error", absWorkingDir: app.folder, outdir: out };
    await esbuild.build({ entryPoints: ["commonjs.cjs"], ...fixed, ...options });
    return app.path(out, "commonjs.js");
  }

  test("bundles an app that leaves the package outside", async () => {
    assert.equal(await app.node(await bundle("beside", { external: ["callstreams"] })), OVER);
  });

  test("bundles the package too, with its binary outside", async () => {
    assert.equal(await app.node(await bundle("within", { external: ["callstreams-*", "*.node"] })), OVER);
  });

  test("bundles all of it, with the binary as a file beside it", async () => {
    await bundle("whole", { loader: { ".node": "copy" } });

    const lone = path.join(shelf.folder, "lone");
    fs.cpSync(app.path("whole"), lone, { recursive: true });
    const { stdout } = await run(process.execPath, [path.join(lone, "commonjs.js")], { cwd: lone });
    assert.equal(stdout.trim(), OVER);
  });
});

/** What is installed of callstreams itself. */
function ours(folder) {
  return folder.installed().filter((name) => name.startsWith("callstreams"));
}

async function freePort() {
  const server = net.createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
