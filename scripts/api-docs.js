"use strict";

// Writes docs/api.md from the type declarations, which say everything about each member: `node scripts/api-docs.js`.
// With --check it only compares, and fails where the page is out of date.

const fs = require("node:fs");
const path = require("node:path");
const ts = require("typescript");

const ROOT = path.join(__dirname, "..");
const PAGE = path.join(ROOT, "docs/api.md");
const { name: PACKAGE, exports: entries } = require("../package.json");

const HEAD = `# API

Written by \`scripts/api-docs.js\` from the declarations that editors show; change those, not this page. What is
thrown and emitted is in [Errors](errors.md), what lasts how long and is bounded by what in
[Reliability](reliability.md).
`;

function main() {
  const page = write();
  if (!process.argv.includes("--check")) {
    fs.writeFileSync(PAGE, page);
  } else if (!fs.existsSync(PAGE) || fs.readFileSync(PAGE, "utf8") !== page) {
    console.error("docs/api.md is out of date: run node scripts/api-docs.js");
    process.exitCode = 1;
  }
}

function write() {
  const modules = Object.entries(entries)
    .filter(([, { types }]) => types)
    .map(([place, { types }]) => new Module(path.posix.join(PACKAGE, place), path.join(ROOT, types)));
  const known = new Map(modules.flatMap((module) => module.anchors()));
  const parts = modules.map((module) => module.write(known));
  return `${[HEAD, ...modules.map((module) => module.contents()), ...parts].join("\n").trimEnd()}\n`;
}

/** One entry of the package, and what it exports. */
class Module {
  #name;
  #items;

  constructor(name, file) {
    this.#name = name;
    const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
    const isPublic = ({ modifiers = [] }) => modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const whole = source.statements.find(ts.isExportAssignment);
    const own = source.statements.filter(whole ? (one) => one.name?.text === whole.expression.text : isPublic);
    const inner = own.filter(ts.isModuleDeclaration).flatMap(({ body }) => [...body.statements]);
    this.#items = grouped([...own.filter((one) => !ts.isModuleDeclaration(one)), ...inner]);
  }

  /** Where each name is explained. */
  anchors() {
    return this.#items.map((item) => [item.name, slug(titleOf(item))]);
  }

  contents() {
    const links = (test) => this.#items.filter(test).map((item) => `[${item.name}](#${slug(titleOf(item))})`);
    const values = links(({ node }) => !isType(node));
    const types = links(({ node }) => isType(node));
    return `**\`${this.#name}\`:** ${values.join(", ")}${types.length > 0 ? `\n\nTypes: ${types.join(", ")}` : ""}\n`;
  }

  write(known) {
    return [`## ${this.#name}\n`, ...this.#items.map((item) => writeItem(item, known))].join("\n");
  }
}

/** Declarations of one name together: overloads of a function. Aliases of other files' types are left out. */
function grouped(nodes) {
  const items = new Map();
  for (const node of nodes) {
    const name = nameOf(node);
    const isAlias = ts.isTypeAliasDeclaration(node) && ts.isTypeReferenceNode(node.type) && /\./.test(node.type.typeName.getText());
    if (name && !isAlias) {
      items.set(name, { name, node: items.get(name)?.node ?? node, all: [...(items.get(name)?.all ?? []), node] });
    }
  }
  return [...items.values()];
}

function nameOf(node) {
  return ts.isVariableStatement(node) ? node.declarationList.declarations[0].name.text : node.name?.text;
}

function isType(node) {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

function titleOf({ name, node }) {
  if (ts.isClassDeclaration(node)) {
    return `class ${name}`;
  }
  return ts.isFunctionDeclaration(node) ? `${name}()` : name;
}

function writeItem(item, known) {
  const { node, all } = item;
  const head = [`### ${titleOf(item)}\n`];
  if (ts.isClassDeclaration(node)) {
    return [...head, heritage(node, known), docOf(node), ...members(item)].filter(Boolean).join("\n");
  }
  if (ts.isInterfaceDeclaration(node)) {
    return [...head, docOf(node), heritage(node, known), fields(node, known)].filter(Boolean).join("\n");
  }
  if (ts.isEnumDeclaration(node)) {
    const rows = node.members.map((one) => `| \`${one.name.text}\` | \`${one.initializer.getText()}\` | ${cell(docOf(one))} |`);
    return [...head, docOf(node), table(["name", "value", ""], rows)].filter(Boolean).join("\n");
  }
  return [...head, code(all.map(signature)), docOf(node)].filter(Boolean).join("\n");
}

/** The members of a class: what makes it, what it has, what it does, what it emits. */
function members({ name, node }) {
  const isPrivate = ({ modifiers = [] }) => modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  const isStatic = ({ modifiers = [] }) => modifiers.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
  const shown = node.members.filter((one) => !isPrivate(one) && !isProtected(one));
  const groups = new Map();
  for (const one of shown) {
    const title = memberTitle(name, one, isStatic(one));
    if (title) {
      groups.set(title, [...(groups.get(title) ?? []), one]);
    }
  }
  return [...groups].map(([title, all]) => {
    const docs = [...new Set(all.map(docOf).filter(Boolean))];
    return [`#### ${title}\n`, code(all.map(signature)), ...docs].join("\n");
  });
}

function isProtected({ modifiers = [] }) {
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ProtectedKeyword);
}

/** Nothing for what says a second time what another has said. */
function memberTitle(owner, node, isStatic) {
  const self = isStatic ? owner : owner[0].toLowerCase() + owner.slice(1);
  if (ts.isConstructorDeclaration(node)) {
    return `new ${owner}()`;
  }
  const name = node.name.getText();
  if (name === "on" || name === "once") {
    const event = eventOf(node);
    return event && name === "on" ? `${self}: event ${event}` : null;
  }
  if (/Listener$|^off$/.test(name)) {
    return null;
  }
  const place = name.startsWith("[") ? `${self}${name}` : `${self}.${name}`;
  return ts.isMethodDeclaration(node) ? `${place}()` : place;
}

/** The event that an `on` is about; null for the one that is about any. */
function eventOf({ parameters: [{ type }] }) {
  const literals = ts.isUnionTypeNode(type) ? type.types : [type];
  const literal = literals.find(ts.isLiteralTypeNode);
  return literal ? `\`${literal.literal.text}\`` : null;
}

/** A table of an interface's fields; its methods, if any, as they are declared. */
function fields(node, known) {
  const plain = node.members.filter(ts.isPropertySignature);
  const rows = plain.map((one) => {
    const name = `\`${one.name.getText()}${one.questionToken ? "?" : ""}\``;
    return `| ${name} | ${typeCell(one.type, known)} | ${cell(docOf(one))} |`;
  });
  const methods = node.members.filter(ts.isMethodSignature).map(signature);
  return [rows.length > 0 && table(["field", "type", ""], rows), methods.length > 0 && code(methods)]
    .filter(Boolean)
    .join("\n");
}

function heritage(node, known) {
  const bases = (node.heritageClauses ?? []).flatMap(({ types }) => [...types]).map((one) => typeText(one, known));
  return bases.length > 0 ? `Extends ${bases.join(", ")}.\n` : "";
}

function table(heads, rows) {
  return `${[`| ${heads.join(" | ")} |`, `|${" --- |".repeat(heads.length)}`, ...rows].join("\n")}\n`;
}

function typeCell(type, known) {
  return typeText(type, known, / \| undefined$/);
}

/** A type as code, and beside it links to what it names. */
function typeText(type, known, cut = /$^/) {
  const text = type.getText().replace(/\s+/g, " ").replace(cut, "");
  const names = [...new Set(text.match(/[A-Za-z]\w+/g))].filter((name) => known.has(name));
  const whole = names.length === 1 && names[0] === text;
  if (whole) {
    return `[\`${text}\`](#${known.get(text)})`;
  }
  const links = names.map((name) => `[${name}](#${known.get(name)})`);
  const shown = `\`${text.replaceAll("|", "\\|")}\``;
  return links.length > 0 ? `${shown} (${links.join(", ")})` : shown;
}

/** The declaration without its comments and what only TypeScript wants to know. */
function signature(node) {
  const text = node.getText().replace(/\/\*\*[\s\S]*?\*\//g, "");
  return text.replace(/^(export )?(declare )?/, "").replace(/[ \t]*\n\s*/g, "\n  ").replace(/\n {2}([)}])/g, "\n$1");
}

function code(lines) {
  return `\`\`\`ts\n${lines.join("\n")}\n\`\`\`\n`;
}

/** What is said of a member, with its examples. */
function docOf(node) {
  const doc = node.jsDoc?.at(-1);
  if (!doc) {
    return "";
  }
  const said = ts.getTextOfJSDocComment(doc.comment) ?? "";
  const examples = (doc.tags ?? [])
    .filter(({ tagName }) => tagName.text === "example")
    .map(({ comment }) => ts.getTextOfJSDocComment(comment).trim())
    .map((text) => `\n\`\`\`${languageOf(text)}\n${text}\n\`\`\`\n`);
  return `${said.trim().replace(/docs\/([\w-]+\.md)/g, "[docs/$1]($1)")}\n${examples.join("")}`;
}

/** JavaScript, unless only TypeScript can read it. */
function languageOf(text) {
  const { diagnostics } = ts.transpileModule(text, { fileName: "example.js", reportDiagnostics: true });
  return diagnostics.length > 0 ? "ts" : "js";
}

/** Text for a table's cell. */
function cell(text) {
  const paragraphs = text.trim().split(/\n\n+/);
  return paragraphs.map((one) => one.replace(/\n/g, " ").replaceAll("|", "\\|")).join("<br>");
}

/** The anchor that a heading has on GitHub. */
function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

main();
