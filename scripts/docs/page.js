"use strict";

const fs = require("node:fs");
const path = require("node:path");

const RUN = "<!-- run -->";
const FENCE = /^ {0,3}(`{3,})(.*)$/;
const LINK = /!?\[(?:[^\]\\]|\\.)*\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;
const SOURCE = /<(?:img|source|a)\b[^>]*?\b(?:src|srcset|href)="([^"]+)"/g;
const ANCHOR = /<a\b[^>]*?\b(?:id|name)="([^"]+)"/g;

/** A Markdown file: its links, anchors and code blocks, each with its line. */
class Page {
  links = [];
  /** `{ language, text, line, isRun }`; that is run which has `<!-- run -->` on the line before it. */
  blocks = [];
  #anchors = new Map();

  static read(root, file) {
    return new Page(file, fs.readFileSync(path.join(root, file), "utf8"));
  }

  constructor(file, text) {
    this.file = file;
    this.text = text;
    let open = null;
    let before = "";
    text.split("\n").forEach((line, index) => {
      const [, ticks, info] = FENCE.exec(line) ?? [];
      if (open && ticks?.length >= open.ticks && info.trim() === "") {
        this.blocks.push({ ...open, text: open.lines.join("\n") });
        open = null;
      } else if (open) {
        open.lines.push(line);
      } else if (ticks) {
        const [language] = info.trim().split(/\s+/);
        open = { language, isRun: before === RUN, ticks: ticks.length, lines: [], line: index + 1 };
      } else {
        this.#take(line, index + 1);
      }
      before = line.trim();
    });
  }

  hasAnchor(name) {
    return this.#anchors.has(name);
  }

  #take(line, number) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line);
    if (heading) {
      this.#addHeading(heading[1]);
    }
    const text = line.replace(/`[^`]*`/g, (code) => "`".repeat(code.length));
    for (const pattern of [LINK, SOURCE]) {
      this.links.push(...[...text.matchAll(pattern)].map(([, target]) => ({ target, line: number })));
    }
    [...text.matchAll(ANCHOR)].forEach(([, name]) => this.#anchors.set(name, 1));
  }

  /** As GitHub does: the second of a name has `-1` behind it. */
  #addHeading(heading) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = text.replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    const count = this.#anchors.get(slug) ?? 0;
    this.#anchors.set(slug, count + 1);
    if (count > 0) {
      this.#anchors.set(`${slug}-${count}`, 1);
    }
  }
}

module.exports = { Page };
