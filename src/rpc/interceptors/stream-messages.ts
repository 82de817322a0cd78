import type { Message } from "@bufbuild/protobuf";
import type { StreamResponse } from "@connectrpc/connect";

/** What an interceptor does about a stream of messages. */
export interface StreamHooks {
  /** Converts an error that ends the stream. */
  readonly failed?: (error: unknown) => unknown;
  /** Called once, when the stream has ended for whatever reason, with the error if there is one. */
  readonly ended?: (error: unknown) => void;
}

/**
 * A handler's stream runs after its interceptors have returned: what they do about a unary call's end is done here for
 * the stream's.
 */
export function hookStream(response: StreamResponse, hooks: StreamHooks): StreamResponse {
  return { ...response, message: hooked(response.message, hooks) };
}

async function* hooked(
  messages: AsyncIterable<Message>,
  { failed = (error) => error, ended = () => undefined }: StreamHooks,
): AsyncGenerator<Message> {
  let thrown: unknown;
  try {
    yield* messages;
  } catch (error) {
    throw (thrown = failed(error));
  } finally {
    ended(thrown);
  }
}
