//! The library that Node.js loads. All of it is in `callstreams`, whose `binding` registers itself
//! with N-API; a crate of its own because cargo optimizes across crates only where nothing but a
//! library for C is made.

extern crate callstreams;
