// What callstreams/prom declares, as a program uses it.

import { AudioSocket } from "callstreams";
import { prometheusText, register, type Servers } from "callstreams/prom";
import * as client from "prom-client";
import { same } from "./equal.js";

const server = new AudioSocket();

same<typeof prometheusText.contentType, string>();
same<ReturnType<typeof prometheusText>, string>();
same<ReturnType<typeof register>, () => void>();

prometheusText(server);
prometheusText({ one: server, other: new AudioSocket() });
register(server);
register(server, {});
register({ one: server }, { registry: new client.Registry() });
const servers: Servers = { one: server };
register(servers, { registry: undefined });

// @ts-expect-error -- a server is no option
register(server, server);
// @ts-expect-error -- a list has no names
prometheusText([1]);
