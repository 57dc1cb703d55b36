"use strict";

// A map: what callstreams/mrf exports, and where it is. Its main export is Mrf itself, as drachtio-astmrf's is.
const { connect } = require("./lib/ari/connect.js");
const { Endpoint } = require("./lib/mrf/endpoint.js");
const { MediaServer } = require("./lib/mrf/media-server.js");
const { Mrf } = require("./lib/mrf/mrf.js");

module.exports = Mrf;
module.exports.MediaServer = MediaServer;
module.exports.Endpoint = Endpoint;
module.exports.connectAri = connect;
