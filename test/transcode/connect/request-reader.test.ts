import { PassThrough } from "node:stream";
import { gzipSync } from "node:zlib";
import { Code } from "@connectrpc/connect";
import * as fc from "fast-check";
import t from "tap";
import {
  readMessage,
  readMessages,
  type ReadingParts,
} from "../../../src/transcode/connect/request-reader.js";
import type { HttpRequest } from "../../../src/transcode/http/http-call.js";
import { framed } from "../support/grpc-wire.js";

const plain: ReadingParts = { enveloped: true, packing: undefined, bytesMax: 100, check: () => {} };
const packed: ReadingParts = { ...plain, packing: "gzip" };

/** A request that sends these pieces. */
function sending(...pieces: Uint8Array[]): HttpRequest {
  const stream = Object.assign(new PassThrough(), { headers: {} });
  for (const piece of pieces) stream.write(piece);
  stream.end();
  return stream as unknown as HttpRequest;
}

async function all(request: HttpRequest, parts: ReadingParts): Promise<string[]> {
  const messages: string[] = [];
  for await (const message of readMessages(request, parts)) messages.push(message.toString());
  return messages;
}

function check(): never {
  throw new Error("none");
}

t.test("messages cut off, too large, or wrongly packed are refused, alone and in a stream", async (t) => {
  const wrong: [Buffer, ReadingParts, Code][] = [
    [framed(Buffer.from("abc")).subarray(0, 6), plain, Code.InvalidArgument],
    [framed(Buffer.alloc(101)), plain, Code.ResourceExhausted],
    [framed(gzipSync(Buffer.alloc(101)), 1), packed, Code.ResourceExhausted],
    [framed(Buffer.from("abc"), 1), packed, Code.InvalidArgument],
    [framed(Buffer.from("abc"), 1), plain, Code.InvalidArgument],
    [framed(Buffer.from("abc"), 2), packed, Code.InvalidArgument],
  ];
  for (const [bytes, parts, code] of wrong) {
    await t.rejects(readMessage(sending(bytes), parts), { code });
    await t.rejects(all(sending(bytes), parts), { code });
  }
  const broken = sending(framed(Buffer.from("abc")));
  (broken as unknown as PassThrough).destroy();
  await t.rejects(readMessage(broken, plain), { code: Code.InvalidArgument });
});

t.test("bytes that are no message are refused by whoever knows", async (t) => {
  await t.rejects(readMessage(sending(framed(Buffer.from("a"))), { ...plain, check }), { message: "none" });
  await t.rejects(readMessage(sending(Buffer.from("a")), { ...plain, enveloped: false, check }), {
    message: "none",
  });
});

t.test("messages come out as they went in, packed or not, however the network cuts them", async (t) => {
  const texts = fc.array(fc.string({ maxLength: 30 }), { maxLength: 4 });
  const property = fc.asyncProperty(texts, fc.integer({ min: 1, max: 12 }), async (texts, size) => {
    const frames = texts.map((text, index) =>
      index % 2 === 0 ? framed(Buffer.from(text)) : framed(gzipSync(text), 1),
    );
    const bytes = Buffer.concat(frames);
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
    return (await all(sending(...pieces), packed)).join("|") === texts.join("|");
  });
  await fc.assert(property, { numRuns: 50 });
  t.equal((await readMessage(sending(Buffer.from("{}")), { ...plain, enveloped: false })).toString(), "{}");
});
