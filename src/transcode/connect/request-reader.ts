import { Envelope, incompleteEnvelope, OneMessage } from "../grpc/envelope.js";
import { type Packing, unpacked } from "../http/content-encoding.js";
import { readBytes } from "../http/request-body.js";
import type { HttpRequest } from "../http/http-call.js";
import { requestError } from "../errors/request-error.js";

/** Options for reading a request's messages. */
export interface ReadingParts {
  readonly enveloped: boolean;
  readonly packing: Packing | undefined;
  /** Limit of one message in bytes, compressed and decompressed. */
  readonly bytesMax: number;
  /** Throws a ConnectError for bytes that are no valid message. */
  readonly check: (bytes: Buffer) => void;
}

/** Reads and checks the one message of a request. Rejects with a ConnectError for the caller. */
export async function readMessage(request: HttpRequest, parts: ReadingParts): Promise<Buffer> {
  if (!parts.enveloped)
    return await readBytes(request, parts.bytesMax, (received) => openMessage(received, parts));
  return await openEnvelope(await readEnvelope(request, parts), parts);
}

/** Decompresses and checks a message. As in Connect, an empty message is not compressed. */
export async function openMessage(
  received: Buffer,
  { packing, bytesMax, check }: ReadingParts,
): Promise<Buffer> {
  const isPacked = packing !== undefined && received.byteLength > 0;
  const bytes = isPacked ? await unpacked(packing, received, bytesMax) : received;
  check(bytes);
  return bytes;
}

/** Yields the messages of a client's stream, each checked. */
export async function* readMessages(request: HttpRequest, parts: ReadingParts): AsyncGenerator<Buffer> {
  const next = (): Envelope => new Envelope(parts.bytesMax, parts.packing !== undefined);
  let envelope = next();
  for await (const chunk of request as AsyncIterable<Buffer>) {
    for (let rest = chunk; rest.byteLength > 0;) {
      rest = envelope.add(rest);
      if (!envelope.whole) continue;
      yield await openEnvelope(envelope, parts);
      envelope = next();
    }
  }
  if (envelope.begun) throw incompleteEnvelope();
}

async function openEnvelope(envelope: Envelope, parts: ReadingParts): Promise<Buffer> {
  return await openMessage(envelope.message(), envelope.packed ? parts : { ...parts, packing: undefined });
}

function readEnvelope(request: HttpRequest, { packing, bytesMax }: ReadingParts): Promise<Envelope> {
  const message = new OneMessage(bytesMax, packing !== undefined);
  return new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      try {
        message.add(chunk);
      } catch (error) {
        request.pause();
        reject(error);
      }
    });
    request.on("end", () => {
      try {
        resolve(message.whole());
      } catch (error) {
        reject(error);
      }
    });
    const broken = (): void => reject(requestError("body_malformed", "The request body broke off."));
    request.on("error", broken).on("close", broken);
  });
}
