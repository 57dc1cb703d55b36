"use strict";

/** A package registry on the loopback that has what it is given and nothing else. */

const { execFileSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { once } = require("node:events");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

/** Serves tarballs: `{url, close, served}`, the last with the paths that were asked for. */
async function openRegistry(tarballs) {
  const packages = new Map(tarballs.map((file) => [manifestOf(file).name, describe(file)]));
  const served = [];
  const server = http.createServer((request, response) => {
    served.push(request.url);
    const [name, isTarball] = request.url.slice(1).split("/-/");
    const found = packages.get(decodeURIComponent(name));
    if (found === undefined) {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
    } else if (isTarball) {
      response.writeHead(200, { "content-type": "application/octet-stream" }).end(found.bytes);
    } else {
      response.writeHead(200, { "content-type": "application/json" }).end(packument(found, request.headers.host));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close, served };
}

function manifestOf(file) {
  const options = { cwd: path.dirname(file) };
  return JSON.parse(execFileSync("tar", ["-xzOf", path.basename(file), "package/package.json"], options));
}

function describe(file) {
  const bytes = fs.readFileSync(file);
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  return { manifest: manifestOf(file), bytes, integrity };
}

function packument({ manifest, integrity }, host) {
  const { name, version } = manifest;
  const dist = { integrity, tarball: `http://${host}/${name}/-/${name}-${version}.tgz` };
  return JSON.stringify({
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, dist } }
  });
}

module.exports = { openRegistry };
