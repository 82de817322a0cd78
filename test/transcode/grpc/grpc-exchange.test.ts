import { once } from "node:events";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createContextValues, type HandlerContext } from "@connectrpc/connect";
import t, { type Test } from "tap";
import {
  CoreService,
  GetItemRequestSchema,
  ItemSchema,
  type GetItemRequest,
  type Item,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { Signal } from "../support/connections.js";
import { answerOn, callWire, framed, openCall, serveGrpc, type Served } from "../support/grpc-wire.js";

const PATH = "/transcodetest.v1.CoreService/GetItem";
const MESSAGE = framed(toBinary(GetItemRequestSchema, create(GetItemRequestSchema, { id: "42" })));

type Handler = (request: GetItemRequest, context: HandlerContext) => Promise<Partial<Item>> | Partial<Item>;

async function serve(t: Test, handler: Handler, options: Partial<Served> = {}) {
  const routes: Served["routes"] = (router) =>
    router.rpc(CoreService.method.getItem, async (request, context) =>
      create(ItemSchema, (await handler(request, context)) as Partial<Omit<Item, "$unknown" | "$typeName">>),
    );
  return await serveGrpc(t, { ...options, routes });
}

t.test("a deadline that is none is refused, and so is one that is over; nobody is called", async (t) => {
  const { session } = await serve(t, () => t.fail("called") as never);
  for (const [text, code] of [
    ["soon", Code.InvalidArgument],
    ["123456789S", Code.InvalidArgument],
    ["0m", Code.DeadlineExceeded],
  ] as const) {
    const { trailers, trailersOnly } = await callWire(session, PATH, [MESSAGE], { "grpc-timeout": text });
    t.equal(trailers["grpc-status"], String(code), text);
    t.ok(trailersOnly);
  }
});

t.test("a deadline beyond the server's own is shortened to that", async (t) => {
  const { session } = await serve(t, (_, { timeoutMs }) => ({
    amount: BigInt(Math.ceil(timeoutMs() ?? -1)),
  }));
  for (const text of ["31S", "5M", "99999999H"]) {
    const { trailers, body } = await callWire(session, PATH, [MESSAGE], { "grpc-timeout": text });
    t.equal(trailers["grpc-status"], "0", text);
    const { amount } = fromBinary(ItemSchema, body.subarray(5));
    t.ok(amount > 29_000n && amount <= 30_000n, `${text}: ${amount} ms`);
  }
});

t.test("bytes that are no message of the method's type are refused", async (t) => {
  const { session } = await serve(t, () => t.fail("called") as never);
  const { trailers, status } = await callWire(session, PATH, [framed(Buffer.from([0x0a, 0x7f]))]);
  t.equal(status, 200);
  t.match(trailers, { "grpc-status": String(Code.InvalidArgument), "grpc-message": /^parse binary: / });
});

t.test("a message that is too large is refused while its caller is still sending it", async (t) => {
  const { session } = await serve(t, () => t.fail("called") as never, { limits: { requestBytesMax: 100 } });
  const stream = openCall(session, PATH);
  stream.write(framed(Buffer.alloc(101)).subarray(0, 20));
  const { trailers, rstCode } = await answerOn(stream);
  t.equal(trailers["grpc-status"], String(Code.ResourceExhausted));
  t.equal(rstCode, 0, "the caller is told to stop, not that something broke");
});

t.test("when time is up the caller is told, and the handler's signal is aborted", async (t) => {
  const aborted = new Signal();
  const { session } = await serve(t, async (_, { signal, timeoutMs }) => {
    t.ok((timeoutMs() ?? Infinity) <= 40);
    await once(signal, "abort");
    t.match(signal.reason, { code: Code.DeadlineExceeded });
    aborted.arrive();
    return {};
  });
  const { trailers } = await callWire(session, PATH, [MESSAGE], { "grpc-timeout": "40m" });
  t.equal(trailers["grpc-status"], String(Code.DeadlineExceeded));
  await aborted.arrived;
});

t.test(
  "time runs while the message arrives, and without a word of the caller the server's limit",
  async (t) => {
    const { session } = await serve(t, () => t.fail("called") as never, { limits: { timeoutMsMax: 30 } });
    const { trailers } = await answerOn(openCall(session, PATH));
    t.equal(trailers["grpc-status"], String(Code.DeadlineExceeded));
  },
);

t.test("a caller who cancels while sending is forgotten, and nobody is called", async (t) => {
  const { session } = await serve(t, () => t.fail("called") as never);
  const stream = openCall(session, PATH);
  stream.write(MESSAGE);
  await once(stream, "ready").catch(() => {});
  stream.close(8);
  await once(stream, "close");
  const other = await callWire(session, PATH, [], {});
  t.equal(other.trailers["grpc-status"], String(Code.Unimplemented), "the connection goes on");
});

t.test("an answer that nobody waits for any more is dropped", async (t) => {
  const called = new Signal();
  const done = new Signal();
  const { session } = await serve(t, async ({ id }, { signal }) => {
    if (id !== "42") return { id };
    called.arrive();
    await once(signal, "abort");
    setImmediate(done.arrive);
    return { id };
  });
  const stream = openCall(session, PATH);
  stream.end(MESSAGE);
  await called.arrived;
  stream.close(8);
  await done.arrived;
  const next = await callWire(session, PATH, [framed(Buffer.alloc(0))]);
  t.equal(next.trailers["grpc-status"], "0");
});

t.test("what a handler throws is a status with its text, details and metadata in one block", async (t) => {
  const { session } = await serve(t, (_, context) => {
    context.responseHeader.set("x-before", "yes");
    throw new ConnectError("50% é", Code.NotFound, { "retry-after": "3" });
  });
  const { trailers, trailersOnly, status, body } = await callWire(session, PATH, [MESSAGE]);
  t.ok(trailersOnly);
  t.equal(status, 200);
  t.equal(body.length, 0);
  t.match(trailers, {
    "content-type": "application/grpc+proto",
    "grpc-status": String(Code.NotFound),
    "grpc-message": "50%25 %C3%A9",
    "x-before": "yes",
    "retry-after": "3",
  });
});

t.test("of a crash nothing is told but the report; an answer that cannot be encoded is one", async (t) => {
  const reported: unknown[] = [];
  const report = (error: unknown): void => void reported.push(error);
  const crash = new Error("secret");
  const handler: Handler = ({ id }) => {
    if (id === "") return { amount: "no number" as unknown as bigint };
    throw crash;
  };
  const { session } = await serve(t, handler, { report });
  for (const message of [MESSAGE, framed(Buffer.alloc(0))]) {
    const { trailers } = await callWire(session, PATH, [message]);
    t.match(trailers, { "grpc-status": String(Code.Internal), "grpc-message": "internal error" });
  }
  t.equal(reported[0], crash);
  t.match(reported[1], /amount/);
});

/** Hands the request's metadata back, and tries to set what is not a handler's to set. */
const echoing: Handler = ({ id }, { responseHeader, responseTrailer, requestHeader }) => {
  responseHeader.set("x-seen", requestHeader.get("x-id") ?? "");
  responseHeader.set("content-type", "text/html");
  responseTrailer.set("x-after-bin", requestHeader.get("x-trace-bin") ?? "");
  responseTrailer.set("grpc-status", "13");
  return { id };
};

t.test("an answer brings its message, its metadata, and at the end its status", async (t) => {
  const opened = { "request-id": "req_1" };
  const { session } = await serve(t, echoing, {
    open: () => ({ contextValues: createContextValues(), headers: opened }),
  });
  const metadata = { "x-id": "1", "x-trace-bin": "AAEC" };
  const pieces = [...MESSAGE].map((byte) => Buffer.from([byte]));
  const answer = await callWire(session, PATH, pieces, metadata);
  t.same(answer.body, framed(toBinary(ItemSchema, create(ItemSchema, { id: "42" }))));
  t.notOk(answer.trailersOnly);
  t.match(answer.headers, {
    ":status": 200,
    "content-type": "application/grpc+proto",
    "request-id": "req_1",
    "x-seen": "1",
  });
  t.notOk("date" in answer.headers, "which nobody reads");
  t.same(Object.entries(answer.trailers), [
    ["grpc-status", "0"],
    ["x-after-bin", "AAEC"],
  ]);
});

t.test("a port that closes lets the calls under way end", async (t) => {
  const called = new Signal();
  const proceed = new Signal();
  const port = await serve(t, async ({ id }) => {
    called.arrive();
    await proceed.arrived;
    return { id };
  });
  const answer = callWire(port.session, PATH, [MESSAGE]);
  await called.arrived;
  const goodbye = once(port.session, "goaway");
  const closed = port.close();
  await goodbye;
  proceed.arrive();
  t.equal((await answer).trailers["grpc-status"], "0");
  await closed;
});
