"use strict";

const { Duplex, Readable, Writable } = require("node:stream");
const { toPcm } = require("./bytes.js");
const { Inflow } = require("./inflow.js");
const { Outflow } = require("./outflow.js");

/**
 * Node holds one chunk each way, for what waits has a bound in seconds elsewhere: what is to be read
 * in `./inflow.js`, what is to be heard in the core. And a web stream over a stream of ours counts
 * chunks by this number.
 */
const ONE_CHUNK = { highWaterMark: 1 };

/** The call is over, and no audio waits to leave. */
const kEnd = Symbol("kEnd");
const kIn = Symbol("kIn");
const kOut = Symbol("kOut");

/** What the caller says. `call` is the `NodeStreams` that it belongs to. */
class CallReadable extends Readable {
  #call;

  constructor(call) {
    super(ONE_CHUNK);
    this.#call = call;
    this[kIn] = new Inflow(call, this);
    call.handleOpen(this);
  }

  _read() {
    this[kIn].read();
  }

  _destroy(error, done) {
    this[kIn].stop();
    this.#call.handleClose(this);
    done(error);
  }

  [kEnd]() {
    this[kIn].handleCallEnd();
  }
}

/** What the caller is to hear. */
class CallWritable extends takingAudio(Writable) {
  #call;

  constructor(call) {
    super(ONE_CHUNK);
    this.#call = call;
    this[kOut] = new Outflow(call, this);
    call.handleOpen(this);
  }

  _destroy(error, done) {
    this[kOut].stop(error);
    this.#call.handleClose(this);
    done(error);
  }

  [kEnd]() {
    afterReaders(() => this.writableEnded || this.destroy());
  }
}

/** Both. */
class CallDuplex extends takingAudio(Duplex) {
  #call;

  constructor(call) {
    super(ONE_CHUNK);
    this.#call = call;
    this[kIn] = new Inflow(call, this);
    this[kOut] = new Outflow(call, this);
    call.handleOpen(this);
  }

  _read() {
    this[kIn].read();
  }

  _destroy(error, done) {
    this[kIn].stop();
    this[kOut].stop(error);
    this.#call.handleClose(this);
    done(error);
  }

  [kEnd]() {
    const endWriting = () => afterReaders(() => this.#endWriting());
    if (this[kIn].isUsed && !this.readableEnded) {
      this.once("end", endWriting);
    } else {
      endWriting();
    }
    this[kIn].handleCallEnd();
  }

  /** Who has written and not ended was not done. */
  #endWriting() {
    if (this.destroyed || this.writableEnded) {
      return;
    }
    if (this[kOut].isUsed) {
      this.destroy();
    } else {
      this.end();
    }
  }
}

/** A Writable that takes what `AudioStream.write` takes, and to which anything else is an error. */
function takingAudio(Base) {
  return class extends Base {
    write(chunk, encoding, callback) {
      let bytes;
      try {
        bytes = chunk === null ? null : toPcm("chunk", chunk);
      } catch (error) {
        const told = typeof encoding === "function" ? encoding : callback;
        if (typeof told === "function") {
          process.nextTick(told, error);
        }
        this.destroy(error);
        return false;
      }
      return super.write(bytes, encoding, callback);
    }

    end(chunk, encoding, callback) {
      if (typeof chunk === "function") {
        return super.end(chunk);
      }
      if (chunk !== undefined && chunk !== null) {
        this.write(chunk);
      }
      return super.end(typeof encoding === "function" ? encoding : callback);
    }

    _write(chunk, encoding, done) {
      this[kOut].write(chunk, done);
    }

    _final(done) {
      this[kOut].end(done);
    }
  };
}

/** Node takes a Uint8Array; null is an error of its own. */
/** Calls `close` when those who read to the end of the call have had time to end what they write. */
function afterReaders(close) {
  setImmediate(close);
}

module.exports = { CallDuplex, CallReadable, CallWritable, kEnd, kOut };
