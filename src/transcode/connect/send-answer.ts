import type { ServerResponse } from "node:http";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { percentEncoded } from "../grpc/status.js";
import { type HttpResponse, isGone } from "../http/http-call.js";
import { push } from "../http/stream.js";

/**
 * Sends the response of a Connect handler. Writes gRPC errors as the fast path does: as one block of headers
 * where there is no message, with gRPC's escaping, and with the request's id.
 */
export async function sendAnswer(response: HttpResponse, answer: UniversalServerResponse): Promise<void> {
  const { status, header = new Headers(), body, trailer } = answer;
  const sender = response as ServerResponse; // HTTP/2's differs in types only.
  const requestId = sender.getHeader("request-id");
  const chunks = body?.[Symbol.asyncIterator]();
  try {
    const first = await chunks?.next();
    if (chunks === undefined || first === undefined || first.done === true)
      return sendBlock(sender, status, [...header, ...trailing(trailer, undefined)]);
    sender.writeHead(status, recordOf(header));
    for (let next: IteratorResult<Uint8Array> = first; next.done !== true; next = await chunks.next()) {
      if (isGone(response)) return;
      await push(sender, withMendedTrailers(next.value, requestId));
    }
    if (trailer !== undefined) sender.addTrailers(recordOf(trailing(trailer, requestId)));
    sender.end();
  } finally {
    chunks?.return?.().catch(() => {}); // Only tells the handler that its client has gone.
  }
}

/** Headers only. HTTP/2 sends them in the frame that ends the stream, if they are set one by one. */
function sendBlock(sender: ServerResponse, status: number, headers: Iterable<Field>): void {
  sender.statusCode = status;
  for (const [name, value] of Object.entries(recordOf(headers))) sender.setHeader(name, value);
  sender.end();
}

type Field = readonly [name: string, value: string];

function recordOf(fields: Iterable<Field>): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = {};
  for (const [name, value] of fields) {
    const before = record[name];
    record[name] = before === undefined ? value : [before, value].flat();
  }
  return record;
}

/** The trailers of a call; an error's also have the request's id, since some clients read nothing else. */
function trailing(trailer: Iterable<Field> | undefined, requestId: unknown): Field[] {
  const fields = [...(trailer ?? [])].map(([name, value]): Field => {
    return name === "grpc-message" ? [name, onceEncoded(value)] : [name, value];
  });
  const failed = fields.some(([name, value]) => name === "grpc-status" && value !== "0");
  return failed && typeof requestId === "string" ? [...fields, ["request-id", requestId]] : fields;
}

/** Connect escapes as URLs do, which some clients do not fully decode. */
function onceEncoded(text: string): string {
  return percentEncoded(decodeURIComponent(text));
}

/** gRPC-Web sends its trailers in the body, in a separate frame. */
function withMendedTrailers(frame: Uint8Array, requestId: unknown): Uint8Array {
  if (frame[0] !== TRAILERS) return frame;
  const lines = Buffer.from(frame.subarray(5)).toString("latin1").split("\r\n");
  const fields = lines.filter((line) => line !== "").map(fieldOf);
  const text = trailing(fields, requestId).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.from(text.join(""), "latin1");
  const prefix = Buffer.from([TRAILERS, 0, 0, 0, 0]);
  prefix.writeUInt32BE(bytes.byteLength, 1);
  return Buffer.concat([prefix, bytes]);
}

const TRAILERS = 0x80;

function fieldOf(line: string): Field {
  const colon = line.indexOf(": ");
  return [line.slice(0, colon), line.slice(colon + 2)];
}
