"use strict";

/** What a CallServer and those that extend it have of each other, and nobody else. */

/** Has the core listen: given where, gives what the core says of it. */
const kListen = Symbol("listen");
/** Something came in that is to become a call: given its number and what the core tells of it. */
const kArrive = Symbol("arrive");
/** A call is here: given its number, its request, and how it is treated. */
const kBegin = Symbol("begin");
/** Turns a call away: given its number, its request, and the code for why. */
const kRefuse = Symbol("refuse");
/** Whether a call that goes by one of these names may come. */
const kIsWanted = Symbol("isWanted");
/** Takes the core's server of this number as its own; `isHolding` says that it keeps the process alive. */
const kAdopt = Symbol("adopt");
/** Gives an error to the server's listeners. */
const kReport = Symbol("report");
/** The number of the core's server; null before there is one. */
const kId = Symbol("id");
const kIsClosing = Symbol("isClosing");

module.exports = { kAdopt, kArrive, kBegin, kId, kIsClosing, kIsWanted, kListen, kRefuse, kReport };
