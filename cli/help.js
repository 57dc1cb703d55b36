"use strict";

/** Examples for the end of a help text: `[line, what it does]` each. */
function examples(lines) {
  const width = Math.max(...lines.map(([line]) => line.length));
  const told = lines.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`);
  return `\nExamples:\n${told.join("\n")}\n`;
}

/** What a command's help says after its options: more than a line, then examples. */
function more(details, lines) {
  return `\n${details}\n${examples(lines)}`;
}

module.exports = { examples, more };
