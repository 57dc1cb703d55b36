"use strict";

const fs = require("node:fs");
const path = require("node:path");

/**
 * The modules of a crate and which file uses which. A name that a module only passes on (`pub use`) counts as its
 * own file's: who takes `net::Engine` uses net/engine.rs, not net/mod.rs. Tests are left out.
 */
class Crate {
  /** By their paths, such as `net::engine`. */
  #modules = new Map();

  /** `sources` is the folder of lib.rs. */
  constructor(sources) {
    for (const file of rustFiles(sources)) {
      const place = path.relative(sources, file).split(path.sep).join("/");
      const name = nameOf(place);
      this.#modules.set(name.join("::"), { name, file: place, ...parsed(fs.readFileSync(file, "utf8")) });
    }
  }

  /** What each file uses: a Map of file to a Set of files. */
  graph() {
    const entries = [...this.#modules.values()].map((module) => [module.file, this.#used(module)]);
    return new Map(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  #used(module) {
    const uses = module.uses.filter(({ isPassedOn, segments }) => !(isPassedOn && this.#isBelow(module, segments)));
    const paths = [...uses.map(({ segments }) => segments), ...module.paths];
    const files = paths.map((segments) => this.#fileOf(module, segments)).filter(Boolean);
    return new Set(files.filter((file) => file !== module.file));
  }

  /** A module passes on what modules below it have: that is its face, not its need. */
  #isBelow(module, segments) {
    const [first] = segments;
    return first === "self" || this.#modules.has([...module.name, first].join("::"));
  }

  /** The file that has what a path names, seen from a module; nothing if that is another crate's. */
  #fileOf(module, segments, depth = 0) {
    const absolute = this.#absolute(module, segments);
    if (absolute === null || depth > 16) {
      return null;
    }
    let at = [];
    for (const [index, segment] of absolute.entries()) {
      const below = [...at, segment];
      if (this.#modules.has(below.join("::"))) {
        at = below;
        continue;
      }
      const here = this.#modules.get(at.join("::"));
      const passed = here.uses.find(({ alias, isPassedOn }) => isPassedOn && alias === segment);
      const rest = absolute.slice(index + 1);
      return passed ? this.#fileOf(here, [...passed.segments, ...rest], depth + 1) : here.file;
    }
    return this.#modules.get(at.join("::")).file;
  }

  #absolute(module, [first, ...rest]) {
    if (first === "crate") {
      return rest;
    }
    if (first === "self") {
      return [...module.name, ...rest];
    }
    if (first === "super") {
      const above = { name: module.name.slice(0, -1) };
      return rest[0] === "super" ? this.#absolute(above, rest) : [...above.name, ...rest];
    }
    return this.#modules.has([...module.name, first].join("::")) ? [...module.name, first, ...rest] : null;
  }
}

function rustFiles(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      return entry.name === "tests" ? [] : rustFiles(place);
    }
    return entry.name.endsWith(".rs") ? [place] : [];
  });
}

/** The path of a file's module: `net/fork/mod.rs` is `net::fork`, `lib.rs` the crate itself. */
function nameOf(place) {
  const segments = place.replace(/\.rs$/, "").split("/");
  return ["mod", "lib"].includes(segments.at(-1)) ? segments.slice(0, -1) : segments;
}

/** What a file uses: its `use` declarations, and the paths in its code. */
function parsed(source) {
  const [product] = source.split(/#\[cfg\(test\)\]\s*(?:#\[path[^\n]*\s*)?mod \w+/);
  const text = product.replace(/\/\/[^\n]*/g, "").replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
  const uses = [];
  const code = text.replace(/^\s*(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);/gm, (_, visible, tree) => {
    uses.push(...expanded(tree).map((use) => ({ ...use, isPassedOn: visible !== undefined })));
    return "";
  });
  const paths = [...code.matchAll(/(?<![\w:])[a-z]\w*(?:::\w+)+/g)].map(([found]) => throughUse(uses, found.split("::")));
  return { uses, paths };
}

/** A path in full, where it begins with a module that is in use. */
function throughUse(uses, [first, ...rest]) {
  const use = uses.find(({ alias }) => alias === first);
  return [...(use?.segments ?? [first]), ...rest];
}

/** The paths of a `use` tree, each with the name that it goes by. */
function expanded(tree, before = []) {
  const text = tree.replace(/\s+/g, " ").trim();
  const brace = text.indexOf("{");
  if (brace < 0) {
    const [name, alias] = text.split(" as ").map((word) => word.trim());
    const segments = [...before, ...name.split("::")].filter((segment, index) => index === 0 || segment !== "self");
    return [{ segments, alias: alias ?? segments.at(-1) }];
  }
  const prefix = text.slice(0, brace).split("::").filter(Boolean).map((word) => word.trim());
  return parts(text.slice(brace + 1, text.lastIndexOf("}"))).flatMap((part) => expanded(part, [...before, ...prefix]));
}

/** What stands between the commas of a brace. */
function parts(text) {
  const found = [""];
  let depth = 0;
  for (const letter of text) {
    depth += letter === "{" ? 1 : letter === "}" ? -1 : 0;
    if (letter === "," && depth === 0) {
      found.push("");
    } else {
      found[found.length - 1] += letter;
    }
  }
  return found.filter((part) => part.trim() !== "");
}

module.exports = { Crate };
