import { gzipSync } from "node:zlib";
import { once } from "node:events";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  Client,
  credentials,
  type Metadata,
  status,
  type ServiceError,
  type StatusObject,
} from "@grpc/grpc-js";
import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import t from "tap";
import {
  CoreService,
  GetItemRequestSchema,
  ItemSchema,
  StreamService,
  type Item,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { callWire, framed, serveGrpc, type Served } from "../support/grpc-wire.js";

const PATH = "/transcodetest.v1.CoreService/GetItem";
const BYTES = Buffer.from(toBinary(GetItemRequestSchema, create(GetItemRequestSchema, { id: "42" })));
const { getItem } = CoreService.method;

/** Says in `title` which way the call came: only the fast path knows what `open` gives. */
const routes: Served["routes"] = (router) =>
  router
    .rpc(getItem, ({ id }, { responseHeader, protocolName }) => {
      responseHeader.set("x-protocol", protocolName);
      if (id === "lost") throw new ConnectError("lost: for good", Code.NotFound);
      return { id };
    })
    .rpc(StreamService.method.watchItem, async function* ({ id }) {
      yield { id };
    });

const open: Served["open"] = () => ({
  contextValues: createContextValues(),
  headers: { "x-fast": "yes" },
});

t.test("an unknown method is UNIMPLEMENTED, also while its message is under way", async (t) => {
  const { session } = await serveGrpc(t, { routes, open });
  for (const path of ["/transcodetest.v1.CoreService/Nothing", "/nothing.v1.Service/GetItem", "/"]) {
    const { trailers, trailersOnly } = await callWire(session, path, [framed(BYTES)]);
    t.equal(trailers["grpc-status"], String(Code.Unimplemented));
    t.equal(trailers["x-fast"], "yes");
    t.ok(trailersOnly);
  }
});

t.test("a wrong content type is 415, a wrong HTTP method 405", async (t) => {
  const { session } = await serveGrpc(t, { routes, open });
  t.equal((await callWire(session, PATH, [], { "content-type": "text/plain" })).status, 415);
  t.equal((await callWire(session, PATH, [], { ":method": "PUT" })).status, 405);
});

t.test("compressed messages are left to Connect, which can read them", async (t) => {
  const { session } = await serveGrpc(t, { routes, open });
  const compressed = framed(gzipSync(BYTES), 1);
  const { headers, trailers, body } = await callWire(session, PATH, [compressed], {
    "grpc-encoding": "gzip",
  });
  t.equal(trailers["grpc-status"], "0");
  t.equal(headers["x-fast"], undefined);
  t.equal(fromBinary(ItemSchema, body.subarray(5)).id, "42");
  const unknown = await callWire(session, PATH, [compressed], { "grpc-encoding": "snappy" });
  t.equal(unknown.trailers["grpc-status"], String(Code.Unimplemented));
  t.match(unknown.trailers, { "grpc-accept-encoding": /gzip/ });
  const unsaid = await callWire(session, PATH, [compressed]);
  t.equal(unsaid.trailers["grpc-status"], String(Code.InvalidArgument));
});

t.test("JSON in gRPC, gRPC-Web, Connect, streams and a path with a query are left to Connect", async (t) => {
  const { session } = await serveGrpc(t, { routes, open });
  const json = Buffer.from(`{"id":"42"}`);
  const calls: [string, Buffer, Record<string, string>][] = [
    [PATH, framed(json), { "content-type": "application/grpc+json" }],
    [PATH, framed(BYTES), { "content-type": "application/grpc-web+proto" }],
    [PATH, json, { "content-type": "application/json" }],
    [PATH, framed(BYTES), { "content-type": "Application/GRPC" }],
    [`${PATH}?a=b`, framed(BYTES), {}],
    ["/transcodetest.v1.StreamService/WatchItem", framed(BYTES), {}],
  ];
  for (const [path, body, headers] of calls) {
    const answer = await callWire(session, path, [body], headers);
    t.equal(answer.status, 200, JSON.stringify(headers));
    t.equal(answer.headers["x-fast"], undefined);
    t.match(answer.body.toString(), "42");
  }
});

t.test("plain calls take the fast path under both names of their content type", async (t) => {
  const { session } = await serveGrpc(t, { routes, open });
  for (const type of ["application/grpc", "application/grpc+proto"]) {
    const { headers } = await callWire(session, PATH, [framed(BYTES)], { "content-type": type });
    t.match(headers, { "x-fast": "yes", "x-protocol": "grpc" });
  }
  const { headers } = await callWire(session, PATH, [framed(BYTES)], { "grpc-encoding": "identity" });
  t.equal(headers["x-fast"], "yes");
});

t.test("grpc-js gets message, metadata, status, and a text without escapes", async (t) => {
  const { port } = await serveGrpc(t, { routes, open });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  t.teardown(() => client.close());
  const found = await callBy(client, "42");
  t.equal(found.answer?.id, "42");
  t.same(found.metadata?.get("x-protocol"), ["grpc"]);
  t.equal(found.end.code, status.OK);
  const lost = await callBy(client, "lost");
  t.match(lost.error, { code: status.NOT_FOUND, details: "lost: for good" });
});

async function callBy(client: Client, id: string) {
  let error: ServiceError | null = null;
  let answer: Item | undefined;
  let metadata: Metadata | undefined;
  const call = client.makeUnaryRequest(
    PATH,
    (text: string) => Buffer.from(toBinary(GetItemRequestSchema, create(GetItemRequestSchema, { id: text }))),
    (bytes) => fromBinary(ItemSchema, bytes),
    id,
    (thrown, item) => {
      error = thrown;
      answer = item;
    },
  );
  call.on("metadata", (received: Metadata) => (metadata = received));
  const [end] = (await once(call, "status")) as [StatusObject];
  await new Promise(setImmediate);
  return { error, answer, metadata, end };
}
