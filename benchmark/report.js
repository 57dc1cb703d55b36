"use strict";

// `node benchmark/report.js` takes the sections of the last run into the results that are published, and
// writes them into docs/performance.md and the figures beside it.

const fs = require("node:fs");
const path = require("node:path");
const { lineChart } = require("./figure.js");
const { goals } = require("./goals.js");
const { describe } = require("./machine.js");
const { markdown } = require("./table.js");

const LATEST = path.join(__dirname, "results/latest.json");
const PUBLISHED = path.join(__dirname, "results/published.json");
const PAGE = path.join(__dirname, "../docs/performance.md");
const FIGURES = path.join(__dirname, "../docs/figures");

const BEGIN = "<!-- figures: written by benchmark/report.js -->";
const END = "<!-- end of figures -->";

/** A curve each: of one figure of a section's first table over its cases. */
const CURVES = [
  {
    file: "echo-cpu.svg",
    section: "echo",
    figure: "cpu",
    title: "Echo: processor time a call",
    xTitle: "calls",
    yTitle: "CPU, ms per call and second, logarithmic",
    log: true
  },
  {
    file: "echo-round-trip.svg",
    section: "echo",
    figure: "p99",
    title: "Echo: round trip, p99",
    xTitle: "calls",
    yTitle: "ms, logarithmic",
    log: true
  },
  {
    file: "websocket-cpu.svg",
    section: "websocket",
    figure: "cpu",
    title: "Echo over WebSocket: processor time a call",
    xTitle: "calls",
    yTitle: "CPU, ms per call and second, logarithmic",
    log: true
  },
  {
    file: "websocket-round-trip.svg",
    section: "websocket",
    figure: "p99",
    title: "Echo over WebSocket: round trip, p99",
    xTitle: "calls",
    yTitle: "ms, logarithmic",
    log: true
  },
  {
    file: "play-deviation.svg",
    section: "play",
    figure: "p99",
    title: "Play: how far frames are off their grid, p99",
    xTitle: "plays at once",
    yTitle: "ms, logarithmic",
    log: true
  }
];

function main() {
  const results = merged(read(PUBLISHED), read(LATEST));
  fs.writeFileSync(PUBLISHED, `${JSON.stringify(results, null, 1)}\n`);
  const curves = CURVES.filter(({ section }) => results.sections[section]);
  fs.mkdirSync(FIGURES, { recursive: true });
  for (const curve of curves) {
    fs.writeFileSync(path.join(FIGURES, curve.file), drawn(curve, results.sections[curve.section].tables[0]));
  }
  const [before, , after] = fs.readFileSync(PAGE, "utf8").split(/(<!-- figures:[^]*<!-- end of figures -->)/);
  fs.writeFileSync(PAGE, `${before}${BEGIN}\n\n${page(results, curves)}\n\n${END}${after}`);
}

function read(file) {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : { sections: {} };
}

/** Each section with the machine it was measured on: sections may be measured again alone. */
function merged(published, { machine, quick, sections }) {
  const fresh = Object.entries(sections).map(([name, tables]) => [name, { machine, quick, tables }]);
  return { sections: { ...published.sections, ...Object.fromEntries(fresh) } };
}

function page({ sections }, curves) {
  const blocks = Object.entries(sections).map(([name, { machine, quick, tables }]) => {
    const drawings = curves.filter(({ section }) => section === name);
    const note = quick ? " A short run: the figures are rough." : "";
    return [
      ...tables.map((table) => `### ${table.title}\n\n${rounds(table)}\n\n${markdown(table)}`),
      ...drawings.map(({ title, file }) => `![${title}](figures/${file})`),
      `${describe(machine)}.${note}`
    ].join("\n\n");
  });
  return [`### Goals\n\n${goals(sections)}`, ...blocks].join("\n\n");
}

function rounds(table) {
  return table.rounds > 1 ? `Medians of ${table.rounds} rounds, with the least and the most.` : "One round.";
}

function drawn({ figure, ...chart }, { rows }) {
  const cases = [...new Set(rows.map((row) => row.case))];
  const peers = [...new Set(rows.map((row) => row.peer))];
  const value = (peer, name) => {
    const row = rows.find((candidate) => candidate.peer === peer && candidate.case === name);
    return row?.figures[figure].median ?? null;
  };
  const lines = peers.map((name) => ({ name, ys: cases.map((place) => value(name, place)) }));
  return lineChart({ ...chart, xs: cases.map((name) => name.replace(/, JavaScript.*/, ", blocked")), lines });
}

main();
