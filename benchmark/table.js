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

module.exports = { table };
