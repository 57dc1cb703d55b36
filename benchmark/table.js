"use strict";

const { OURS } = require("./peers.js");

/** A table of `compare` as cells: a row of headings, then rows of texts. */
function cells(table) {
  const columns = Object.entries(table.columns);
  const [[compared]] = columns;
  const headings = columns.map(([, [heading]]) => heading);
  const rows = table.rows.map((row) => {
    const texts = columns.map(([name, [, digits]]) => withSpread(row.figures[name], digits));
    texts.splice(1, 0, ratio(table, row, compared));
    return [row.case, row.peer, ...texts];
  });
  headings.splice(1, 0, "ours/its");
  return [["", "server", ...headings], ...rows];
}

/** Ours in the same case, divided by this one; none where ours is not sound. */
function ratio({ rows, faults }, row, name) {
  const ours = rows.find(({ case: same, peer }) => same === row.case && peer === OURS);
  if (row.peer === OURS || faults.length > 0 || !ours) {
    return "";
  }
  const quotient = ours.figures[name].median / row.figures[name].median;
  return Number.isFinite(quotient) ? quotient.toFixed(2) : "";
}

/** The median, and how far from it the rounds were. */
function withSpread({ median, min, max }, digits) {
  const number = (value) => (Number.isFinite(value) ? value.toFixed(digits) : "none");
  return min === max ? number(median) : `${number(median)} (${number(min)} to ${number(max)})`;
}

function print(table) {
  const rows = cells(table);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  console.log(`\n${table.title}`);
  for (const row of rows) {
    console.log(row.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd());
  }
  for (const fault of table.faults) {
    console.error(`callstreams, ${fault}: nothing is compared`);
  }
}

function markdown(table) {
  const line = (row) => `| ${row.join(" | ")} |`;
  const [headings, ...rows] = cells(table);
  const rule = headings.map((_, column) => (column < 2 ? "---" : "---:"));
  const faults = table.faults.map((fault) => `\nNot sound: ${fault}.`);
  return [line(headings), line(rule), ...rows.map(line), ...faults].join("\n");
}

module.exports = { markdown, print };
