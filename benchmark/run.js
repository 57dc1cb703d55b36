"use strict";

// `npm run bench` measures everything beside the peers, in a quarter of an hour; `npm run bench -- echo`
// one section, `-- --quick` as little as shows that it works.

const fs = require("node:fs");
const path = require("node:path");
const { build } = require("./generator.js");
const { describe, machine } = require("./machine.js");
const { print } = require("./table.js");

const SECTIONS = ["echo", "play", "first-frame", "flood", "setup", "memory", "start", "websocket"];
const RESULTS = path.join(__dirname, "results/latest.json");

async function main() {
  const words = process.argv.slice(2);
  const quick = words.includes("--quick");
  const named = words.filter((word) => word !== "--quick");
  if (!named.every((word) => SECTIONS.includes(word))) {
    console.error(`usage: npm run bench -- [--quick] [${SECTIONS.join("] [")}]`);
    process.exitCode = 2;
    return;
  }
  build();
  const results = { machine: machine(), quick, sections: {} };
  console.log(describe(results.machine));
  for (const name of named.length > 0 ? named : SECTIONS) {
    results.sections[name] = await require(`./sections/${name}.js`).run({ quick });
    results.sections[name].forEach(print);
    save(results);
  }
  const faults = Object.values(results.sections).flatMap((tables) => tables.flatMap((table) => table.faults));
  process.exitCode = faults.length > 0 ? 1 : 0;
}

function save(results) {
  fs.mkdirSync(path.dirname(RESULTS), { recursive: true });
  fs.writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}

main();
