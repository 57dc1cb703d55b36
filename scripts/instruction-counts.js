"use strict";

/**
 * Counts the instructions that a frame costs in each piece of the hot path, under callgrind, and
 * compares them with benches/instruction-counts.json: times on shared machines are noise, counts
 * are not. Counts of another compiler or C library are printed and not judged.
 *
 *   usage: npm run counts [-- --update]
 */

const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const ROOT = path.join(__dirname, "..");
const KEPT = path.join(ROOT, "benches/instruction-counts.json");

/** The difference between the two leaves out what starting costs. */
const [FEW, MANY] = [1_000, 6_000];
/** A count that rises by more fails; one that falls by more asks for --update. */
const TOLERANCE = 0.05;

/** The C library else chooses its memcpy by the processor. */
const ENVIRONMENT = { GLIBC_TUNABLES: "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-ERMS,-FSRM" };

function main() {
  const update = process.argv.includes("--update");
  if (spawnSync("valgrind", ["--version"]).error) {
    console.log("instruction counts: skipped, valgrind is not here");
    return;
  }
  const binary = build();
  const kept = fs.existsSync(KEPT) ? JSON.parse(fs.readFileSync(KEPT, "utf8")) : { counts: {} };
  const now = { madeWith: toolchain(), counts: countAll(binary) };
  const [before, after] = [kept.madeWith, now.madeWith].map((tools) => JSON.stringify(tools));
  const judged = before === after;
  const verdicts = printTable(kept.counts, now.counts, judged);
  if (update) {
    fs.writeFileSync(KEPT, `${JSON.stringify(now, null, 2)}\n`);
    console.log(`Written to ${path.relative(ROOT, KEPT)}.`);
  } else if (!judged) {
    console.log(`Not judged: kept with ${before}, counted with ${after}.`);
  } else {
    conclude(verdicts);
  }
}

/** As it ships, and the path of what was built. */
function build() {
  const args = ["build", "--release", "--quiet", "--bench", "counts", "--message-format=json"];
  const output = execFileSync("cargo", args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const messages = output.toString().trim().split("\n").map((line) => JSON.parse(line));
  return messages.find(({ executable, target }) => executable && target.name === "counts").executable;
}

/** What else the counts depend on. */
function toolchain() {
  const rustc = execFileSync("rustc", ["--version", "--verbose"], { cwd: ROOT }).toString();
  const line = (key) => rustc.match(new RegExp(`^${key}: (.*)$`, "m"))[1];
  const libc = process.report.getReport().header.glibcVersionRuntime ?? "none";
  return { rustc: line("release"), target: line("host"), glibc: libc };
}

function countAll(binary) {
  const names = execFileSync(binary).toString().trim().split("\n");
  return Object.fromEntries(names.map((name) => [name, perFrame(binary, name)]));
}

function perFrame(binary, name) {
  const [few, many] = [FEW, MANY].map((frames) => instructions(binary, name, frames));
  return Math.round((many - few) / (MANY - FEW));
}

function instructions(binary, name, frames) {
  const out = path.join(os.tmpdir(), `callgrind-${process.pid}.out`);
  const args = ["--tool=callgrind", `--callgrind-out-file=${out}`, binary, name, String(frames)];
  try {
    // Valgrind is found by this process's PATH; what it runs has an environment of one line.
    execFileSync("valgrind", args, { env: { PATH: process.env.PATH, ...ENVIRONMENT }, stdio: "pipe" });
    return Number(fs.readFileSync(out, "utf8").match(/^(?:summary|totals): (\d+)/m)[1]);
  } finally {
    fs.rmSync(out, { force: true });
  }
}

function printTable(before, now, judged) {
  console.log(`${"instructions per frame".padEnd(26)}${"before".padStart(8)}${"now".padStart(8)}`);
  return Object.entries(now).map(([name, count]) => {
    const change = count / before[name] - 1;
    const percent = `${change > 0 ? "+" : ""}${(change * 100).toFixed(1)} %`;
    const verdict = judged ? judge(change) : "";
    const told = name in before ? `${percent.padStart(10)}  ${verdict}` : "  new";
    console.log(`${name.padEnd(26)}${String(before[name] ?? "").padStart(8)}${String(count).padStart(8)}${told}`);
    return name in before ? verdict : "";
  });
}

function judge(change) {
  if (change > TOLERANCE) {
    return "rose";
  }
  return change < -TOLERANCE ? "fell" : "";
}

function conclude(verdicts) {
  if (verdicts.includes("rose")) {
    console.error("More instructions than are kept: find out why, or keep the new counts with `npm run counts -- --update`.");
    process.exitCode = 1;
  } else if (verdicts.includes("fell")) {
    console.log("Fewer instructions than are kept: keep the new counts with `npm run counts -- --update`.");
  }
}

main();
