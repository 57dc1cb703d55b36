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

module.exports = { BYTES_PER_SAMPLE, toBytes };
