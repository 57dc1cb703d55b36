import * as callstreams from "callstreams";
import { AudioSocket, AudioStream } from "callstreams";
import { call } from "./call.cjs";

for (const name of ["AudioSocket", "AudioStream", "WebSocketAudio"]) {
  if (typeof callstreams[name] !== "function") {
    throw new Error(`import gives no ${name}`);
  }
}
await call({ AudioSocket, AudioStream });
console.log("the call is over");
