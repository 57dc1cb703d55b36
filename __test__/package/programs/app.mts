// A user's TypeScript: what the package declares is what it has.
import { AudioSocket, type AudioStream, type StreamRequest } from "callstreams";

async function answer(req: StreamRequest, res: AudioStream): Promise<void> {
  res.on("data", (pcm: Buffer) => res.write(pcm));
  res.on("dtmf", (key: string) => console.log(req.ref, key));
  await res.play("greeting.sln");
}

const server: AudioSocket = new AudioSocket({ sampleRate: 16_000 });
server.onConnection(answer);

export function mistaken(): void {
  // @ts-expect-error a port is a number
  server.listen({ port: true });
}

console.log(`compiled, ${typeof server.listen}`);
