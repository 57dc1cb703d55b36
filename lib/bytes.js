"use strict";

const { typeError } = require("./errors.js");

/** Audio is 16 bits a sample, everywhere. */
const BYTES_PER_SAMPLE = 2;

/** The bytes of a Buffer, TypedArray or DataView, not copied. */
function toBytes(name, value) {
  if (value instanceof Uint8Array) {
    return value;
  }
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  throw typeError(name, "a Buffer, TypedArray or DataView", value);
}

/**
 * The bytes of audio of 16 bits a sample: those of a Buffer, Int16Array, Uint16Array or DataView as they are, and floats
 * from -1 to 1 converted. Samples of another size would be heard as noise.
 */
function toPcm(name, value) {
  if (value instanceof Float32Array || value instanceof Float64Array) {
    return toBytes(name, Int16Array.from(value, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768)))));
  }
  if (ArrayBuffer.isView(value) && (value.BYTES_PER_ELEMENT ?? 1) > BYTES_PER_SAMPLE) {
    throw typeError(name, "samples of 16 bits (an Int16Array or their bytes), or floats from -1 to 1", value);
  }
  return toBytes(name, value);
}

module.exports = { BYTES_PER_SAMPLE, toBytes, toPcm };
