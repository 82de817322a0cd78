import { create, type Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type Interceptor,
  type MethodImplSpec,
  type UnaryRequest,
  createContextValues,
} from "@connectrpc/connect";
import t from "tap";

import { joinHeaders, AnswerHeaders } from "../../../src/transcode/call/call.js";
import {
  composeUnary,
  requestOf,
  callStateOf,
  wrap,
  HandlerContextView,
  type RequestView,
} from "../../../src/transcode/call/chain.js";
import {
  CoreService,
  GetItemRequestSchema,
  ItemSchema,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { call } from "../support/calls.js";

const method = CoreService.method.getItem;
const message = create(GetItemRequestSchema, { id: "42" });
type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

function spec(impl: UnarySpec["impl"]): UnarySpec {
  return { kind: "unary", method, impl };
}

const echo = spec((request, context) => {
  context.responseHeader.set("x-handler", "yes");
  return { id: (request as Message & { id: string }).id };
});

const refuse: Interceptor = () => () => Promise.reject(new ConnectError("no", Code.Unauthenticated));

t.test("an interceptor that refuses keeps the call from its handler", async (t) => {
  const chain = composeUnary(
    spec(() => t.fail("was called") as never),
    [refuse],
  );
  await t.rejects(chain(message, call()), { code: Code.Unauthenticated });
});

const stored: Interceptor = () => (req) => {
  const { service, method } = req as UnaryRequest;
  const answer = create(ItemSchema, { id: "stored" });
  const header = new Headers({ "x-replayed": "true" });
  return Promise.resolve({
    stream: false,
    service,
    method,
    message: answer,
    header,
    trailer: new Headers(),
  });
};

t.test("an interceptor that answers in the handler's place brings its own headers", async (t) => {
  const answer = await composeUnary(echo, [stored])(message, call());
  t.match(answer.message, { id: "stored" });
  t.equal(answer.metadata?.header.get("x-replayed"), "true");
  t.equal(answer.metadata?.header.get("x-handler"), null);
});

const rename: Interceptor = (next) => async (req) => {
  const res = await next(req);
  res.trailer.set("x-trailer", "t");
  return { ...res, message: create(ItemSchema, { id: "renamed" }) } as typeof res;
};

t.test("an interceptor may change the answer, whose headers stay", async (t) => {
  const answer = await composeUnary(echo, [rename])(message, call());
  t.match(answer.message, { id: "renamed" });
  t.same(Object.fromEntries(joinHeaders(answer.metadata) ?? []), { "x-handler": "yes", "x-trailer": "t" });
});

const afresh: Interceptor = (next) => (req) => {
  const { stream, service, method, message, requestMethod, url, signal, header, contextValues } =
    req as UnaryRequest;
  return next({ stream, service, method, message, requestMethod, url, signal, header, contextValues });
};

t.test("a request that an interceptor made from nothing still reaches the handler", async (t) => {
  const answer = await composeUnary(echo, [afresh])(message, call());
  t.match(answer.message, { id: "42" });
  t.equal(answer.metadata?.header.get("x-handler"), "yes");
});

t.test("a copied request is made of the same parts, and its headers only when looked at", (t) => {
  const lazy = call();
  let made = 0;
  Object.defineProperty(lazy, "header", { get: () => (made++, new Headers()) });
  const callState = callStateOf({ ...call() } as never);
  const request = requestOf(method, false, message, { ...callState, call: lazy });
  t.equal(made, 0);
  const copy = { ...request };
  t.equal(made, 1);
  t.equal(callStateOf(copy).call, lazy);
  t.end();
});

t.test("the first interceptor is the outermost", async (t) => {
  const order: number[] = [];
  const note =
    (name: number): Interceptor =>
    (next) =>
    (req) => (order.push(name), next(req));
  await wrap([note(1), note(2)], (req) => Promise.resolve(req as never))({} as never);
  t.same(order, [1, 2]);
});

const no = new ConnectError("the message is wrong", Code.InvalidArgument);
const wrongs: Record<string, () => void | Promise<void>> = {
  throws: () => {
    throw no;
  },
  rejects: () => Promise.reject(no),
};

for (const [how, check] of Object.entries(wrongs)) {
  t.test(`a message whose check ${how} does not reach its handler`, async (t) => {
    const impl = spec(() => t.fail("was called") as never);
    await t.rejects(composeUnary(impl, [], check)(message, call()), no);
    await t.rejects(composeUnary(impl, [(next) => next], check)(message, call()), no);
  });
}

const renumber: Interceptor = (next) => (request) =>
  next({ ...(request as UnaryRequest), message: create(GetItemRequestSchema, { id: "43" }) });

t.test("what an interceptor makes of a message is checked, once it has passed all of them", async (t) => {
  const checked: unknown[] = [];
  const passes = (value: unknown): void | Promise<void> => {
    checked.push(value);
    return checked.length === 1 ? undefined : Promise.resolve();
  };
  const chain = composeUnary(echo, [renumber], (desc, one) => passes([desc.name, Reflect.get(one, "id")]));
  for (const _ of [1, 2]) t.match((await chain(message, call())).message, { id: "43" });
  t.same(checked, [
    ["GetItemRequest", "43"],
    ["GetItemRequest", "43"],
  ]);
  await t.rejects(composeUnary(echo, [refuse], () => t.fail("was checked") as never)(message, call()), {
    code: Code.Unauthenticated,
  });
});

t.test("nothing of a request is made before a handler asks for it", (t) => {
  const made: string[] = [];
  const view = new Proxy({} as RequestView, { get: (_, name) => void made.push(String(name)) });
  const answer = new AnswerHeaders();
  const context = new HandlerContextView(method, view, answer, {});
  t.same([context.method, context.service, context.protocolName], [method, CoreService, "http"]);
  t.same(made, []);
  t.equal(answer.made, undefined);
  void [context.signal, context.requestHeader, context.values, context.url, context.requestMethod];
  t.same(made, ["signal", "header", "contextValues", "url", "requestMethod"]);
  t.end();
});

t.test("it tells what the call is, and takes the answer's headers", (t) => {
  const view: RequestView = {
    header: new Headers({ "x-a": "1" }),
    signal: new AbortController().signal,
    contextValues: createContextValues(),
    requestMethod: "GET",
    url: "http://localhost/",
  };
  const answer = new AnswerHeaders();
  const context = new HandlerContextView(method, view, answer, { protocolName: "grpc" });
  t.equal(context.protocolName, "grpc");
  t.equal(context.requestHeader, view.header);
  t.equal(context.responseHeader, answer.header);
  t.equal(context.responseTrailer, answer.trailer);
  t.end();
});

t.test("the time that is left runs down to nothing, and not below", (t) => {
  t.equal(left(undefined), undefined);
  t.equal(left(-5), 0);
  const some = left(60_000) ?? 0;
  t.ok(some > 50_000 && some <= 60_000);
  t.end();
});

/** Asks as handlers may: with the function taken off its context. */
function left(timeoutMs?: number): number | undefined {
  const { timeoutMs: ask } = new HandlerContextView(method, {} as RequestView, new AnswerHeaders(), {
    timeoutMs,
  });
  return ask();
}
