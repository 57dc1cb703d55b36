// callstreams/mrf: the drop-in for drachtio-astmrf.

/// <reference types="node" />
import { EventEmitter } from "node:events";
import {
  AudioStream,
  CallOptions,
  Fork,
  ForkOptions,
  PlayOptions,
  PlayResult,
  PlaySource,
  Recording,
  RecordOptions,
  SampleRate
} from "./index";
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
    /** How the live audio of channels is had. */
    audio?: AudioOptions;
    /** Milliseconds that endpoints outlive a lost ARI; 30,000 by default. */
    graceMs?: number;
  }

  /** How the live audio of channels is had. `silence` is `"always"` by default. */
  interface AudioOptions extends CallOptions {
    /** Our address, as Asterisk dials it; by default that from which Asterisk is reached. */
    host?: string;
    /** The address that is listened on; `host` by default. */
    bind?: string;
    /** The port that is listened on; a free one by default. */
    port?: number;
    /** What streams have that are not told otherwise: `"audiosocket"` by default. */
    transport?: "audiosocket" | "websocket";
    /** The same; 5,000 by default. */
    timeout?: number;
  }

  /** Which audio of a channel is had, and how. */
  interface StreamOptions {
    /** Samples a second; 8000 by default. Above that, AudioSocket needs Asterisk 20.17, 22.7 or 23.1. */
    sampleRate?: SampleRate;
    /**
     * What is heard: with `"in"` what the channel's caller says, with `"out"` what the caller hears.
     * Either is listened to without anybody's noticing, and what is said there is heard by nobody. With
     * `"both"`, the default, the caller is heard and spoken to.
     */
    direction?: "both" | "in" | "out";
    /**
     * `"audiosocket"`: Asterisk dials a server of ours. `"websocket"`: we connect to Asterisk's own HTTP
     * server, which needs its chan_websocket (20.16, 22.6, 23).
     */
    transport?: "audiosocket" | "websocket";
    /** Milliseconds until it is given up. */
    timeout?: number;
    /** Gives up. Once the stream is there it does nothing. */
    signal?: AbortSignal;
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
    /**
     * The live audio of any channel of this Asterisk, be it an endpoint's or not.
     *
     * Resolves when the channel is joined: what is said from then on is heard, and `data` comes as soon as
     * the channel has audio. The stream ends with the channel, when it is hung up, and when the channel is
     * put into another bridge; `hangup()` leaves the channel where it is. With `"both"`, a channel of a
     * Stasis application that is in no bridge is put into one with us; any other is listened to and
     * whispered to by a snoop, which leaves it where it is.
     *
     * Rejects with `ERR_CHANNEL_GONE`, `ERR_MEDIA_FAILED`, `ERR_MEDIA_TIMEOUT`, `ERR_MRF_DISCONNECTED`, an
     * error of ARI or of the server's port, the reason of `options.signal`, or, for wrong options,
     * `ERR_INVALID_ARG_TYPE` and `ERR_OUT_OF_RANGE`.
     *
     * @example
     * ms.ari.on("StasisStart", async ({ application }, channel) => {
     *   const stream = await ms.stream(channel.id, { sampleRate: 16000 });
     *   stream.on("data", (pcm) => recognizer.write(pcm));
     *   await stream.play("welcome.mp3");
     * });
     */
    stream(channelId: string, options?: StreamOptions): Promise<AudioStream>;
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
    /** A key, when it is let go; over ARI, also where there is no stream. */
    dtmf: [key: string, durationMs: number];
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

    /** The channel's live audio; see `MediaServer.stream`. It ends with the endpoint. */
    stream(options?: StreamOptions): Promise<AudioStream>;
    /**
     * Plays as `AudioStream.play`. This, `record` and `fork` go over one stream: the first that
     * `stream` gave both ways and that is not over, or one that is made for them. They reject with
     * what `stream` and their counterparts do.
     */
    play(source: PlaySource, options?: PlayOptions): Promise<PlayResult>;
    /** Records as `AudioStream.record`. */
    record(path: string, options?: RecordOptions): Promise<Recording>;
    /** Sends the audio to a WebSocket server as `AudioStream.fork`. */
    fork(url: string | URL, options?: ForkOptions): Promise<Fork>;

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
