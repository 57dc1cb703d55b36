"use strict";

// What callstreams is to reach, and whether the published figures say that it does.

const { BY_HAND, FONOSTER, OURS, TOKIO } = require("./peers.js");

const ECHO = { section: "echo", table: 0 };
const PLAY = { section: "play", table: 0, case: "1000" };
const SET_UP = { section: "setup", table: 0, case: "set up" };
const SERVERS = { section: "memory", table: 2, case: "a server" };

/** Each is a bound, `most` or `least`, of a figure of ours: by itself, or divided `by` a peer's. */
const GOALS = [
  { what: "Echo, 500 calls: CPU", ...ECHO, case: "500", figure: "cpu", by: FONOSTER, most: 0.28 },
  { what: "Echo, 500 calls: CPU", ...ECHO, case: "500", figure: "cpu", by: BY_HAND, most: 0.48 },
  { what: "Echo, 500 calls: CPU", ...ECHO, case: "500", figure: "cpu", by: TOKIO, most: 0.8 },
  { what: "Echo, 1,000 calls: round trip p99, ms", ...ECHO, case: "1000", figure: "p99", most: 3 },
  { what: "Echo, 1,000 calls: lost, %", ...ECHO, case: "1000", figure: "lost", most: 0 },
  { what: "Echo, 2,000 calls: round trip p99, ms", ...ECHO, case: "2000", figure: "p99", most: 12 },
  { what: "Echo, 2,000 calls: lost, %", ...ECHO, case: "2000", figure: "lost", most: 0 },
  { what: "Echo, 1 call: round trip p50", ...ECHO, case: "1", figure: "p50", by: BY_HAND, most: 1 },
  { what: "Echo, 20 calls: round trip p50", ...ECHO, case: "20", figure: "p50", by: BY_HAND, most: 1 },
  { what: "Play, 1,000 at once: off the grid p99, ms", ...PLAY, figure: "p99", most: 1.5 },
  { what: "Play, 1,000 at once: total error, %", ...PLAY, figure: "error", most: 0.01 },
  { what: "Play, 1,000 at once: CPU", ...PLAY, figure: "cpu", by: BY_HAND, most: 0.6 },
  { what: "Memory of a call, KB", section: "memory", table: 0, case: "a call", figure: "memory", most: 8 },
  { what: "A server, µs", ...SERVERS, figure: "microseconds", most: 100 },
  { what: "A server, KB", ...SERVERS, figure: "kilobytes", most: 3 },
  { what: "Set-up: calls a second", ...SET_UP, figure: "rate", by: FONOSTER, least: 3 },
  { what: "Set-up: calls a second", ...SET_UP, figure: "rate", by: BY_HAND, least: 2 },
  { what: "Flood: frames a second", section: "flood", table: 0, case: "counted", figure: "rate", by: BY_HAND, least: 2 },
  { what: "Flood written back: memory grown, MB a second", section: "flood", table: 1, case: "written back", figure: "grown", most: 1 },
  { what: "Import, ms", section: "start", table: 0, case: "import", figure: "ms", most: 15 },
  { what: "100 silent calls: CPU, ms a second", section: "start", table: 1, case: "100 silent calls", figure: "cpu", most: 0 }
];

/** The goals as a table for the page, given the published sections. */
function goals(sections) {
  const lines = GOALS.filter(({ section }) => sections[section]).map((goal) => lineOf(goal, sections));
  const reached = lines.filter(({ isReached }) => isReached).length;
  return [
    `${reached} of ${lines.length} are reached.`,
    "",
    "| | is to be | is | reached |",
    "| --- | ---: | ---: | --- |",
    ...lines.map(({ cells }) => `| ${cells.join(" | ")} |`)
  ].join("\n");
}

function lineOf(goal, sections) {
  const { rows } = sections[goal.section].tables[goal.table];
  const median = (peer) => rows.find((row) => row.case === goal.case && row.peer === peer).figures[goal.figure].median;
  const is = goal.by === undefined ? median(OURS) : median(OURS) / median(goal.by);
  const isReached = goal.most === undefined ? is >= goal.least : is <= goal.most;
  const peer = goal.by === undefined ? "" : `, divided by that of ${goal.by}`;
  const bound = goal.most === undefined ? `≥ ${goal.least}` : `≤ ${goal.most}`;
  return { isReached, cells: [`${goal.what}${peer}`, bound, Number(is.toPrecision(3)), isReached ? "yes" : "no"] };
}

module.exports = { goals };
