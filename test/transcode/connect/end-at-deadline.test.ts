import { Code, ConnectError, type StreamRequest, type UnaryRequest } from "@connectrpc/connect";
import t from "tap";
import { endAtDeadline } from "../../../src/transcode/connect/end-at-deadline.js";

const never = new Promise<never>(() => {});

function requestWith(signal: AbortSignal): UnaryRequest & StreamRequest {
  return { signal } as UnaryRequest & StreamRequest;
}

async function* messages() {
  yield 1;
  await never;
}

/** What the caller is told where a handler throws this. */
async function thrown(error: unknown): Promise<unknown> {
  try {
    return await endAtDeadline(async () => {
      throw error;
    })(requestWith(new AbortController().signal));
  } catch (told) {
    return told;
  }
}

t.test("a call ends with its signal, whatever its handler does", async (t) => {
  for (const [reason, code] of [
    [new ConnectError("the operation timed out", Code.DeadlineExceeded), Code.DeadlineExceeded],
    [undefined, Code.Canceled],
    [new ConnectError("reset", Code.Canceled), Code.Canceled],
  ] as const) {
    const controller = new AbortController();
    const call = endAtDeadline(() => never)(requestWith(controller.signal));
    controller.abort(reason);
    await t.rejects(call, { code });
    await t.rejects(endAtDeadline(() => never)(requestWith(controller.signal)), { code }, "over before");
  }
});

t.test("a stream ends with its signal in the middle, and tells its handler", async (t) => {
  const controller = new AbortController();
  const response = await endAtDeadline(() => Promise.resolve({ stream: true, message: messages() } as never))(
    requestWith(controller.signal),
  );
  const iterator = (response.message as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  t.same(await iterator.next(), { value: 1, done: false });
  const next = iterator.next();
  controller.abort(new ConnectError("late", Code.DeadlineExceeded));
  await t.rejects(next, { code: Code.DeadlineExceeded });
});

t.test("what a handler throws can be written: whole characters, and nothing of a crash", async (t) => {
  t.match(await thrown(new ConnectError("a\ud800", Code.NotFound)), {
    code: Code.NotFound,
    rawMessage: "a\ufffd",
  });
  t.match(await thrown(new Error("secret")), { code: Code.Internal, rawMessage: "internal error" });
});
