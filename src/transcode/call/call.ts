import type { IncomingHttpHeaders } from "node:http";
import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { ContextValues } from "@connectrpc/connect";

/**
 * Decides by its headers alone whether a call is let in, before anything else of it is read. Throws what the
 * caller is told, or rejects with it; notes in the context values what handlers are to know.
 */
export type Admit = (
  method: DescMethod,
  headers: IncomingHttpHeaders,
  contextValues: ContextValues,
) => void | Promise<void>;

/** What is known of a call besides its message. `header` and `signal` may be getters that make them when asked. */
export interface Call {
  readonly header: Headers;
  readonly signal: AbortSignal;
  /** How long the caller waits, from now on. Undefined: no limit. */
  readonly timeoutMs?: number | undefined;
  readonly contextValues: ContextValues;
  readonly requestMethod: string;
  readonly url: string;
  /** What handlers see as `protocolName`; `http` unless given. */
  readonly protocolName?: string | undefined;
}

/** What a unary handler answered. */
export interface UnaryAnswer {
  readonly message: Message;
  readonly metadata: AnswerMetadata | undefined;
}

/** The headers of an answer of its own. Undefined in its place: nobody ever looked at them, as with most answers. */
export interface AnswerMetadata {
  readonly header: Headers;
  readonly trailer: Headers;
}

/** Header and trailer in one. */
export function joined(metadata: AnswerMetadata | undefined): Headers | undefined {
  if (metadata === undefined) return undefined;
  const all = new Headers(metadata.header);
  for (const [name, value] of metadata.trailer) all.append(name, value);
  return all;
}

/** What a server-streaming handler answers, as it comes. */
export interface StreamAnswer {
  readonly message: AsyncIterable<Message>;
  readonly header: Headers;
  /** Complete once all messages are read. */
  readonly trailer: Headers;
}

/** The headers of one answer, made when somebody looks at them. */
export class AnswerHeaders implements AnswerMetadata {
  #header: Headers | undefined;
  #trailer: Headers | undefined;

  get header(): Headers {
    return (this.#header ??= new Headers());
  }

  get trailer(): Headers {
    return (this.#trailer ??= new Headers());
  }

  /** These, where somebody has looked at them. */
  get made(): AnswerMetadata | undefined {
    return this.#header === undefined && this.#trailer === undefined ? undefined : this;
  }
}
