// The names and numbers of the protocol.

import * as callstreams from "callstreams";
import {
  AudioSocketError,
  ErrorCode,
  EventType,
  MAXIMUM_MESSAGE_LENGTH,
  MINIMUM_MESSAGE_LENGTH,
  MessageType
} from "callstreams";
import { same } from "./equal.js";

same<typeof MINIMUM_MESSAGE_LENGTH, 3>();
same<typeof MAXIMUM_MESSAGE_LENGTH, 65535>();
same<`${MessageType.HANGUP}`, "0">();
same<`${MessageType.ERROR}`, "255">();
same<`${ErrorCode.AST_MEMORY}`, "4">();
same<`${EventType}`, "data" | "end" | "error">();

const named: string | undefined = MessageType[0x12];
const kind: MessageType = MessageType.SLIN16;
const error = new AudioSocketError(ErrorCode.AST_HANGUP);
const failure: Error = error;
const message: string = AudioSocketError.getMessageFromCode(ErrorCode.NONE);
console.log(named, kind, failure, message);

// @ts-expect-error a message has one kind
const both: MessageType = "SLIN";
// @ts-expect-error the kinds are what they are
MessageType.SLIN = 0x11;
// @ts-expect-error an error has a code
new AudioSocketError();
// @ts-expect-error the code is a number
new AudioSocketError("AST_MEMORY");
// @ts-expect-error what only serves the declarations is not exported
const listener: callstreams.StreamListener<"data"> = () => {};
// @ts-expect-error the core is not exported
callstreams.Engine;
console.log(both, listener);
