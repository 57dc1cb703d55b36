"use strict";

// Line charts as SVG, readable on light and on dark pages. They carry their own style, since a page
// that shows them as an image has none for them.

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 210;
const TOP = 44;
const BOTTOM = 56;
const TICKS = 5;

const COLOURS = ["#0a7d3c", "#d1495b", "#b07d00", "#2f6fde", "#8250df", "#7a7a7a"];

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 15px; }
  .grid { stroke: #8c959f; stroke-opacity: 0.35; }
  polyline { fill: none; stroke-width: 2; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }`;

/**
 * `xs` are the labels along the horizontal axis, evenly apart; `lines` are `{ name, ys }`, with null
 * where there is no value. `log` makes the vertical axis logarithmic.
 */
function lineChart({ title, xTitle, yTitle, xs, lines, log = false }) {
  const values = lines.flatMap(({ ys }) => ys).filter((y) => y !== null);
  const scale = log ? logarithmic(values) : linear(values);
  const x = (index) => LEFT + ((WIDTH - LEFT - RIGHT) * (index + 0.5)) / xs.length;
  const y = (value) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * scale.at(value);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    `<style>${STYLE}\n</style>`,
    text(LEFT, 22, title, 'class="title"'),
    ...scale.ticks.flatMap((tick) => rule(y(tick), String(tick))),
    ...xs.map((label, index) => text(x(index), HEIGHT - BOTTOM + 20, label, 'text-anchor="middle"')),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, xTitle, 'text-anchor="middle"'),
    text(0, 0, yTitle, `text-anchor="middle" transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)"`),
    ...lines.flatMap(({ name, ys }, index) => line({ name, ys, index, x, y })),
    "</svg>"
  ].join("\n")}\n`;
}

function rule(y, label) {
  return [
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y)}" y2="${fixed(y)}"/>`,
    text(LEFT - 8, y + 4, label, 'text-anchor="end"')
  ];
}

/** A line with its points, and its name in the legend. */
function line({ name, ys, index, x, y }) {
  const colour = COLOURS[index % COLOURS.length];
  const points = ys.map((value, place) => (value === null ? null : [fixed(x(place)), fixed(y(value))])).filter(Boolean);
  const key = TOP + 14 + index * 24;
  return [
    `<polyline stroke="${colour}" points="${points.map((point) => point.join(",")).join(" ")}"/>`,
    ...points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
    `<line stroke="${colour}" stroke-width="3" x1="${WIDTH - RIGHT + 14}" x2="${WIDTH - RIGHT + 34}" y1="${key}" y2="${key}"/>`,
    text(WIDTH - RIGHT + 42, key + 4, name)
  ];
}

function linear(values) {
  const step = niceStep(Math.max(...values) / TICKS);
  const top = Math.ceil(Math.max(...values) / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
  return { ticks, at: (value) => value / top };
}

function logarithmic(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => Number((10 ** (low + index)).toPrecision(1)));
  return { ticks, at: (value) => (Math.log10(value) - low) / (high - low) };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least);
}

function text(x, y, words, attributes = "") {
  return `<text x="${fixed(x)}" y="${fixed(y)}" ${attributes}>${words}</text>`;
}

function fixed(value) {
  return Number(value.toFixed(1));
}

module.exports = { lineChart };
