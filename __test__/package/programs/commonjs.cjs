"use strict";

const callstreams = require("callstreams");
const { call } = require("./call.cjs");

call(callstreams).then(() => console.log("the call is over"));
