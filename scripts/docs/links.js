"use strict";

const fs = require("node:fs");
const path = require("node:path");

const ELSEWHERE = /^[a-z][a-z+.-]*:/i;

/** Links that lead nowhere. What is elsewhere is not asked for, but has to be https. */
function linkFaults(root, pages) {
  const byFile = new Map(pages.map((page) => [page.file, page]));
  return pages.flatMap((page) =>
    page.links.flatMap(({ target, line }) => {
      const fault = faultOf(root, byFile, page, target);
      return fault ? [`${page.file}:${line} ${target}: ${fault}`] : [];
    })
  );
}

function faultOf(root, byFile, page, target) {
  if (ELSEWHERE.test(target)) {
    return /^(https:\/\/[^/]+|mailto:.)/.test(target) ? null : "is not https";
  }
  const [place, anchor] = decodeURI(target).split("#");
  const file = place === "" ? page.file : path.posix.join(path.posix.dirname(page.file), place);
  if (!fs.existsSync(path.join(root, file)) && !byFile.has(file)) {
    return "there is no such file";
  }
  if (anchor === undefined || /^L\d+/.test(anchor)) {
    return null;
  }
  return byFile.get(file)?.hasAnchor(anchor) ? null : "there is no such heading";
}

module.exports = { linkFaults };
