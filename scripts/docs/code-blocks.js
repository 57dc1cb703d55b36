"use strict";

const fs = require("node:fs");
const { isBuiltin } = require("node:module");
const path = require("node:path");
const ts = require("typescript");
const { shellFaults } = require("./shell-blocks.js");
const { declaredExports } = require("./exports.js");

/** Packages that examples may name, though we have no use for them. */
const OF_USERS = new Set(["express", "fastify"]);
/** Written from the declarations: what is `ts` there is a part of them. */
const GENERATED = "docs/api.md";

const OPTIONS = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  types: ["node"],
  strict: true,
  noEmit: true
};

/** Blocks of `js`, `ts` and `sh` that are not what they say. */
async function codeFaults(root, pages) {
  const checks = {
    js: (block) => scriptFaults(root, block),
    ts: () => [],
    sh: await shellFaults(root)
  };
  const faults = pages.flatMap((page) =>
    page.blocks.flatMap((block) =>
      (checks[block.language]?.(block) ?? []).map((fault) => `${page.file}:${block.line} ${fault}`)
    )
  );
  return [...faults, ...typeFaults(root, pages)];
}

function scriptFaults(root, { text }) {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ESNext };
  const { diagnostics } = ts.transpileModule(text, { fileName: "block.js", reportDiagnostics: true, compilerOptions });
  const syntax = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  return [...syntax, ...importFaults(root, text)];
}

/** Modules that are not to be had, and names that ours do not export. */
function importFaults(root, text) {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
  const { name, dependencies, devDependencies, peerDependencies } = manifest;
  const installed = { ...dependencies, ...devDependencies, ...peerDependencies };
  return importsOf(text).flatMap(({ from, names }) => {
    if (from === name || from.startsWith(`${name}/`)) {
      const exported = declaredExports(root, manifest, from);
      return exported
        ? names.filter((one) => !exported.includes(one)).map((one) => `${from} exports no ${one}`)
        : [`there is no ${from}`];
    }
    const isKnown = from.startsWith(".") || isBuiltin(from) || from in installed || OF_USERS.has(from);
    return isKnown ? [] : [`nobody has ${from}`];
  });
}

/** `{ from, names }` of each `require` and `import`; `names` are those that are taken out of it. */
function importsOf(text) {
  const required = [...text.matchAll(/(?:\{([^{}]*)\}\s*=\s*)?require\("([^"]+)"\)/g)];
  const imported = [...text.matchAll(/import\s+(?:type\s+)?(?:[\w*\s]+,?\s*)?(?:\{([^{}]*)\})?\s*from\s*"([^"]+)"/g)];
  return [...required, ...imported].map(([, names = "", from]) => ({
    from,
    names: names.split(",").map((one) => one.split(/:|\bas\b/)[0].replace(/^\s*type\s/, "").trim()).filter(Boolean)
  }));
}

/** All `ts` blocks are compiled at once, each as a file of its own beside package.json. */
function typeFaults(root, pages) {
  const blocks = new Map();
  for (const { file, blocks: all } of pages.filter((page) => page.file !== GENERATED)) {
    all.filter(({ language }) => language === "ts").forEach((block) => {
      blocks.set(path.join(root, `block-${blocks.size}.ts`), { ...block, place: `${file}:${block.line}` });
    });
  }
  if (blocks.size === 0) {
    return [];
  }
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => blocks.has(file) || fileExists(file);
  host.readFile = (file) => blocks.get(file)?.text ?? readFile(file);
  host.getCurrentDirectory = () => root;
  host.getSourceFile = (file, target, ...rest) =>
    blocks.has(file) ? ts.createSourceFile(file, blocks.get(file).text, target) : getSourceFile(file, target, ...rest);
  const program = ts.createProgram([...blocks.keys()], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const place = blocks.get(file?.fileName)?.place ?? file?.fileName ?? "TypeScript";
    return `${place} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

module.exports = { codeFaults };
