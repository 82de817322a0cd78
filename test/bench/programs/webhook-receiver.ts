// A merchant's program that receives events: it answers at once, and remembers when each came.
import { createServer } from "node:http";

import { listening, options, ready } from "./ready.js";

/** How it answers: at once, never, or with a body that does not end. */
export type ReceiverKind = "prompt" | "silent" | "endless";

/** What it is asked: to say when it has got so many requests since it was asked last. */
export interface ReceiverQuestion {
  readonly requests: number;
}

/** What it has got. */
export interface Received {
  /** By the header `webhook-id`, when the request was there, in milliseconds since the epoch. */
  readonly times: readonly (readonly [string, number])[];
  /** The last request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const { kind = "prompt" } = options() as { readonly kind?: ReceiverKind };
let times: [string, number][] = [];
let last = { headers: {}, body: "" };
let wanted: number | undefined;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  request.on("end", () => {
    times.push([String(request.headers["webhook-id"]), performance.timeOrigin + performance.now()]);
    last = { headers: request.headers, body: Buffer.concat(chunks).toString("utf8") };
    if (kind === "prompt") response.writeHead(204).end();
    if (kind === "endless") writeOn();
    tell();
  });
  const writeOn = (): void =>
    void (response.destroyed || response.write("y", () => setTimeout(writeOn, 100)));
});
const http = await listening(server);
process.on("message", ({ requests }: ReceiverQuestion) => {
  wanted = requests;
  tell();
});
ready({ http });

function tell(): void {
  if (wanted === undefined || times.length < wanted) return;
  process.send?.({ times, ...last } satisfies Received);
  times = [];
  wanted = undefined;
}
