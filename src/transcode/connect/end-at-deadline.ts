import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type Interceptor, type StreamResponse } from "@connectrpc/connect";
import { deadlineExceeded } from "../call/deadline.js";
import { connectErrorOf } from "../errors/connect-error.js";
import { callerGone } from "../http/http-call.js";

/**
 * Ends each call when its signal aborts, even while the handler runs: Connect only passes the signal on.
 * Converts a handler's error to one that every protocol can write.
 */
export const endAtDeadline: Interceptor = (next) => async (request) => {
  try {
    const response = await until(request.signal, next(request));
    return response.stream ? { ...response, message: untilEach(request.signal, response) } : response;
  } catch (error) {
    throw connectErrorOf(error);
  }
};

async function* untilEach(signal: AbortSignal, { message }: StreamResponse): AsyncGenerator<Message> {
  const messages = message[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await until(signal, messages.next());
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    throw connectErrorOf(error);
  } finally {
    // Errors and time of the handler's cleanup no longer affect the response.
    messages.return?.().catch(() => {});
  }
}

async function until<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(endOf(signal));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

function endOf({ reason }: AbortSignal): ConnectError {
  const isLate = reason instanceof ConnectError && reason.code === Code.DeadlineExceeded;
  return isLate ? deadlineExceeded() : callerGone();
}
