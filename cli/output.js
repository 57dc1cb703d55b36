"use strict";

/** What a command says on stdout: text for people, or JSON for machines. */
class Output {
  constructor({ json = false } = {}) {
    this.isJson = json;
  }

  /** Something has happened: a line each, as it happens. No text: only machines are told. */
  event(name, fields, text) {
    if (this.isJson) {
      write(JSON.stringify({ event: name, time: new Date().toISOString(), ...fields }));
    } else if (text !== undefined) {
      write(text);
    }
  }

  /** All that there is to say, at once. */
  result(object, text) {
    write(this.isJson ? JSON.stringify(object, rounded, 2) : text);
  }
}

function write(text) {
  process.stdout.write(`${text}\n`);
}

/** Nothing here is measured more exactly than to a microsecond. */
function rounded(name, value) {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}

/** Names and values under each other: `[name, value]` each. */
function table(rows) {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

/** A number with as many places as say something. */
function short(value) {
  return Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0));
}

module.exports = { Output, short, table };
