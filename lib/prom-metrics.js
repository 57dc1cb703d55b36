"use strict";

const { engine } = require("./engine.js");
const { placed } = require("./connect.js");
const { version } = require("../package.json");

const MS_PER_SECOND = 1000;

/** The label that tells servers apart, and what it says of the calls that were placed. */
const SERVER = "server";
const PLACED = "placed";

const counter = (name, help, read) => ({ type: "counter", name: `callstreams_${name}`, help, labels: [], read });
const gauge = (name, help, read) => ({ ...counter(name, help, read), type: "gauge" });
/** With one label more; `read` gives what it says, and how much. */
const labelled = (label, metric) => ({ ...metric, labels: [label] });

/** Of servers, and of the calls that were placed: read from what `Totals` counts. */
const OF_CALLS = [
  gauge("calls_active", "Calls that are not over.", (m) => m.activeCalls),
  counter("calls_total", "Calls that came, or were placed and answered.", (m) => m.activeCalls + m.endedCalls),
  counter("calls_ended_total", "Calls that are over.", (m) => m.endedCalls),
  counter("call_seconds_total", "Seconds that those calls lasted which are over.", (m) => m.endedMs / MS_PER_SECOND),
  labelled(
    "direction",
    counter("audio_frames_total", "Frames of audio that arrived (in) and left (out).", (m) => [
      ["in", m.audio.framesIn],
      ["out", m.audio.framesOut]
    ])
  ),
  labelled(
    "direction",
    counter("audio_bytes_total", "Bytes of audio that arrived (in) and left (out).", (m) => [
      ["in", m.audio.bytesIn],
      ["out", m.audio.bytesOut]
    ])
  ),
  counter(
    "dropped_frames_total",
    "Frames that arrived and were dropped, because JavaScript did not take them in time.",
    (m) => m.audio.droppedFramesIn
  ),
  counter("dropped_bytes_total", "Bytes of those frames.", (m) => m.audio.droppedBytesIn),
  counter(
    "late_frames_total",
    "Frames of plays that were skipped because their time had passed.",
    (m) => m.audio.lateFrames
  ),
  counter("underruns_total", "Times a play's source had nothing when a frame was due.", (m) => m.audio.underruns),
  gauge("queued_bytes", "Bytes of audio that were written and have not left.", (m) => m.audio.queuedBytesOut),
  labelled(
    "reason",
    counter("bad_messages_total", "Messages of peers that were skipped: unknown or malformed.", (m) => [
      ["unknown", m.audio.unknownKinds],
      ["malformed", m.audio.malformed]
    ])
  ),
  gauge("forks_active", "Forks that are not over.", (m) => m.forks.active),
  counter("forks_total", "Forks that were asked for.", (m) => m.forks.started),
  counter("forks_failed_total", "Forks that ended with an error.", (m) => m.forks.failed),
  counter("fork_frames_total", "Messages of audio that forks sent.", (m) => m.forks.framesSent),
  counter("fork_bytes_total", "Bytes of audio in those.", (m) => m.forks.bytesSent),
  counter(
    "fork_dropped_frames_total",
    "Messages of audio that forks did not send: the far end was too slow, or away.",
    (m) => m.forks.droppedFrames
  ),
  counter("fork_late_frames_total", "Frames of calls that a fork was too far behind for.", (m) => m.forks.lateFrames),
  counter("fork_reconnects_total", "Connections of forks after their first.", (m) => m.forks.reconnects)
];

/** Of servers alone. */
const OF_SERVERS = [
  gauge("connections", "Connections that are open, also those that are no calls yet.", (m) => m.connections),
  counter("connections_total", "Connections that were accepted.", (m) => m.accepted),
  labelled(
    "code",
    counter("dropped_connections_total", "Connections that did not become calls, by why.", (m) =>
      Object.entries(m.droppedByCode)
    )
  ),
  counter(
    "accept_errors_total",
    "Connections that could not be accepted: they broke before, or the system had no descriptor left.",
    (m) => m.acceptErrors
  ),
  counter("handler_errors_total", "Times a handler or a listener threw or rejected.", (m) => m.handlerErrors),
  counter("unhandled_errors_total", "Errors of calls that nobody listened to.", (m) => m.unhandledErrors)
];

/** Of the process. */
const OF_PROCESS = [
  labelled("version", gauge("info", "1, with the version of callstreams.", () => [[version, 1]])),
  counter("prompt_cache_hits_total", "Plays of files that needed no decoding.", (m) => m.hits),
  counter("prompt_cache_misses_total", "Plays of files that did.", (m) => m.misses),
  gauge("prompt_cache_files", "Decoded files that are kept.", (m) => m.files),
  gauge("prompt_cache_bytes", "Bytes that those take.", (m) => m.bytes)
];

/** Every metric there is: `{type, name, help, labels}`. */
const METRICS = [
  ...[...OF_SERVERS, ...OF_CALLS].map((metric) => ({ ...metric, labels: [SERVER, ...metric.labels] })),
  ...OF_PROCESS
];

/**
 * What each metric is now: a function that gives the samples of a metric's name, `{labels, value}`
 * each. `servers` are those to tell of, by name.
 */
function snapshot(servers) {
  const read = [...servers].map(([server, source]) => [{ [SERVER]: server }, source.metrics()]);
  const calls = placed.read();
  const ofPlaced = calls.activeCalls + calls.endedCalls > 0 ? [[{ [SERVER]: PLACED }, calls]] : [];
  const samples = new Map();
  const tell = (metrics, told) => metrics.forEach((metric) => samples.set(metric.name, samplesOf(metric, told)));
  tell(OF_SERVERS, read);
  tell(OF_CALLS, [...read, ...ofPlaced]);
  tell(OF_PROCESS, [[{}, engine().promptCacheStats()]]);
  return (name) => samples.get(name);
}

function samplesOf({ labels: [label], read }, told) {
  return told.flatMap(([labels, metrics]) => {
    const values = read(metrics);
    const labelledValues = label === undefined ? [[undefined, values]] : values;
    return labelledValues.map(([text, value]) => ({
      labels: label === undefined ? labels : { ...labels, [label]: text },
      value
    }));
  });
}

module.exports = { METRICS, PLACED, snapshot };
