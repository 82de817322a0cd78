import type { IncomingHttpHeaders } from "node:http";
import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { ContextValues } from "@connectrpc/connect";

/**
 * Admits a call by its headers, before its body is read. Throws or rejects with the error for the caller;
 * sets context values for handlers.
 */
export type Admit = (
  method: DescMethod,
  headers: IncomingHttpHeaders,
  contextValues: ContextValues,
) => void | Promise<void>;

/** A call without its message. `header` and `signal` may be getters that create them at first access. */
export interface Call {
  readonly header: Headers;
  readonly signal: AbortSignal;
  /** Milliseconds that the caller waits from now on. Undefined: no limit. */
  readonly timeoutMs?: number | undefined;
  readonly contextValues: ContextValues;
  readonly requestMethod: string;
  readonly url: string;
  /** `protocolName` for handlers. Default: `http`. */
  readonly protocolName?: string | undefined;
}

/** The response of a unary handler. */
export interface UnaryAnswer {
  readonly message: Message;
  readonly metadata: AnswerMetadata | undefined;
}

/** Header and trailer of a response. Undefined instead where no code accessed them, as for most responses. */
export interface AnswerMetadata {
  readonly header: Headers;
  readonly trailer: Headers;
}

/** Merges header and trailer. */
export function joinHeaders(metadata: AnswerMetadata | undefined): Headers | undefined {
  if (metadata === undefined) return undefined;
  const all = new Headers(metadata.header);
  for (const [name, value] of metadata.trailer) all.append(name, value);
  return all;
}

/** The response of a server-streaming handler. */
export interface StreamAnswer {
  readonly message: AsyncIterable<Message>;
  readonly header: Headers;
  /** Complete once all messages have been read. */
  readonly trailer: Headers;
}

/** Header and trailer of one response, created at first access. */
export class AnswerHeaders implements AnswerMetadata {
  #header: Headers | undefined;
  #trailer: Headers | undefined;

  get header(): Headers {
    return (this.#header ??= new Headers());
  }

  get trailer(): Headers {
    return (this.#trailer ??= new Headers());
  }

  /** This object, once header or trailer has been accessed; else undefined. */
  get made(): AnswerMetadata | undefined {
    return this.#header === undefined && this.#trailer === undefined ? undefined : this;
  }
}
