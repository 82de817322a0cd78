import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { gzipSync, brotliCompressSync } from "node:zlib";
import { Code, ConnectError, createContextKey, createContextValues } from "@connectrpc/connect";
import t from "tap";
import {
  CoreService,
  GetItemRequestSchema,
  ItemSchema,
  StreamService,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { answerOn, callWire, framed, openCall, serveConnect, type Served } from "../support/grpc-wire.js";

const PATH = "/transcodetest.v1.CoreService/GetItem";
const STREAM = "/transcodetest.v1.StreamService/WatchItem";
const BYTES = Buffer.from(toBinary(GetItemRequestSchema, create(GetItemRequestSchema, { id: "42" })));
const JSON_BYTES = Buffer.from(`{"id":"42"}`);
const CONNECT_JSON = { "content-type": "application/json" };

const caller = createContextKey("nobody");

/** Lets in who says so; the handler tells for whom it works, and how much time it has. */
const served: Served = {
  limits: { requestBytesMax: 300, timeoutMsMax: 30_000 },
  open: () => ({ contextValues: createContextValues(), headers: {} }),
  admit: (_, headers, values) => {
    if (headers.authorization === undefined) throw new ConnectError("who are you?", Code.Unauthenticated);
    values.set(caller, headers.authorization);
  },
  routes: (router) =>
    router
      .rpc(CoreService.method.getItem, ({ id }, { values, timeoutMs }) => {
        if (id === "never") return new Promise<never>(() => {});
        return { id, title: values.get(caller), amount: BigInt(Math.ceil(timeoutMs() ?? -1)) };
      })
      .rpc(StreamService.method.watchItem, async function* ({ id }, { timeoutMs }) {
        yield { id, amount: BigInt(Math.ceil(timeoutMs() ?? -1)) };
        if (id === "never") await new Promise(() => {});
      }),
};
const amountOf = (body: Buffer): number => Number(fromBinary(ItemSchema, body.subarray(5)).amount);

const LET_IN = { authorization: "me" };

t.test("whoever is not let in is told so before the body is read, by every protocol", async (t) => {
  const { session } = await serveConnect(t, served);
  for (const type of ["application/grpc", "application/grpc-web+proto", "application/proto"]) {
    const stream = openCall(session, PATH, {
      "content-type": type,
      "grpc-timeout": "?",
      "grpc-encoding": "?",
    });
    const { status, trailers, body } = await answerOn(stream);
    t.equal(status, type === "application/proto" ? 401 : 200);
    const text = `${JSON.stringify(trailers)}${body.toString()}`;
    t.match(text, /who are you\?/, type);
  }
});

t.test("what a client asks for wrongly is its own mistake, by every protocol", async (t) => {
  const { session } = await serveConnect(t, served);
  const packed = gzipSync(BYTES);
  const half = Buffer.from(`{"id":"\\ud800","no\\ud800":1}`);
  const wrong: [string, Buffer, Record<string, string>][] = [
    ["cut off gzip", packed.subarray(0, -6), { "content-encoding": "gzip" }],
    ["no gzip", BYTES, { "content-encoding": "gzip" }],
    ["no brotli", Buffer.from("xxxxxxxxxxxxxx"), { "content-encoding": "br" }],
    ["no message", Buffer.from([0x0a, 0x7f]), {}],
    ["no UTF-8", Buffer.from([0x0a, 1, 0xff]), {}],
    ["no JSON", Buffer.from("{"), CONNECT_JSON],
    ["JSON that is no UTF-8", Buffer.from([0x22, 0xff, 0x22]), CONNECT_JSON],
    ["half characters", half, CONNECT_JSON],
    ["an unknown field", Buffer.from(`{"idd":"42"}`), CONNECT_JSON],
    ["no timeout", BYTES, { "connect-timeout-ms": "soon" }],
  ];
  for (const [about, body, headers] of wrong) {
    const all = { "content-type": "application/proto", ...LET_IN, ...headers };
    const answer = await callWire(session, PATH, [body], all);
    t.match([answer.status, JSON.parse(answer.body.toString())], [400, { code: "invalid_argument" }], about);
    if (headers["connect-timeout-ms"] !== undefined) continue;
    const type = headers === CONNECT_JSON ? "application/grpc+json" : "application/grpc";
    const packing = headers["content-encoding"];
    const grpc = await callWire(session, PATH, [framed(body, packing === undefined ? 0 : 1)], {
      ...LET_IN,
      "content-type": type,
      ...(packing === undefined ? {} : { "grpc-encoding": packing }),
    });
    t.equal(grpc.trailers["grpc-status"], String(Code.InvalidArgument), `${about} over gRPC`);
    t.ok(grpc.trailersOnly);
    t.equal(grpc.trailers["request-id"], "req_of_connect");
  }
});

t.test("a handler that never ends is no reason not to answer in time", async (t) => {
  const { session } = await serveConnect(t, served);
  const never = Buffer.from(`{"id":"never"}`);
  const unary = await callWire(session, PATH, [never], {
    ...CONNECT_JSON,
    ...LET_IN,
    "connect-timeout-ms": "30",
  });
  t.match([unary.status, JSON.parse(unary.body.toString())], [504, { code: "deadline_exceeded" }]);
  const headers = { ...LET_IN, "content-type": "application/grpc+json", "grpc-timeout": "30m" };
  for (const path of [PATH, STREAM]) {
    const { trailers } = await callWire(session, path, [framed(never)], headers);
    t.equal(trailers["grpc-status"], String(Code.DeadlineExceeded), path);
  }
  const silent = openCall(session, PATH, headers);
  t.equal(
    (await answerOn(silent)).trailers["grpc-status"],
    String(Code.DeadlineExceeded),
    "a body that never comes",
  );
});

t.test("time is shortened to the server's own for a call, and as asked for a stream", async (t) => {
  const { session } = await serveConnect(t, served);
  for (const text of [undefined, "99999999H", "5M"]) {
    const headers = { ...LET_IN, ...(text === undefined ? {} : { "grpc-timeout": text }) };
    const call = await callWire(session, PATH, [framed(BYTES)], headers);
    t.ok(amountOf(call.body) > 29_000 && amountOf(call.body) <= 30_000, String(text));
    const { body } = await callWire(session, STREAM, [framed(BYTES)], headers);
    const wanted = { "99999999H": 2 ** 31 - 1, "5M": 300_000 }[text ?? ""] ?? -1;
    t.ok(Math.abs(amountOf(body) - wanted) < 3000, `${text}: ${amountOf(body)}`);
  }
});

t.test("a message comes to its handler however it is packed, and answers come plain", async (t) => {
  const { session } = await serveConnect(t, served);
  for (const [name, pack] of [
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ] as const) {
    const accept = { "accept-encoding": name, "grpc-accept-encoding": name };
    const grpc = await callWire(session, PATH, [framed(pack(BYTES), 1)], {
      ...LET_IN,
      "grpc-encoding": name,
      ...accept,
    });
    t.match(fromBinary(ItemSchema, grpc.body.subarray(5)), { id: "42", title: "me" });
    const json = { ...CONNECT_JSON, ...LET_IN, "content-encoding": name, ...accept };
    const connect = await callWire(session, PATH, [pack(JSON_BYTES)], json);
    t.match(JSON.parse(connect.body.toString()), { id: "42" });
  }
});
