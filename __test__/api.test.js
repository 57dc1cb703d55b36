"use strict";

/** index.d.ts and the code: whatever the one says, the other must hold. */

const assert = require("node:assert/strict");
const { EventEmitter, once } = require("node:events");
const net = require("node:net");
const path = require("node:path");
const { PassThrough } = require("node:stream");
const { after, before, describe, test } = require("node:test");
const ts = require("typescript");
const callstreams = require("..");
const { forkOptions } = require("../lib/fork-options.js");

const { AudioSocket, AudioSocketError, AudioStream, CallServer, WebSocketAudio } = callstreams;

/** Types whose values `typeof` knows. */
const PRIMITIVES = new Set(["string", "number", "boolean"]);

/** Options that are objects. */
const OBJECTS = new Set(["speech", "format", "headers", "paths", "tls"]);

const FILE = path.resolve(__dirname, "../index.d.ts");
const program = ts.createProgram([FILE], {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: ["node"],
  strictNullChecks: true
});
const checker = program.getTypeChecker();
const source = program.getSourceFile(FILE);
const declared = new Map(
  checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((symbol) => [symbol.name, symbol])
);
const values = [...declared.values()].filter(({ flags }) => flags & ts.SymbolFlags.Value);
const classes = values.filter(({ flags }) => flags & ts.SymbolFlags.Class);
const enums = values.filter(({ flags }) => flags & ts.SymbolFlags.Enum);
const interfaces = [...declared.values()].filter(({ flags }) => flags & ts.SymbolFlags.Interface);

describe("the exports", () => {
  test("are the declared ones", () => {
    assert.deepEqual(Object.keys(callstreams).sort(), names(values));
  });

  test("are all there by name for an import", async () => {
    const { default: whole, ...named } = await import("callstreams");
    delete named["module.exports"]; // Newer versions of Node give the whole by this name too.
    assert.equal(whole, callstreams);
    assert.deepEqual(Object.keys(named).sort(), names(values));
  });

  test("that are constants have the declared values", () => {
    const constants = values.filter(({ flags }) => flags & ts.SymbolFlags.Variable);
    assert.ok(constants.length > 0);
    for (const symbol of constants) {
      assert.equal(callstreams[symbol.name], checker.getTypeOfSymbol(symbol).value, symbol.name);
    }
  });

  for (const symbol of enums) {
    test(`have the declared members in ${symbol.name}`, () => {
      assert.deepEqual({ ...callstreams[symbol.name] }, compiledEnum(symbol));
    });
  }
});

for (const symbol of classes) {
  const { name } = symbol;
  const Class = callstreams[name];
  const statics = membersOf(checker.getTypeOfSymbol(symbol)).filter((member) => member.name !== "prototype");
  const members = membersOf(checker.getDeclaredTypeOfSymbol(symbol));

  describe(`the class ${name}`, () => {
    test("has the base that is declared", () => {
      const [base] = checker.getBaseTypes(checker.getDeclaredTypeOfSymbol(symbol));
      assert.equal(Object.getPrototypeOf(Class).name, base.symbol.name);
    });

    test("has the declared static members and no others", () => {
      const own = Object.getOwnPropertyNames(Class).filter((key) => !(key in class {}));
      assert.deepEqual(own.sort(), names(statics));
    });

    test("has the declared methods, and they are functions", () => {
      for (const member of members.filter(isMethod)) {
        assert.equal(typeof Class.prototype[keyOf(member)], "function", `${name}.${member.name}`);
      }
    });

    test("has an accessor without a setter where a property of its prototype is declared read-only", () => {
      for (const member of members.filter(isReadOnly)) {
        const property = propertyOf(Class.prototype, member.name);
        assert.equal(typeof property?.get, "function", `${name}.${member.name}`);
        assert.equal(property.set, undefined, `${name}.${member.name}`);
      }
    });

    test("declares everything that can be seen on it", () => {
      const seen = [...Object.getOwnPropertyNames(Class.prototype), ...ownFields(Class)];
      const known = new Set(["constructor", ...members.map((member) => member.name)]);
      assert.deepEqual(seen.filter((key) => !known.has(key)), []);
    });

    test("has the declared fields on its instances", () => {
      const fields = members.filter((member) => !isMethod(member) && !isReadOnly(member));
      assert.deepEqual(ownFields(Class).sort(), names(fields));
    });

    test("is described, with an example, and so is each of its members", () => {
      const example = symbol.getJsDocTags(checker).find((tag) => tag.name === "example");
      assert.ok(example, `${name} has no example`);
      for (const member of members.filter((other) => !(other.name in EventEmitter.prototype))) {
        assert.ok(member.declarations.some(isDescribedAt), `${name}.${member.name}`);
      }
    });
  });
}

describe("the events", () => {
  for (const name of ["CallServer", "AudioSocket", "WebSocketAudio", "AudioStream"]) {
    test(`of ${name} are each described where they are listened to`, () => {
      const on = checker.getDeclaredTypeOfSymbol(declared.get(name)).getProperty("on");
      const described = on.declarations
        .filter((declaration) => !declaration.typeParameters)
        .map((declaration) => {
          const signature = checker.getSignatureFromDeclaration(declaration);
          const [event] = literalsOf(checker.getTypeOfSymbol(signature.parameters[0]));
          assert.ok(isDescribedAt(declaration), event);
          return event;
        });
      assert.deepEqual(described.sort(), names(propertiesOf(`${name}Events`)));
    });
  }
});

describe("the objects that are given", () => {
  let server;
  let call;
  let request;
  let stream;

  before(async () => {
    server = new AudioSocket();
    server.listen(0, "127.0.0.1");
    const connection = once(server, "connection");
    server.onConnection(() => {});
    call = await AudioSocket.connect({ port: server.address().port });
    [request, stream] = await connection;
  });

  after(() => server.close());

  test("have the fields of a StreamRequest", () => {
    assertFields(request, "StreamRequest");
  });

  test("have the fields of the Capabilities", () => {
    assertFields(stream.capabilities, "Capabilities");
    assertFields(new AudioStream(new PassThrough(), new PassThrough()).capabilities, "Capabilities");
  });

  test("have the fields of an UpgradeRequest, a WebSocketRequest and the Capabilities over WebSocket", async (t) => {
    let asked;
    const authorize = (upgrade) => (asked = upgrade) && true;
    const audio = new WebSocketAudio({ dialect: "raw", authorize }).listen(0, "127.0.0.1");
    t.after(() => audio.close());
    const connection = once(audio, "connection");
    await WebSocketAudio.connect(`ws://127.0.0.1:${audio.address().port}/`, { dialect: "raw" });
    const [arrived, its] = await connection;
    assertFields(asked, "UpgradeRequest");
    assertFields(arrived, "WebSocketRequest");
    assertFields(its.capabilities, "Capabilities");
  });

  test("have the fields of the CallStats, during the call and after it", async () => {
    assertFields(stream.stats(), "CallStats");
    assertFields(call.stats(), "CallStats");
    const ended = new AudioSocket().onConnection(() => {}).listen(0, "127.0.0.1");
    const brief = await AudioSocket.connect({ port: ended.address().port });
    const over = once(brief, "end");
    await ended.close();
    await over;
    assertFields(brief.stats(), "CallStats");
  });

  test("have the fields of the CallStats over a pair of objects, too", () => {
    assertFields(new AudioStream(new PassThrough(), new PassThrough()).stats(), "CallStats");
  });

  test("have the fields of the ServerMetrics, before the server listens, too", () => {
    assertFields(server.metrics(), "ServerMetrics");
    assertFields(new AudioSocket().metrics(), "ServerMetrics");
  });

  test("have the fields of the ForkStats, of a fork that never was, too", async () => {
    const fork = stream.fork("ws://127.0.0.1:1/", { reconnect: false }).on("error", () => {});
    assertFields(fork.stats(), "ForkStats");
    assertFields(await fork.stop(), "ForkStats");
    assertFields(refusedFork().stats(), "ForkStats");
  });

  test("have the fields of a PlayResult", async () => {
    const nothing = new PassThrough().end();
    assertFields(await stream.playStream(nothing), "PlayResult");
  });

  test("have the fields of a DroppedConnection", async () => {
    const drop = once(server, "drop");
    net.connect(server.address().port, "127.0.0.1").end("GET / HTTP/1.1\r\n\r\n").resume();
    const [dropped] = await drop;
    assertFields(dropped, "DroppedConnection");
  });

  test("have the fields of an address", () => {
    assert.deepEqual(Object.keys(server.address()).sort(), ["address", "family", "port"]);
  });
});

describe("the options", () => {
  for (const option of propertiesOf("ForkOptions").filter(({ name }) => name !== "metadata")) {
    const { name } = option;
    const fork = (value) => forkOptions("ws://127.0.0.1/", { [name]: value });

    test(`of a fork check ${name}`, () => {
      assert.throws(() => fork(Symbol("wrong")), wrongOption(name));
    });

    for (const value of literalsOf(checker.getTypeOfSymbol(option))) {
      test(`of a fork take ${value} for ${name}`, () => {
        assert.doesNotThrow(() => fork(value));
      });
    }
  }

  for (const { name } of propertiesOf("ServerOptions")) {
    test(`of a server check ${name}`, () => {
      assert.throws(() => new AudioSocket({ [name]: wrongFor(name) }), wrongOption(name));
    });
  }

  for (const { name } of propertiesOf("DialOptions")) {
    test(`of connect check ${name}`, async () => {
      await assert.rejects(AudioSocket.connect({ port: 1, [name]: wrongFor(name) }), wrongOption(name));
    });
  }

  for (const { name } of propertiesOf("WebSocketOptions")) {
    test(`of a server of WebSockets check ${name}`, () => {
      assert.throws(() => new WebSocketAudio({ [name]: wrongFor(name) }), wrongOption(name));
    });
  }

  for (const { name } of propertiesOf("WebSocketPathOptions")) {
    test(`of a path check ${name}`, () => {
      const paths = { "/a": { [name]: wrongFor(name) } };
      assert.throws(() => new WebSocketAudio({ paths }), (error) => error.message.includes(`["/a"].${name}`));
    });
  }

  for (const { name } of propertiesOf("WebSocketDialOptions")) {
    test(`of WebSocketAudio.connect check ${name}`, async () => {
      const dialled = WebSocketAudio.connect("ws://127.0.0.1:1/", { [name]: wrongFor(name) });
      await assert.rejects(dialled, wrongOption(name));
    });
  }

  for (const option of propertiesOf("WebSocketOptions")) {
    for (const value of literalsOf(checker.getTypeOfSymbol(option))) {
      test(`of a server of WebSockets take ${value} for ${option.name}`, () => {
        assert.doesNotThrow(() => new WebSocketAudio({ [option.name]: value }));
      });
    }
  }

  for (const option of propertiesOf("CallOptions")) {
    for (const value of literalsOf(checker.getTypeOfSymbol(option))) {
      test(`take ${value} for ${option.name}`, () => {
        assert.doesNotThrow(() => new AudioSocket({ [option.name]: value }));
      });
    }
  }
});

test("every interface is described, and each of its fields but the events", () => {
  for (const symbol of interfaces) {
    assert.ok(symbol.declarations.some(isDescribedAt), symbol.name);
    if (!symbol.name.endsWith("Events")) {
      for (const property of propertiesOf(symbol.name)) {
        assert.ok(property.declarations.some(isDescribedAt), `${symbol.name}.${property.name}`);
      }
    }
  }
});

function names(symbols) {
  return symbols.map(({ name }) => name).sort();
}

/** What a type has of its own: Node's part of it is left out. */
function membersOf(type) {
  return type.getProperties().filter((member) => {
    return member.declarations?.some((declaration) => declaration.getSourceFile() === source);
  });
}

function propertiesOf(name) {
  return checker.getDeclaredTypeOfSymbol(declared.get(name)).getProperties();
}

/** The property's key; the compiler calls that of a symbol like `Symbol.iterator` `__@iterator@1`. */
function keyOf({ name }) {
  return name.startsWith("__@") ? Symbol[name.split("@")[1]] : name;
}

function isMethod({ flags }) {
  return (flags & ts.SymbolFlags.Method) !== 0;
}

function isReadOnly(member) {
  return (ts.getCombinedModifierFlags(member.valueDeclaration) & ts.ModifierFlags.Readonly) !== 0;
}

function isDescribedAt(declaration) {
  return ts.getJSDocCommentsAndTags(declaration).length > 0;
}

/** The literal members of a union, `undefined` and enums left out. */
function literalsOf(type) {
  const parts = type.isUnion() ? type.types : [type];
  return parts
    .filter((part) => part.isLiteral() && !(part.flags & ts.TypeFlags.EnumLiteral))
    .map((part) => part.value);
}

/** The object that an enum is compiled to: names to values, and numbers back to names. */
function compiledEnum(symbol) {
  const compiled = {};
  for (const member of symbol.exports.values()) {
    const value = checker.getConstantValue(member.valueDeclaration);
    compiled[member.name] = value;
    if (typeof value === "number") {
      compiled[value] = member.name;
    }
  }
  return compiled;
}

/** The property, wherever on the chain of prototypes it is. */
function propertyOf(prototype, name) {
  return prototype && (Object.getOwnPropertyDescriptor(prototype, name) ?? propertyOf(Object.getPrototypeOf(prototype), name));
}

/** The fields that the class itself puts on its instances. */
function ownFields(Class) {
  const make = {
    AudioSocket: () => new AudioSocket(),
    AudioSocketError: () => new AudioSocketError(callstreams.ErrorCode.UNKNOWN),
    AudioStream: () => new AudioStream(new PassThrough(), new PassThrough()),
    CallServer: () => new CallServer({}),
    WebSocketAudio: () => new WebSocketAudio(),
    // Those that the core would not begin.
    Fork: () => refusedFork(),
    Recording: () => new callstreams.Recording({ path: "/x" }, () => null).on("error", () => {})
  };
  const inherited = [new EventEmitter(), new Error("")].flatMap((base) => Object.getOwnPropertyNames(base));
  return Object.getOwnPropertyNames(make[Class.name]()).filter((key) => !inherited.includes(key));
}

function refusedFork() {
  const owner = { runInScope: (task) => task(), handleStray: () => {}, handleForkEnded: () => {} };
  const refusal = { id: 0, code: "ERR_NOT_FORKABLE", message: "" };
  return new callstreams.Fork({ client: { url: "ws://127.0.0.1/" } }, owner, () => refusal).on("error", () => {});
}

function assertFields(object, name) {
  assert.deepEqual(Object.keys(object).sort(), names(propertiesOf(name)));
  for (const property of propertiesOf(name)) {
    const type = checker.typeToString(checker.getBaseTypeOfLiteralType(checker.getTypeOfSymbol(property)));
    const value = object[property.name];
    if (type === "any") {
      continue;
    }
    if (declared.has(type)) {
      assertFields(value, type);
    } else if (PRIMITIVES.has(type)) {
      assert.equal(typeof value, type, `${name}.${property.name}`);
    }
  }
}

/** Something that the option does not take. */
function wrongFor(name) {
  return OBJECTS.has(name) ? 5 : {};
}

function wrongOption(name) {
  const says = name === "port" ? "The port must be" : `options.${name}`;
  return (error) => typeof error.code === "string" && error.message.includes(says);
}
