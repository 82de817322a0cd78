import { once } from "node:events";
import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { gzipSync } from "node:zlib";

import { create, toBinary } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t, { type Test } from "tap";

import { CreateCheckoutSessionRequestSchema } from "../../gen/calmonypay/v1/checkout_service_pb.js";
import { answerOn, framed, openCall } from "../transcode/support/grpc-wire.js";
import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { onSqlite } from "../support/database.js";
import { anOrder } from "../support/orders.js";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 300);

/** Requests of a client that knows the addresses and nothing else. */
interface Nonsense {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

const SERVICE = "/calmonypay.v1.CheckoutService";

const paths = fc.constantFrom(
  "/v1/checkout/sessions",
  "/v1/checkout/sessions/cs_x",
  "/v1/customers?limit=%ff&x[__proto__]=1",
  `${SERVICE}/CreateCheckoutSession`,
  `${SERVICE}/GetCheckoutSession`,
  `${SERVICE}/GetCheckoutSession?encoding=json&message=%7B%22id%22:%22%5Cud800%22%7D`,
  `${SERVICE}/GetCheckoutSession?encoding=proto&base64=1&message=!!`,
  `${SERVICE}/ListCheckoutSessions?encoding=json&message=${"%5B".repeat(500)}`,
  `${SERVICE}/GetCheckoutSession?encoding=json&base64=1&compression=gzip&message=H4sI`,
  `${SERVICE}/Nothing`,
  "/grpc.health.v1.Health/Check",
  "/grpc.health.v1.Health/Watch",
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
);

const jsonTexts = fc.constantFrom(
  "",
  "{",
  "null",
  "[]",
  `"\\ud800"`,
  `{"id":"\\ud800"}`,
  `{"service":"\\udc00"}`,
  `{"service":{"a":"\\ud800"}}`,
  `{"\\ud800":1}`,
  `{"id":"a","id":"b"}`,
  `{"id":1e999}`,
  `{"limit":99999999999999999999999999999}`,
  `{"limit":"0x10"}`,
  `{"metadata":{"__proto__":"x"}}`,
  `{"metadata":{"constructor":"x"}}`,
  `{"id":"a\\u0000b"}`,
  `{"expires_at":"9223372036854775808"}`,
  `{"line_items":[[[[]]]]}`,
  "[".repeat(5000),
  `{"a":`.repeat(2000),
  `{${Array.from({ length: 3000 }, (_, at) => `"k${at}":1`).join()}}`,
  JSON.stringify(anOrder()),
  JSON.stringify(anOrder({ metadata: { a: "\n" } })),
);

const order = Buffer.from(
  toBinary(
    CreateCheckoutSessionRequestSchema,
    create(CreateCheckoutSessionRequestSchema, { successUrl: "https://a.example", metadata: { a: "b" } }),
  ),
);

const messages = fc.oneof(
  jsonTexts.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(order, order.subarray(0, 10), Buffer.from([0x0a, 1, 0xff]), Buffer.alloc(3000, 0x0b)),
);

/** As it is, framed rightly or wrongly, packed or cut. */
const bodies = fc.tuple(messages, fc.nat(7), fc.nat(255)).map(([message, way, flags]) => {
  if (way < 2) return message;
  if (way === 2) return framed(message, flags);
  if (way === 3) return framed(gzipSync(message), 1);
  if (way === 4) return framed(gzipSync(message).subarray(0, -3), 1);
  if (way === 5) return framed(message).subarray(0, -1);
  if (way === 6) return Buffer.concat([framed(message), framed(message)]);
  return framed(message);
});

const headers = fc.record(
  {
    "content-type": fc.constantFrom(
      "application/json",
      "application/json; charset=latin1",
      "application/proto",
      "application/connect+json",
      "application/connect+proto",
      "application/grpc",
      "application/grpc+json",
      "application/grpc+proto",
      "application/grpc-web",
      "application/grpc-web+json",
      "application/grpc-web-text",
      "application/grpc-web-text+proto",
      "text/plain",
      "é",
    ),
    "grpc-timeout": fc.constantFrom("1S", "99999999H", "0n", "soon", "-1S", "é"),
    "connect-timeout-ms": fc.constantFrom("1000", "9999999999", "0", "1e3", "é"),
    "grpc-encoding": fc.constantFrom("gzip", "br", "snappy", "identity", "é"),
    "content-encoding": fc.constantFrom("gzip", "br", "zstd", "identity"),
    "connect-content-encoding": fc.constantFrom("gzip", "é"),
    "grpc-accept-encoding": fc.constantFrom("gzip", ",,", "é"),
    "x-trace-bin": fc.constantFrom("!!!", "a", "===="),
    "idempotency-key": fc.constantFrom("é", " ", "k".repeat(300)),
    "connect-protocol-version": fc.constantFrom("1", "2"),
    te: fc.constant("trailers"),
  },
  { requiredKeys: ["content-type"] },
);

const nonsense: fc.Arbitrary<Nonsense & { readonly known: boolean }> = fc.record({
  method: fc.constantFrom("POST", "POST", "POST", "POST", "GET", "PUT", "DELETE"),
  path: paths,
  headers,
  body: bodies,
  known: fc.boolean(),
});

/** What an answer says that it is our fault; undefined for none. */
function fault(status: number, text: string): string | undefined {
  // 501 and 505 are what the protocols want where something is not supported, 504 where the caller gave no time.
  if (status >= 500 && ![501, 504, 505].includes(status)) return `status ${status}`;
  const grpc = /grpc-status"?[:=] ?"?(\d+)/.exec(text)?.[1];
  if (["2", "13", "15"].includes(grpc ?? "")) return `grpc-status ${grpc}`;
  return /"code":\s*"(internal|unknown|data_loss)"/.exec(text)?.[0];
}

/** Sends over HTTP/1.1. */
async function overHttp1(agent: Agent, port: number, { method, path, headers, body }: Nonsense) {
  const request = httpRequest({
    port,
    method,
    path,
    headers: { ...headers, "content-length": body.length },
    agent,
  });
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A watched health is told for ever.
  if (path.endsWith("Watch") && response.statusCode === 200) response.destroy();
  else await once(response, "end");
  const trailers = JSON.stringify({ ...response.headers, ...response.trailers });
  return fault(response.statusCode ?? 0, `${trailers}${Buffer.concat(chunks).toString("latin1")}`);
}

/** Sends over HTTP/2. */
async function overHttp2(
  session: ReturnType<typeof connectHttp2>,
  { method, path, headers, body }: Nonsense,
) {
  const stream = openCall(session, path, { ":method": method, ...headers });
  const answered = answerOn(stream);
  if (!stream.writableEnded) stream.end(body); // A method that has no body has ended it already.
  if (path.endsWith("Watch")) stream.once("data", () => stream.close(8));
  const answer = await answered;
  const trailers = JSON.stringify({ ...answer.headers, ...answer.trailers });
  return fault(answer.status, `${trailers}${answer.body.toString("latin1")}`);
}

/** What all that was logged says of faults of ours. */
function complaints(app: TestApp): string[] {
  return app.logged.filter((line) => (JSON.parse(line) as { level: number }).level >= 50);
}

async function open(t: Test, engine: Parameters<typeof testConfig>[0]) {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const session = connectHttp2(`http://${app.urls.grpc}`);
  session.on("error", () => {});
  t.teardown(() => {
    agent.destroy();
    session.destroy();
  });
  return { app, agent, session, testKey };
}

await onSqlite(
  t,
  "whatever a client sends, over any face, is answered and is no fault of ours",
  async (t, engine) => {
    const { app, agent, session, testKey } = await open(t, engine);
    const property = fc.asyncProperty(nonsense, async ({ known, ...request }) => {
      const authorization = known ? { authorization: `Bearer ${testKey}` } : {};
      const sent = { ...request, headers: { ...request.headers, ...authorization } };
      const faults = [await overHttp1(agent, app.urls.port, sent), await overHttp2(session, sent)];
      const found = faults.filter((each) => each !== undefined);
      if (found.length > 0) throw new Error(found.join());
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
    t.same(complaints(app), []);
  },
);

await onSqlite(
  t,
  "half a character in a wrong value is answered at once, over every face",
  async (t, engine) => {
    const { app, session } = await open(t, engine);
    for (const type of ["application/grpc+json", "application/grpc-web+json", "application/json"]) {
      for (const text of [`{"service":["\\ud800"]}`, `{"\\ud800":1}`, `"\\udfff"`]) {
        const stream = openCall(session, "/grpc.health.v1.Health/Check", { "content-type": type });
        stream.end(type.includes("grpc") ? framed(Buffer.from(text)) : Buffer.from(text));
        const { status, trailers, body } = await answerOn(stream);
        const said = `${status} ${String(trailers["grpc-status"])} ${body.toString()}`;
        t.match(said, /^400|^200 3|grpc-status: 3\r/, `${type} ${text}`);
      }
    }
    t.same(complaints(app), []);
  },
);
