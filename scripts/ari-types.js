"use strict";

// Writes lib/ari/generated.d.ts: what TypeScript is told of ARI, made of the descriptions that Asterisk
// itself goes by. Only names and types are taken.
//
//   usage: node scripts/ari-types.js FOLDER     as in /usr/share/asterisk/rest-api

const fs = require("node:fs");
const path = require("node:path");
const { HANDED, KINDS } = require("../lib/ari/kinds.js");

const OUTPUT = path.join(__dirname, "../lib/ari/generated.d.ts");
const SIMPLE = { string: "string", Date: "string", int: "number", long: "number", double: "number" };
Object.assign(SIMPLE, {
  boolean: "boolean",
  object: "object",
  containers: "object",
  binary: "Buffer",
  void: "void"
});
/** Bodies that are objects of names and values. */
const BODIES = { variables: "Record<string, string>" };
/** A resource and the objects that take part in what is made of it. */
const HANDED_KINDS = { playbackId: "Playback", name: "LiveRecording", snoopId: "Channel" };

const [, , folder] = process.argv;
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
const names = read("resources.json").apis.map((api) => /(\w+)\.\{format\}/.exec(api.path)[1]);
const documents = Object.fromEntries(names.map((name) => [name, read(`${name}.json`)]));
const operations = Object.fromEntries(
  names.map((name) => [
    name,
    documents[name].apis.flatMap((api) => api.operations).filter((one) => !one.upgrade)
  ])
);
const models = Object.assign({}, ...Object.values(documents).map((document) => document.models));
/** Events are what has Event or Message above it. */
const events = descendants("Message");

fs.writeFileSync(OUTPUT, `${parts().join("\n\n")}\n`);

function parts() {
  return [
    '// Made by scripts/ari-types.js; not to be edited.\n\nimport { Callback, Instance } from "./types";',
    ...Object.keys(models).map(modelText),
    ...Object.keys(KINDS).map(kindText),
    ...names.map(resourceText),
    block(
      "export interface Resources",
      names.map((name) => `readonly ${name}: ${resourceName(name)};`)
    ),
    block("export interface EventMap", eventLines())
  ];
}

function modelText(name) {
  const { properties } = models[name];
  const parent = Object.keys(models).find((one) => models[one].subTypes?.includes(name));
  const own = Object.entries(properties).map(
    ([field, { type, required }]) => `${field}${required ? "" : "?"}: ${typeOf(type, dataName)};`
  );
  const head = `export interface ${dataName(name)}${parent ? ` extends ${dataName(parent)}` : ""}`;
  const isEvent = events.includes(name) && !models[name].subTypes;
  return block(head, isEvent ? [`type: "${name}";`, ...own] : own);
}

function kindText(kind) {
  const { resource, params, creates } = KINDS[kind];
  const data = models[kind] ? `, ${dataName(kind)}` : "";
  const methods = operations[resource].map((operation) => {
    const create = creates[operation.nickname];
    const isOptional = ({ name }) => create?.param === name;
    const rest =
      operation.parameters?.filter(({ name, required }) => !(required && params.includes(name))) ?? [];
    const handed = create?.whose === HANDED ? HANDED_KINDS[create.param] : undefined;
    return methodText(operation, rest, isOptional, handed);
  });
  return block(`export interface ${kind} extends Instance${data}`, methods.flat());
}

function resourceText(name) {
  const methods = operations[name].map((operation) =>
    methodText(operation, operation.parameters ?? [], () => false)
  );
  return block(`export interface ${resourceName(name)}`, methods.flat());
}

/** With options and without, where none is needed; with the object that shall be made, where one can be handed. */
function methodText({ nickname, responseClass }, parameters, isOptional, handed) {
  const answer = typeOf(responseClass, (model) => (model in KINDS ? model : dataName(model)));
  const fields = parameters.map((one) => {
    const optional = !one.required || isOptional(one) ? "?" : "";
    return `${one.name}${optional}: ${parameterType(one)}`;
  });
  const needed = parameters.some((one) => one.required && !isOptional(one));
  const tail = `callback?: Callback<${answer}>): Promise<${answer}>;`;
  const options = fields.length > 0 ? `{ ${fields.join("; ")} }` : "{}";
  const lines = [`${nickname}(options${needed ? "" : "?"}: ${options}, ${tail}`];
  if (handed) {
    lines.push(`${nickname}(options: ${options}, instance: ${handed}, ${tail}`);
  }
  if (!needed) {
    lines.push(`${nickname}(${tail.replace("callback?", "callback")}`);
  }
  return lines;
}

function parameterType({ name, dataType, allowMultiple }) {
  const type = BODIES[name] ?? typeOf(dataType, dataName);
  return allowMultiple ? `${type} | ${type}[]` : type;
}

function eventLines() {
  return events
    .filter((name) => !models[name].subTypes)
    .map((name) => {
      const objects = fieldsOf(name).filter(([, { type }]) => type in KINDS);
      return `${name}: [event: ${dataName(name)}, resources: ${resourcesType(objects)}];`;
    });
}

/** One object comes alone, several as an object of them. Where one of them is a rarity, it is left out here. */
function resourcesType(objects) {
  const required = objects.filter((object) => object[1].required);
  if (objects.length === 0) {
    return "undefined";
  }
  if (required.length === 1) {
    return required[0][1].type;
  }
  const fields = objects.map(
    ([field, { type, required: always }]) => `${field}${always ? "" : "?"}: ${type}`
  );
  const alone = [...new Set(objects.map(([, { type }]) => type)), "undefined"];
  const all = objects.length > 1 ? [`{ ${fields.join("; ")} }`] : [];
  return [...all, ...(required.length === 0 ? alone : [])].join(" | ");
}

function fieldsOf(name) {
  const parent = Object.keys(models).find((one) => models[one].subTypes?.includes(name));
  return [...(parent ? fieldsOf(parent) : []), ...Object.entries(models[name].properties)];
}

function descendants(name) {
  return [name, ...(models[name].subTypes ?? []).flatMap(descendants)];
}

function typeOf(type, nameOf) {
  const list = /^List\[(\w+)\]$/.exec(type);
  return list ? `${typeOf(list[1], nameOf)}[]` : (SIMPLE[type] ?? nameOf(type));
}

function dataName(model) {
  return `${model}Data`;
}

function resourceName(name) {
  return `${name[0].toUpperCase()}${name.slice(1)}Resource`;
}

function block(head, lines) {
  return lines.length > 0 ? `${head} {\n${lines.map((line) => `  ${line}\n`).join("")}}` : `${head} {}`;
}
