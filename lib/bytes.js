"use strict";

const { typeError } = require("./errors.js");

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

module.exports = { toBytes };
