import { create, fromBinary, toBinary, type Message } from "@bufbuild/protobuf";
import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import { type Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import * as fc from "fast-check";
import t, { type Test } from "tap";
import { BadRequestSchema, ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../../gen/google/rpc/status_pb.js";
import {
  CoreService,
  GetItemRequestSchema,
  ItemSchema,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { callWire, framed, serveConnect, serveGrpc, type WireAnswer } from "../support/grpc-wire.js";

const PATH = "/transcodetest.v1.CoreService/GetItem";

/** What a handler does. */
type Deed =
  | { readonly answer: string; readonly header: Names; readonly trailer: Names }
  | { readonly code: Code; readonly text: string; readonly details: string[]; readonly metadata: Names }
  | { readonly crash: string };
type Names = Readonly<Record<string, string>>;

const names = fc.dictionary(
  fc.constantFrom("x-a", "x-b", "retry-after", "idempotent-replayed"),
  fc.stringMatching(/^[!-~]([ -~]{0,18}[!-~])?$/),
  { maxKeys: 3 },
);
const binary = fc.dictionary(
  fc.constantFrom("x-a-bin", "x-b-bin"),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => base64Encode(bytes, "std_raw")),
  { maxKeys: 2 },
);
const metadata = fc.tuple(names, binary).map((both): Names => Object.assign({}, ...both) as Names);
const text = fc.string({ unit: "grapheme", maxLength: 30 });
const code = fc.integer({ min: 1, max: 16 }).map((number) => number as Code);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ answer: text, header: metadata, trailer: metadata }),
  fc.record({ code, text, details: fc.array(text, { maxLength: 2 }), metadata }),
  fc.record({ crash: text }),
);

const item = fc.record({ id: text, scope: text, revision: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) });
const bytes = item.map((init) => toBinary(GetItemRequestSchema, create(GetItemRequestSchema, init)));

/** Mostly a call as it should be; sometimes bytes that are none, or too many, or too few. */
const sent = fc.oneof(
  { weight: 6, arbitrary: bytes.map((message) => [framed(message)]) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }).map((wild) => [framed(wild)]) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }).map((wild) => [wild]) },
  { weight: 1, arbitrary: fc.tuple(bytes, bytes).map((both) => both.map((message) => framed(message))) },
  { weight: 1, arbitrary: bytes.map((message) => [framed(message), Buffer.from([0, 0])]) },
  { weight: 1, arbitrary: bytes.map((message) => [framed(message, 1)]) },
  { weight: 1, arbitrary: fc.constant([framed(Buffer.alloc(301))]) },
);
const timeout = fc.constantFrom(undefined, undefined, "5S", "29999m", "31S", "never", "");

/** As those of the service it makes a request of its own out of the one that it gets. */
const copying: Interceptor = (next) => (request) => next({ ...request });

/** Both ways of serving, with a handler that does as it is told and tells what it saw. */
async function serveBoth(t: Test) {
  const told: { deed: Deed } = { deed: { crash: "" } };
  const seen: { message: Message; metadata: string[][] }[] = [];
  const served = {
    interceptors: [copying],
    limits: { requestBytesMax: 300, timeoutMsMax: 30_000 },
    routes: (router: Parameters<Parameters<typeof serveGrpc>[1]["routes"]>[0]) =>
      router.rpc(CoreService.method.getItem, (message, context) => {
        // Connect is told how much is left of the time, and all that it is told is the handler's to see.
        const metadata = [...context.requestHeader].filter(([name]) => name !== "grpc-timeout");
        seen.push({ message, metadata });
        return act(told.deed, context.responseHeader, context.responseTrailer);
      }),
  };
  const fast = await serveGrpc(t, served);
  const connect = await serveConnect(t, served);
  return { told, seen, sessions: [fast.session, connect.session] };
}

function act(deed: Deed, header: Headers, trailer: Headers): { id: string } {
  if ("crash" in deed) throw new Error(deed.crash);
  if ("code" in deed) {
    const details = deed.details.map((reason) => ({ desc: ErrorInfoSchema, value: { reason } }));
    const fieldViolations = deed.details.map((field) => ({ field }));
    const all =
      details.length === 0 ? [] : [...details, { desc: BadRequestSchema, value: { fieldViolations } }];
    throw new ConnectError(deed.text, deed.code, { ...deed.metadata }, all);
  }
  for (const [name, value] of Object.entries(deed.header)) header.set(name, value);
  for (const [name, value] of Object.entries(deed.trailer)) trailer.set(name, value);
  return { id: deed.answer };
}

/** What a client makes of an answer: where an error's metadata stands, before or after nothing, makes no difference. */
function understood({ status, headers, trailers, body }: WireAnswer) {
  const { "grpc-status": code, "grpc-message": escaped, "grpc-status-details-bin": details } = trailers;
  const failed = code !== "0";
  return {
    status,
    code,
    type: headers["content-type"],
    text: escaped === undefined ? undefined : decodeURIComponent(String(escaped)),
    details: details === undefined ? undefined : fromBinary(StatusSchema, base64Decode(String(details))),
    answer: body.length === 0 ? undefined : fromBinary(ItemSchema, body.subarray(5)),
    header: failed ? [] : own(headers),
    trailer: failed ? [...own(headers), ...own(trailers)].filter(isFirst) : own(trailers),
  };
}

const own = (headers: object): string[] =>
  Object.entries(headers)
    .filter(([name]) => /^(x-|retry-after|idempotent-replayed)/.test(name))
    .map(([name, value]) => `${name}: ${String(value)}`)
    .toSorted();

const isFirst = (line: string, index: number, lines: string[]): boolean => lines.indexOf(line) === index;

t.test("a call comes to the same over the fast path and over Connect's adapter", async (t) => {
  const { told, seen, sessions } = await serveBoth(t);
  const property = fc.asyncProperty(
    deed,
    sent,
    metadata,
    timeout,
    async (deed, pieces, metadata, timeout) => {
      told.deed = deed;
      seen.length = 0;
      const headers = { ...metadata, ...(timeout === undefined ? {} : { "grpc-timeout": timeout }) };
      const answers = [];
      for (const session of sessions)
        answers.push(understood(await callWire(session, PATH, pieces, headers)));
      t.same(answers[0], answers[1]);
      if (seen.length > 0) t.same(seen[0], seen[1]);
      return t.passing();
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
