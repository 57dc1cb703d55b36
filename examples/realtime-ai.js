"use strict";

// Lets callers talk to a realtime voice model, at 24 kHz: what they say goes there as base64 in JSON, what it
// says comes back the same way, faster than it can be spoken, and is cut off where the caller speaks.
//
//   node examples/stand-ins/voice-model.js &    a model that says again what it is told, on port 8081
//   node examples/realtime-ai.js                waits on port 9092, or on PORT
//
// The messages are those of OpenAI's Realtime API; others are much alike. To talk to it:
//
//   REALTIME_URL='wss://api.openai.com/v1/realtime?model=gpt-realtime' REALTIME_KEY=… node examples/realtime-ai.js

const WebSocket = require("ws");
const { AudioSocket } = require("callstreams");

const MODEL = process.env.REALTIME_URL ?? "ws://127.0.0.1:8081/";
const KEY = process.env.REALTIME_KEY;
const INSTRUCTIONS = process.env.INSTRUCTIONS ?? "You answer the telephone. Be brief.";
const RATE = 24_000;
const PCM = { type: "audio/pcm", rate: RATE };

/** A long answer is here in a moment: it waits in the core, as memory of 48 KB a second. */
const audioSocket = new AudioSocket({ sampleRate: RATE, outboundLimit: 600 });

audioSocket.onConnection((req, res) => {
  const model = new WebSocket(MODEL, { headers: KEY ? { authorization: `Bearer ${KEY}` } : {} });
  const say = (message) => model.readyState === WebSocket.OPEN && model.send(JSON.stringify(message));
  const answer = new Answer(res);

  model.on("open", () => {
    const audio = { input: { format: PCM, turn_detection: { type: "server_vad" } }, output: { format: PCM } };
    say({ type: "session.update", session: { type: "realtime", instructions: INSTRUCTIONS, audio } });
    // What was said until now has been held.
    res.on("data", (pcm) => say({ type: "input_audio_buffer.append", audio: pcm.toString("base64") }));
  });

  model.on("message", (text) => {
    const event = JSON.parse(text);
    switch (event.type) {
      case "response.output_audio.delta":
        answer.add(event.item_id, Buffer.from(event.delta, "base64"));
        break;
      case "input_audio_buffer.speech_started": {
        const cut = answer.cutOff();
        if (cut) {
          console.log(req.ref, "interrupted after", cut.audio_end_ms, "ms");
          say({ type: "conversation.item.truncate", content_index: 0, ...cut });
        }
        break;
      }
      case "error":
        console.error(req.ref, event.error?.message);
        break;
    }
  });

  model.on("error", (error) => console.error(req.ref, error.message));
  // Without its model a call has nobody to talk to; without its call a model has not either.
  model.on("close", () => res.hangup({ drain: true }));
  res.on("end", () => {
    console.log(req.ref, "is over");
    model.close();
  });
});

/** What the model says, and how much of it was heard. */
class Answer {
  #res;
  #item = null;
  #beginsAt = 0;

  constructor(res) {
    this.#res = res;
  }

  add(item, pcm) {
    if (item !== this.#item) {
      this.#item = item;
      this.#beginsAt = this.#res.playedMs + this.#res.queuedMs;
    }
    try {
      this.#res.write(pcm);
    } catch (error) {
      console.error("the model says too much:", error.code); // ERR_OUTBOUND_FULL: ten minutes wait
    }
  }

  /** Falls silent on the next frame. What the model has to know of it, if it was speaking. */
  cutOff() {
    const wasSpeaking = this.#res.queuedMs > 0;
    const heard = Math.max(0, Math.round(this.#res.playedMs - this.#beginsAt));
    this.#res.clear();
    return wasSpeaking ? { item_id: this.#item, audio_end_ms: heard } : null;
  }
}

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});
