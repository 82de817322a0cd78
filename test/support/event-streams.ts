import { Agent, get } from "node:http";

import type { ServiceError } from "@grpc/grpc-js";

import type { TestApp } from "./app.js";
import { connect } from "./grpc.js";

/** One message of an event stream, as either face has it. */
export interface StreamedMessage {
  readonly sequence: number;
  readonly ending: boolean;
  /** Undefined in a heartbeat. */
  readonly event: { readonly id: string; readonly type: string; readonly sequence: number } | undefined;
}

/** A stream as a merchant's program reads it. */
export interface OpenStream {
  /** What has come so far. */
  readonly messages: readonly StreamedMessage[];
  /** How it ended: undefined while it is open, "" if well. */
  readonly end: () => string | undefined;
  /** Cuts it off. */
  readonly cut: () => void;
}

/** What a stream is asked for. */
export interface StreamRequest {
  readonly after?: number;
  readonly types?: readonly string[];
}

/** Opens a stream on one of the faces. */
export type OpenStreamAt = (app: TestApp, key: string, request: StreamRequest) => Promise<OpenStream>;

/** Over HTTP, on a connection of its own. */
export const overHttp: OpenStreamAt = async (app, key, { after, types = [] }) => {
  const query = new URLSearchParams(types.map((type): [string, string] => ["types", type]));
  if (after !== undefined) query.set("after", String(after));
  const messages: StreamedMessage[] = [];
  const state: { end?: string } = {};
  const options = { headers: { authorization: `Bearer ${key}` }, agent: new Agent() };
  const request = get(`${app.local}/v1/events/stream?${query.toString()}`, options, (response) => {
    let rest = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines.map((text) => JSON.parse(text))) {
        if (line.error === undefined) messages.push({ ...line, event: line.event ?? undefined });
        else state.end = line.error.code;
      }
    });
    response.on("end", () => (state.end ??= codeIn(rest)));
    response.on("error", (error) => (state.end ??= error.message));
  });
  request.on("error", (error) => (state.end ??= error.message));
  return { messages, end: () => state.end, cut: () => request.destroy() };
};

/** A stream that is refused is answered as any call, without the end of a line. */
function codeIn(rest: string): string {
  return rest === "" ? "" : JSON.parse(rest).error.code;
}

/** Over gRPC, by a stack that is not ours. */
export const overGrpc: OpenStreamAt = async (app, key, { after, types = [] }) => {
  const client = await connect(app.urls.grpc, { service: "EventService" });
  const messages: StreamedMessage[] = [];
  const state: { end?: string } = {};
  const stream = client.stream("StreamEvents", { after, types }, key);
  stream.on("data", ({ event, sequence, ending }) => {
    const told = event && { id: event.id, type: event.type, sequence: Number(event.sequence) };
    messages.push({ event: told ?? undefined, sequence: Number(sequence), ending: ending === true });
  });
  stream.on("error", (error: ServiceError) => (state.end ??= error.details));
  stream.on("end", () => (state.end ??= ""));
  const cut = (): void => {
    stream.cancel();
    client.close();
  };
  return { messages, end: () => state.end, cut };
};

/** The sequences of the events among messages. */
export function sequencesOf(messages: readonly StreamedMessage[]): number[] {
  return messages.flatMap(({ event }) => (event === undefined ? [] : [event.sequence]));
}

/** Over the Connect protocol or gRPC-Web, whose messages are frames of JSON here. */
export function inFrames(contentType: string): OpenStreamAt {
  return async (app, key, request) => {
    const messages: StreamedMessage[] = [];
    const state: { end?: string } = {};
    const stopped = new AbortController();
    const response = await fetch(`${app.local}/calmonypay.v1.EventService/StreamEvents`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": contentType },
      body: frameOf(request),
      signal: stopped.signal,
    });
    const read = async (): Promise<void> => {
      let rest = Buffer.alloc(0);
      for await (const chunk of response.body ?? []) {
        rest = Buffer.concat([rest, chunk]);
        for (let length = lengthOf(rest); rest.length >= length; length = lengthOf(rest)) {
          const text = rest.subarray(PREFIX, length).toString();
          if (rest[0] === 0) messages.push(ofProtoJson(JSON.parse(text) as ProtoJson));
          rest = rest.subarray(length);
        }
      }
    };
    read().then(
      () => (state.end ??= ""),
      (error: unknown) => (state.end ??= String(error)),
    );
    return { messages, end: () => state.end, cut: () => stopped.abort() };
  };
}

/** A byte of flags and four of the length. */
const PREFIX = 5;

function frameOf(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

/** Of the first frame, with its prefix; Infinity until that has arrived. */
function lengthOf(bytes: Buffer): number {
  return bytes.length < PREFIX ? Infinity : PREFIX + bytes.readUInt32BE(1);
}

interface ProtoJson {
  readonly sequence?: string;
  readonly ending?: boolean;
  readonly event?: { readonly id: string; readonly type: string; readonly sequence: string };
}

/** Default values are left out, and 64 bits are text. */
function ofProtoJson({ event, sequence = "0", ending = false }: ProtoJson): StreamedMessage {
  const told = event && { id: event.id, type: event.type, sequence: Number(event.sequence) };
  return { sequence: Number(sequence), ending, event: told };
}
