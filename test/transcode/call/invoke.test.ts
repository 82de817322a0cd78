import { create, type Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createContextKey,
  createContextValues,
  type Interceptor,
} from "@connectrpc/connect";
import t from "tap";
import { createInvoker } from "../../../src/transcode/call/invoke.js";
import {
  CoreService,
  GetItemRequestSchema,
  ItemSchema,
  StreamService,
  type Item,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { call } from "../support/calls.js";

const getItem = CoreService.method.getItem;
const request = create(GetItemRequestSchema, { id: "42" });

t.test("what a handler throws comes out as a ConnectError, and nothing of a crash is told", async (t) => {
  const crash = new Error("secret");
  const crashing = createInvoker({
    routes: (router) =>
      router.rpc(getItem, (_, context) => {
        context.responseHeader.set("x-before", "yes");
        throw crash;
      }),
  });
  await t.rejects(crashing.unary(getItem, request, call()), {
    code: Code.Internal,
    rawMessage: "internal error",
    cause: crash,
    metadata: new Headers({ "x-before": "yes" }),
  });
  const refused = new ConnectError("no", Code.NotFound, { "retry-after": "3" });
  const refusing = createInvoker({ routes: (router) => router.rpc(getItem, () => Promise.reject(refused)) });
  await t.rejects(refusing.unary(getItem, request, call()), refused);
  await t.rejects(
    createInvoker({ routes: (router) => router.service(CoreService, {}) }).unary(getItem, request, call()),
    {
      code: Code.Unimplemented,
    },
  );
  t.throws(() => crashing.unary(CoreService.method.listItems, request, call()), /not registered/);
  t.throws(
    () => createInvoker({ routes: (router) => router.service(CoreService, {}).rpc(getItem, () => ({})) }),
    /twice/,
  );
});

t.test(
  "interceptors run outermost first and see one request, even where one of them copies it",
  async (t) => {
    const order: string[] = [];
    const noting =
      (name: string): Interceptor =>
      (next) =>
      async (req) => {
        order.push(`${name}:${req.header.get("x-id")}`);
        return next({ ...req, header: new Headers({ "x-id": name }) });
      };
    const invoker = createInvoker({
      interceptors: [noting("outer"), noting("inner")],
      routes: (router) =>
        router.rpc(getItem, (message, context) => {
          order.push(`handler:${context.requestHeader.get("x-id")}`);
          context.responseTrailer.set("x-trailer", "t");
          return { id: message.id };
        }),
    });
    const answer = await invoker.unary(getItem, request, call({ header: new Headers({ "x-id": "client" }) }));
    t.same(order, ["outer:client", "inner:outer", "handler:inner"]);
    t.equal((answer.message as Item).id, "42");
    t.equal(answer.metadata?.trailer.get("x-trailer"), "t");
  },
);

t.test("nobody who does not look makes headers or signals", async (t) => {
  const invoker = createInvoker({
    interceptors: [(next) => (req) => next(req)],
    routes: (router) => router.rpc(getItem, () => ({})),
  });
  const lazy = call();
  Object.defineProperty(lazy, "header", { get: () => t.fail("header was made") });
  Object.defineProperty(lazy, "signal", { get: () => t.fail("signal was made") });
  const answer = await invoker.unary(getItem, request, lazy);
  t.equal(answer.metadata, undefined);
});

t.test("a handler sees the call's context values, method, time and protocol", async (t) => {
  const key = createContextKey("nobody");
  const invoker = createInvoker({
    routes: (router) =>
      router.rpc(getItem, (_, context) => {
        const { requestMethod, protocolName, timeoutMs, values } = context;
        return {
          title: [values.get(key), requestMethod, protocolName, context.method.name].join(" "),
          amount: BigInt(timeoutMs() ?? -1),
        };
      }),
  });
  const { message } = await invoker.unary(
    getItem,
    request,
    call({ contextValues: createContextValues().set(key, "me"), timeoutMs: 0 }),
  );
  t.match(message, { title: "me GET http GetItem", amount: 0n });
});

t.test("a stream goes through the same interceptors, and its errors are ConnectErrors", async (t) => {
  const seen: string[] = [];
  const watch = StreamService.method.watchItem;
  const invoker = createInvoker({
    interceptors: [(next) => (req) => (seen.push(`${req.method.name} ${req.stream}`), next(req))],
    routes: (router) =>
      router.rpc(watch, async function* (message) {
        yield create(ItemSchema, { id: message.id });
        throw new Error("secret");
      }),
  });
  const answer = await invoker.serverStream(watch, request, call());
  const messages: Message[] = [];
  await t.rejects(
    (async () => {
      for await (const message of answer.message) messages.push(message);
    })(),
    { code: Code.Internal, rawMessage: "internal error" },
  );
  t.same(messages, [create(ItemSchema, { id: "42" })]);
  t.same(seen, ["WatchItem true"]);
});
