"use strict";

// Draws the pictures of docs/architecture.md into docs/figures/: `node scripts/figures.js`.

const fs = require("node:fs");
const path = require("node:path");

const FOLDER = path.join(__dirname, "../docs/figures");
const WIDTH = 880;
const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328; text-anchor: middle }
    .name { font-weight: 600 }
    .small { font-size: 11px; fill: #57606a }
    .left { text-anchor: start }
    rect { fill: #f6f8fa; stroke: #8c959f; rx: 6 }
    .area { fill: none; stroke: #d0d7de; stroke-dasharray: 4 4 }
    .queue { fill: #fff8c5; stroke: #bf8700 }
    .edge { fill: #ddf4ff; stroke: #0969da }
    path { fill: none; stroke: #57606a; stroke-width: 1.5 }
    marker path { fill: #57606a; stroke: none }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .small { fill: #9198a1 }
      rect { fill: #161b22; stroke: #656c76 }
      .area { fill: none; stroke: #3d444d }
      .queue { fill: #2e2a1f; stroke: #d29922 }
      .edge { fill: #121d2f; stroke: #4493f8 }
      path { stroke: #9198a1 }
      marker path { fill: #9198a1 }
    }`;

function main() {
  write("house.svg", 500, "The house: who may know whom", house());
  write("way-of-the-data.svg", 470, "The way of the data: in from the socket to data, out from write and play to the socket", way());
}

function house() {
  const row = (y, ...boxes) => {
    const width = (700 - (boxes.length - 1) * 10) / boxes.length;
    return boxes.map(([name, about, kind], i) => box(20 + i * (width + 10), y, width, 48, name, about, kind));
  };
  return [
    row(10, ["your app", "(req, res)", "edge"]),
    row(74, ["callstreams", "index.js"], ["callstreams/mrf", "mrf.js"], ["callstreams/prom", "prom.js"], ["npx callstreams", "bin/, cli/"]),
    row(138, ["lib/", "servers, streams, plays, forks"], ["lib/mrf, lib/ari, lib/media", "ARI, endpoints, live channels"]),
    row(216, ["src/binding", "N-API, and nothing else"]),
    row(280, ["src/net", "sockets, the I/O thread, the clock, the pacer"]),
    row(358, ["dialect", "senders"], ["call", "one call"], ["events", "to JavaScript"], ["fork", "what forks send"], ["record", "files"], ["audio", "formats, rates"]),
    row(422, ["src/protocol", "bytes to frames and back"]),
    line("M10 201 H870"),
    text(730, 196, "JavaScript", "small left"),
    text(730, 215, "Rust", "small left"),
    line("M10 343 H870"),
    text(730, 338, "sockets, time", "small left"),
    text(730, 357, "bytes and time", "small left"),
    text(730, 372, "as arguments", "small left"),
    arrow("M858 20 V470"),
    text(764, 34, "may know", "small left"),
    text(764, 48, "all below it", "small left"),
    text(370, 490, "Each knows only those below it. scripts/check-layers.js holds us to it.", "small")
  ];
}

function way() {
  const areas = [
    area(10, 6, 130, 440, "the wire"),
    area(150, 6, 480, 440, "Rust: the I/O thread"),
    area(640, 6, 230, 440, "JavaScript")
  ];
  const inbound = [
    box(20, 50, 110, 54, "PBX", "its socket", "edge"),
    box(165, 50, 96, 54, "decoder", "or dialect"),
    box(281, 50, 96, 54, "Inbound", "the call's state"),
    box(397, 50, 96, 54, "Listener", "rate, speech"),
    box(513, 50, 104, 54, "Inbox", "5 s, oldest goes", "queue"),
    box(655, 50, 96, 54, "one drain", "for all calls"),
    box(771, 50, 90, 54, "data, dtmf", "", "edge"),
    ...[130, 261, 377, 493, 617, 751].map((x, i) => arrow(`M${x} 77 H${[165, 281, 397, 513, 655, 771][i]}`)),
    text(636, 126, "one doorbell for all calls", "small")
  ];
  const taps = [
    box(281, 190, 96, 54, "recorder", "a thread", "queue"),
    box(397, 190, 96, 54, "fork", "a task each", "queue"),
    box(20, 150, 110, 44, "a file", "", "edge"),
    box(20, 238, 110, 44, "a WebSocket", "server", "edge"),
    arrow("M329 104 V190"),
    arrow("M445 104 V190"),
    arrow("M281 217 H230 V172 H130"),
    arrow("M425 244 V260 H130"),
    text(503, 214, "a queue each:", "small left"),
    text(503, 229, "the call never waits", "small left")
  ];
  const outbound = [
    box(771, 300, 90, 44, "write", "", "edge"),
    box(771, 358, 90, 44, "play", "", "edge"),
    box(655, 300, 96, 44, "outbox", "a turn's writes"),
    box(655, 358, 96, 44, "source", "file or stream"),
    box(513, 300, 104, 44, "Queue", "120 s at most", "queue"),
    box(513, 358, 104, 44, "decoder", "threads of its own"),
    box(281, 320, 190, 64, "Outbound", "mixes; slots of 20 ms, on a grid"),
    box(165, 325, 86, 54, "pacer", "when due"),
    box(20, 325, 110, 54, "PBX", "one write a frame", "edge"),
    arrow("M771 322 H751"), arrow("M771 380 H751"), arrow("M655 322 H617"), arrow("M655 380 H617"),
    arrow("M513 322 H492 V342 H471"), arrow("M513 380 H492 V362 H471"),
    arrow("M281 352 H251"), arrow("M165 352 H130"),
    arrow("M340 320 V244"), arrow("M456 320 V244"),
    text(376, 418, "absolute deadlines: no error adds up, whatever JavaScript does", "small")
  ];
  return [...areas, ...inbound, ...taps, ...outbound, text(440, 464, "Yellow: a queue with a bound, a policy for when it is full, and a counter.", "small")];
}

function box(x, y, width, height, name, about = "", kind = "box") {
  const middle = x + width / 2;
  const two = about !== "";
  return [
    `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}"/>`,
    text(middle, y + height / 2 + (two ? -3 : 5), name, "name"),
    two ? text(middle, y + height / 2 + 14, about, "small") : ""
  ].join("");
}

function area(x, y, width, height, name) {
  return `<rect class="area" x="${x}" y="${y}" width="${width}" height="${height}"/>${text(x + 10, y + 20, name, "small left")}`;
}

function text(x, y, said, kind) {
  return `<text class="${kind}" x="${x}" y="${y}">${said.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</text>`;
}

function line(d) {
  return `<path d="${d}"/>`;
}

function arrow(d) {
  return `<path d="${d}" marker-end="url(#head)"/>`;
}

function write(name, height, title, parts) {
  const head = '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
  <title>${title}</title>
  <style>${STYLE}
  </style>
  <defs>${head}</defs>
  ${parts.flat(Infinity).join("\n  ")}
</svg>
`;
  fs.writeFileSync(path.join(FOLDER, name), svg);
}

main();
