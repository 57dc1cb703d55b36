"use strict";

// A realtime voice model for those who have none: it waits until the caller pauses, and says the same again,
// with the messages of OpenAI's Realtime API. As a model does, it sends its answer all at once.
//
//   node examples/stand-ins/voice-model.js      waits on port 8081, or on PORT

const { WebSocketServer } = require("ws");
const { Ears } = require("./ears.js");

const RATE = 24_000;
const DELTA_BYTES = 9600;

const server = new WebSocketServer({ port: Number(process.env.PORT ?? 8081), host: "127.0.0.1" });

server.on("connection", (socket) => {
  const tell = (message) => socket.send(JSON.stringify(message));
  let answers = 0;
  const ears = new Ears(RATE, {
    began: () => tell({ type: "input_audio_buffer.speech_started" }),
    ended: (pcm) => {
      tell({ type: "input_audio_buffer.speech_stopped" });
      answers += 1;
      const item = `item_${answers}`;
      for (let at = 0; at < pcm.length; at += DELTA_BYTES) {
        const delta = pcm.subarray(at, at + DELTA_BYTES).toString("base64");
        tell({ type: "response.output_audio.delta", item_id: item, content_index: 0, delta });
      }
      tell({ type: "response.output_audio.done", item_id: item });
    }
  });
  socket.on("message", (text) => {
    const event = JSON.parse(text);
    switch (event.type) {
      case "session.update":
        tell({ type: "session.updated", session: event.session });
        break;
      case "input_audio_buffer.append":
        ears.hear(Buffer.from(event.audio, "base64"));
        break;
      case "conversation.item.truncate":
        console.log(`${event.item_id} was heard for ${event.audio_end_ms} ms`);
        break;
      default:
        tell({ type: "error", error: { message: `what is ${event.type}?` } });
    }
  });
  socket.on("error", (error) => console.error(error.message));
  tell({ type: "session.created", session: { type: "realtime" } });
});

server.on("listening", () => console.log("listening on port", server.address().port));
