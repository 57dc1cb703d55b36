// ARI as TypeScript sees it: the client, by hand; its resources, objects and events, as generated.

import { EventEmitter } from "node:events";
import { EventMap, Resources } from "./generated";
import * as ari from "./generated";

export * from "./generated";

/** As in Node: an error, or null and the answer. */
export type Callback<T> = (error: Error | null, answer?: T) => void;

/** What the objects of ARI have in common: they hear the events that concern them. */
export interface Instance {
  on<K extends keyof EventMap>(type: K, listener: (...args: EventMap[K]) => void): this;
  addListener<K extends keyof EventMap>(type: K, listener: (...args: EventMap[K]) => void): this;
  once<K extends keyof EventMap>(type: K, listener: (...args: EventMap[K]) => void): this;
  off<K extends keyof EventMap>(type: K, listener: (...args: EventMap[K]) => void): this;
  removeListener<K extends keyof EventMap>(type: K, listener: (...args: EventMap[K]) => void): this;
  removeAllListeners(type?: keyof EventMap): this;
}

/** A maker of objects: with an id of its own, of yours, or of what is known already. */
export interface Maker<T> {
  (values?: Partial<T>): T;
  (id: string, values?: Partial<T>): T;
}

export interface ClientEvents extends EventMap {
  /** Events flow, for the first time or again. */
  WebSocketConnected: [];
  /** The connection is lost; it is tried anew until `stop()`. */
  WebSocketLost: [error: Error];
  /** Before each attempt. */
  WebSocketReconnecting: [error: Error];
  /** The answer to `ping()`. */
  pong: [];
  /** Every event of every application. */
  "*": [event: ari.MessageData & Record<string, unknown>, resources: unknown];
}

/** A client of one Asterisk's ARI, with the face of ari-client. */
export interface AriClient extends EventEmitter, Resources {
  /** Whether events flow, of every application that was started. */
  readonly isConnected: boolean;

  /** Runs Stasis applications. Rejects where that fails; later, a lost connection is opened anew. */
  start(apps: string | string[], callback?: Callback<void>): Promise<void>;
  start(apps: string | string[], subscribeAll: boolean, callback?: Callback<void>): Promise<void>;
  /** Ends all applications; resolves when their connections are gone. Never rejects. */
  stop(): Promise<void>;
  /** Answered with the event `pong`. */
  ping(): void;

  readonly Application: Maker<ari.Application>;
  readonly Asterisk: Maker<ari.Asterisk>;
  readonly Bridge: Maker<ari.Bridge>;
  readonly Channel: Maker<ari.Channel>;
  readonly DeviceState: Maker<ari.DeviceState>;
  readonly Endpoint: Maker<ari.Endpoint>;
  readonly LiveRecording: Maker<ari.LiveRecording>;
  readonly Mailbox: Maker<ari.Mailbox>;
  readonly Playback: Maker<ari.Playback>;
  readonly Sound: Maker<ari.Sound>;
  readonly StoredRecording: Maker<ari.StoredRecording>;

  on<K extends keyof ClientEvents>(type: K, listener: (...args: ClientEvents[K]) => void): this;
  on(type: string, listener: (...args: any[]) => void): this;
  addListener<K extends keyof ClientEvents>(type: K, listener: (...args: ClientEvents[K]) => void): this;
  addListener(type: string, listener: (...args: any[]) => void): this;
  once<K extends keyof ClientEvents>(type: K, listener: (...args: ClientEvents[K]) => void): this;
  once(type: string, listener: (...args: any[]) => void): this;
}

export interface AriOptions {
  /** Milliseconds for each answer of Asterisk; 10,000 by default. */
  timeout?: number;
  /** Milliseconds between the pings that notice a dead connection; 15,000 by default. */
  heartbeat?: number;
}
