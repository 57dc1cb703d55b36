"use strict";

// Preloaded (`node -r`): the process takes itself for what CALLSTREAMS_TEST_PLATFORM says, as JSON.

const fs = require("node:fs");

const { platform, arch, glibc } = JSON.parse(process.env.CALLSTREAMS_TEST_PLATFORM);

Object.defineProperty(process, "platform", { value: platform });
Object.defineProperty(process, "arch", { value: arch });
process.report.getReport = () => ({ header: { glibcVersionRuntime: glibc }, sharedObjects: [] });

const { readFileSync } = fs;
fs.readFileSync = (path, ...rest) => {
  if (path === "/usr/bin/ldd") {
    return glibc === undefined ? "musl" : "GNU libc";
  }
  return readFileSync(path, ...rest);
};
