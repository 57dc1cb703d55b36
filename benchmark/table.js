"use strict";

/** Prints rows of cells, right-aligned under the headings. */
function table(headings) {
  const widths = headings.map((heading) => Math.max(heading.length, 8));
  const print = (cells) => {
    console.log(cells.map((cell, index) => String(cell).padStart(widths[index])).join("  "));
  };
  print(headings);
  return print;
}

/** The median of each figure over several runs. */
function medians(results) {
  const names = Object.keys(results[0]);
  return Object.fromEntries(names.map((name) => [name, median(results.map((result) => result[name]))]));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

module.exports = { medians, table };
