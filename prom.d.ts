import type { ServerMetrics } from "./index.js";

/**
 * What servers have seen, in Prometheus' text format: for whoever has no prom-client.
 *
 * docs/metrics.md has every metric. Each has the label `server`: the name given, or `audiosocket` or
 * `websocket` for a server given alone. Calls that were placed with `connect` are there with the name
 * `placed`, once there is one. Throws a `TypeError` with the code `ERR_INVALID_ARG_TYPE` for anything
 * else, and a `RangeError` with `ERR_OUT_OF_RANGE` for a server of that name.
 *
 * @example
 * const { prometheusText } = require("callstreams/prom");
 *
 * http.createServer((req, res) => {
 *   res.setHeader("content-type", prometheusText.contentType);
 *   res.end(prometheusText(audioSocket));
 * }).listen(9090);
 */
export const prometheusText: {
  (servers: Servers): string;
  /** What the text's `Content-Type` is. */
  readonly contentType: string;
};

/**
 * Registers the same with prom-client, which must be installed: beside what else your process tells,
 * in `registry.metrics()`. The servers are asked when the registry is, and not before.
 *
 * Gives what undoes it. Throws as `prometheusText`; `ERR_NO_PROM_CLIENT` where prom-client is not
 * installed; and prom-client's own error where the registry has one of the metrics already: register
 * all servers together.
 *
 * @example
 * const { register } = require("callstreams/prom");
 *
 * register({ asterisk: audioSocket, freeswitch: webSocketAudio });
 */
export function register(servers: Servers, options?: RegisterOptions): () => void;

/** A server, or several, by the names that the label `server` is to have. */
export type Servers = MetricsSource | { [name: string]: MetricsSource };

/** An `AudioSocket` or a `WebSocketAudio`. */
export interface MetricsSource {
  /** What the server has seen. */
  metrics(): ServerMetrics;
}

/** Where `register` registers. */
export interface RegisterOptions {
  /** A `Registry` of prom-client's. Its default one if missing. */
  registry?: PromRegistry | undefined;
}

/** What is needed of a `Registry` of prom-client's. */
export interface PromRegistry {
  /** Adds a metric. */
  registerMetric(metric: any): void;
  /** Takes one away. */
  removeSingleMetric(name: string): void;
}
