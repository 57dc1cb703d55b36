"use strict";

// Writes the table of the core's error codes in docs/errors.md from src/error.rs; check-docs.js holds the page to it.

const fs = require("node:fs");
const path = require("node:path");
const { PAGE, pageWithTable } = require("./docs/error-codes.js");

const ROOT = path.join(__dirname, "..");

fs.writeFileSync(path.join(ROOT, PAGE), pageWithTable(ROOT));
