// callstreams/mrf: the drop-in for drachtio-astmrf.

/// <reference types="node" />
import { EventEmitter } from "node:events";
import * as ari from "./lib/ari/types";

/** Media resource framework: an application's drachtio, and the Asterisks it is connected to. */
declare class Mrf<S extends Mrf.Srf = any> extends EventEmitter {
  /** `srf` is drachtio's; without one there is ARI, and there are no endpoints. */
  constructor(srf?: S, options?: Mrf.MrfOptions);

  readonly srf: S;
  /** The media servers that are connected. */
  readonly mediaservers: Mrf.MediaServer<S>[];
  /** This machine's IPv4 addresses, without the loopback. */
  readonly localAddresses: string[];
  /** Where it is told what happens. Silent, unless it is set. */
  logger: Mrf.Logger;

  /** Connects to an Asterisk over ARI, and runs a Stasis application there. */
  connect(options: Mrf.ConnectOptions): Promise<Mrf.MediaServer<S>>;
  connect(options: Mrf.ConnectOptions, callback: ari.Callback<Mrf.MediaServer<S>>): this;
}

declare namespace Mrf {
  type AriClient = ari.AriClient;
  type AriOptions = ari.AriOptions;
  type Bridge = ari.Bridge;
  type Channel = ari.Channel;
  type LiveRecording = ari.LiveRecording;
  type Playback = ari.Playback;

  /** What is needed of drachtio-srf: its `Srf` is one. */
  interface Srf {
    createUAC(uri: any, options?: any, progress?: any): Promise<any>;
    createUAS(req: any, res: any, options: any): Promise<any>;
  }

  /** The dialogs that an Srf makes. */
  type DialogOf<S> = S extends { createUAC: { (...args: any[]): infer A; (...args: any[]): infer B } }
    ? [Extract<A | B, Promise<any>>] extends [Promise<infer D>]
      ? D
      : DialogLike
    : DialogLike;

  /** What is needed of drachtio-srf's `Dialog`. */
  interface DialogLike extends EventEmitter {
    local: { sdp: string };
    remote: { sdp: string };
    destroy(...args: any[]): any;
  }

  interface Logger {
    info(...args: any[]): void;
    error(...args: any[]): void;
  }

  interface MrfOptions {
    logger?: Logger;
  }

  interface ConnectOptions {
    ari: {
      address: string;
      username: string;
      password: string;
      /** 8088 by default. */
      port?: number;
      /** `http` by default. */
      protocol?: "http" | "https";
    } & ari.AriOptions;
    /** Where Asterisk speaks SIP; at ARI's address and port 5060 by default. */
    sip?: { address?: string; port?: number };
    /** Milliseconds that endpoints outlive a lost ARI; 30,000 by default. */
    graceMs?: number;
  }

  interface EndpointOptions {
    /** Where Asterisk shall send audio; without it, audio is inactive until the dialog is modified. */
    remoteSdp?: string;
    /** Headers of the INVITE to Asterisk; From and User-Agent are the media server's own. */
    headers?: Record<string, string>;
    /** Codecs by name (`PCMU`, `opus`, …), in order of preference; others are left out of the offer. */
    codecs?: string[];
    /** Milliseconds until it is given up; 4,000 by default. */
    timeout?: number;
  }

  interface CallerOptions {
    /** Headers of the answer to the caller. */
    headers?: Record<string, string>;
    codecs?: string[];
    timeout?: number;
    /** Taken for the sake of old code, and not used: the caller's own SDP is. */
    localSdp?: string;
  }

  interface MediaServerEvents {
    /** ARI is lost, and is tried anew. */
    lost: [error: Error];
    /** ARI is back, and the endpoints whose channel is gone have been ended. */
    reconnect: [];
    /** `disconnect()` is done. */
    disconnect: [];
  }

  /** One Asterisk: its Stasis application and the endpoints in it. */
  class MediaServer<S extends Srf = any> extends EventEmitter {
    private constructor();

    /** The name of its Stasis application. */
    readonly id: string;
    readonly ari: ari.AriClient;
    readonly mrf: Mrf<S>;
    readonly srf: S;
    readonly logger: Logger;
    /** Where SIP is spoken: `host:port`. */
    readonly address: string;
    /** By the id of their channel. */
    readonly endpoints: Map<string, Endpoint<S>>;

    /** Whether the application runs, so that endpoints can be made. */
    connected(): boolean;
    createEndpoint(options?: EndpointOptions): Promise<Endpoint<S>>;
    createEndpoint(callback: ari.Callback<Endpoint<S>>): this;
    createEndpoint(options: EndpointOptions, callback: ari.Callback<Endpoint<S>>): this;
    /** An endpoint for a call that came in, and the call's answer. */
    connectCaller(req: object, res: object, options?: CallerOptions): Promise<ConnectedCaller<S>>;
    connectCaller(req: object, res: object, callback: ari.Callback<ConnectedCaller<S>>): this;
    connectCaller(
      req: object,
      res: object,
      options: CallerOptions,
      callback: ari.Callback<ConnectedCaller<S>>
    ): this;
    /** Ends the endpoints, then the application; resolves when nothing of it is left. Never rejects. */
    disconnect(callback?: ari.Callback<void>): Promise<void>;

    on<K extends keyof MediaServerEvents>(event: K, listener: (...args: MediaServerEvents[K]) => void): this;
    once<K extends keyof MediaServerEvents>(event: K, listener: (...args: MediaServerEvents[K]) => void): this;
  }

  interface ConnectedCaller<S extends Srf = any> {
    endpoint: Endpoint<S>;
    dialog: DialogOf<S>;
  }

  type EndReason = "destroy" | "channel" | "dialog" | "lost" | "disconnect";

  interface EndpointEvents {
    destroy: [end: { reason: EndReason }];
  }

  /** A channel of Asterisk together with the SIP dialog that made it. */
  class Endpoint<S extends Srf = any> extends EventEmitter {
    private constructor();

    readonly mediaserver: MediaServer<S>;
    readonly srf: S;
    /** The ARI channel, with its operations and events. */
    readonly channel: ari.Channel;
    readonly channelId: string;
    readonly channelName: string;
    /** The SIP dialog between the application and Asterisk. */
    readonly dialog: DialogOf<S>;
    /** What Asterisk answered. */
    readonly local: { readonly sdp: string };
    /** What Asterisk was offered. */
    readonly remote: { readonly sdp: string };
    /** Whether the channel is still in the application. */
    readonly connected: boolean;

    /** Sends a BYE, which ends the channel; resolves when Asterisk has let go of it. Never rejects. */
    destroy(callback?: ari.Callback<void>): Promise<void>;

    on<K extends keyof EndpointEvents>(event: K, listener: (...args: EndpointEvents[K]) => void): this;
    once<K extends keyof EndpointEvents>(event: K, listener: (...args: EndpointEvents[K]) => void): this;
  }

  /** A client of ARI alone, as ari-client's. */
  function connectAri(
    url: string,
    username: string,
    password: string,
    callback?: ari.Callback<ari.AriClient>
  ): Promise<ari.AriClient>;
  function connectAri(
    url: string,
    username: string,
    password: string,
    options: ari.AriOptions,
    callback?: ari.Callback<ari.AriClient>
  ): Promise<ari.AriClient>;
}

export = Mrf;
