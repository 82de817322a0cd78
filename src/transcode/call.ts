import type { Message } from "@bufbuild/protobuf";
import type { ContextValues } from "@connectrpc/connect";

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
  /** Made when looked at; `headers` is cheaper where there may be none. */
  readonly header: Headers;
  readonly trailer: Headers;
  /** Header and trailer in one; undefined if neither was ever looked at. */
  readonly headers: Headers | undefined;
}

/** What a server-streaming handler answers, as it comes. */
export interface StreamAnswer {
  readonly message: AsyncIterable<Message>;
  readonly header: Headers;
  /** Complete once all messages are read. */
  readonly trailer: Headers;
}

/** The headers of one answer, made when somebody looks at them: most answers have none of their own. */
export class AnswerHeaders {
  #header: Headers | undefined;
  #trailer: Headers | undefined;

  get header(): Headers {
    return (this.#header ??= new Headers());
  }

  get trailer(): Headers {
    return (this.#trailer ??= new Headers());
  }

  /** Header and trailer in one; undefined if nobody has looked at either. */
  get made(): Headers | undefined {
    if (this.#trailer === undefined) return this.#header;
    const all = new Headers(this.#header);
    for (const [name, value] of this.#trailer) all.append(name, value);
    return all;
  }
}
