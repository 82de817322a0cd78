import type { ServerResponse } from "node:http";
import type { Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { StreamAnswer } from "../call/call.js";
import { connectErrorOf } from "../errors/connect-error.js";
import {
  addHandlerHeaders,
  type AnswerRecord,
  callerGone,
  type HttpRequest,
  type HttpResponse,
  isGone,
} from "./http-call.js";
import type { WriteAnswer } from "./response.js";

/** Writers of a stream's messages and its error, and its time limit. */
export interface StreamParts {
  readonly write: WriteAnswer;
  /** Response headers besides the content type and the handler's. */
  readonly headers: AnswerRecord;
  readonly timeoutMs: number;
  /** Stops the handler at the time limit. Returns the reason. */
  readonly expire: () => Error;
  /** Renders an error's body. */
  readonly writeError: (error: ConnectError) => Uint8Array | string;
}

/**
 * Sends a stream of messages as the handler yields them: `application/x-ndjson`, one message per line;
 * HttpBody messages as their concatenated bytes.
 *
 * Sends nothing before the first message or the end: an error until then is thrown, and becomes an ordinary
 * error response. A later error is the last line, `{"error": ...}`.
 */
export async function sendStream(
  request: HttpRequest,
  response: HttpResponse,
  answer: StreamAnswer,
  parts: StreamParts,
): Promise<void> {
  const messages = new Stoppable(answer.message);
  const stop = (): void => messages.stop(callerGone());
  if (isGone(response)) stop(); // It does not close again.
  response.once("close", stop);
  const timer = setTimeout(() => messages.stop(parts.expire()), parts.timeoutMs);
  try {
    const first = await messages.next();
    await sendFrom(first, messages, request, response as ServerResponse, answer, parts);
  } finally {
    clearTimeout(timer);
    response.off("close", stop);
    messages.close();
  }
}

async function sendFrom(
  first: IteratorResult<Message>,
  messages: Stoppable,
  request: HttpRequest,
  response: ServerResponse,
  answer: StreamAnswer,
  parts: StreamParts,
): Promise<void> {
  const written = first.done === true ? undefined : parts.write(first.value);
  const raw = written !== undefined && typeof written.body !== "string"; // Only HttpBody is written as bytes.
  const headers = { ...parts.headers, "content-type": raw ? written.contentType : NDJSON };
  response.writeHead(200, addHandlerHeaders(headers, answer.header));
  if (written === undefined || request.method === "HEAD") return void response.end();
  const line = ({ body }: { body: string | Uint8Array }) => (raw ? body : `${String(body)}\n`);
  try {
    await push(response, line(written));
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
      await push(response, line(parts.write(next.value)));
    }
    response.end();
  } catch (error) {
    // Within raw bytes, only breaking off can report an error.
    if (raw) response.destroy();
    else response.end(errorLine(parts.writeError(connectErrorOf(error))));
  }
}

const NDJSON = "application/x-ndjson";

/** Writes a chunk, and waits while the client reads more slowly than the handler writes. */
export async function push(response: ServerResponse, chunk: string | Uint8Array): Promise<void> {
  if (response.write(chunk) || isGone(response)) return;
  await new Promise<void>((resolve) => {
    const proceed = (): void => {
      response.off("drain", proceed).off("close", proceed);
      resolve();
    };
    response.on("drain", proceed).on("close", proceed);
  });
}

/** A renderer's body on one line, under the key `error` unless it has that key. */
function errorLine(body: Uint8Array | string): string {
  const text = typeof body === "string" ? body : Buffer.from(body).toString();
  const value: unknown = parsed(text);
  const enveloped = typeof value === "object" && value !== null && "error" in value;
  return `${JSON.stringify(enveloped ? value : { error: value })}\n`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // A renderer may write other than JSON, but a line of NDJSON must be JSON.
  }
}

/** A handler's messages, whose next one can be awaited and abandoned even while the handler is silent. */
class Stoppable {
  readonly #iterator: AsyncIterator<Message>;
  #giveUp: ((reason: unknown) => void) | undefined;
  #stopped: { reason: unknown } | undefined;

  constructor(messages: AsyncIterable<Message>) {
    this.#iterator = messages[Symbol.asyncIterator]();
  }

  /** The next message. `Promise.race` with one long-lived promise would keep every message in memory. */
  next(): Promise<IteratorResult<Message>> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) return reject(this.#stopped.reason);
      this.#giveUp = reject;
      this.#iterator.next().then(resolve, reject);
    });
  }

  stop(reason: unknown): void {
    this.#stopped ??= { reason };
    this.#giveUp?.(reason);
  }

  /** Lets the handler clean up. Errors and time of that no longer affect the response. */
  close(): void {
    this.#iterator.return?.().catch(() => {});
  }
}
