import { create, type Message } from "@bufbuild/protobuf";
import { Code, type Interceptor, type MethodImplSpec, type StreamRequest } from "@connectrpc/connect";
import t from "tap";
import { composeStream } from "../../../src/transcode/call/stream-chain.js";
import {
  GetItemRequestSchema,
  ItemSchema,
  StreamService,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { call } from "../support/calls.js";

const method = StreamService.method.watchItem;
const request = create(GetItemRequestSchema, { id: "42" });
type StreamSpec = Extract<MethodImplSpec, { kind: "server_streaming" }>;

function spec(impl: StreamSpec["impl"]): StreamSpec {
  return { kind: "server_streaming", method, impl };
}

async function collect(messages: AsyncIterable<Message>): Promise<Message[]> {
  const all: Message[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

t.test("a crash before, at or after the first message is an internal error that tells nothing", async (t) => {
  const internal = { code: Code.Internal, rawMessage: "internal error" };
  const crash = new Error("secret");
  const atOnce = composeStream(
    spec(() => {
      throw crash;
    }),
    [],
  );
  await t.rejects(atOnce(request, call()), { ...internal, cause: crash });
  const later = composeStream(
    spec(async function* () {
      yield { id: "1" };
      throw crash;
    }),
    [],
  );
  const answer = await later(request, call());
  await t.rejects(collect(answer.message), { ...internal, cause: crash });
});

t.test("an interceptor that swallows the request leaves no message to call with", async (t) => {
  const swallow: Interceptor = (next) => (req) => next({ ...(req as StreamRequest), message: none() });
  await t.rejects(composeStream(spec(none), [swallow])(request, call()), { code: Code.InvalidArgument });
});

t.test("messages are completed, and headers and trailers of the handler are the answer's", async (t) => {
  const seen: unknown[] = [];
  const chain = composeStream(
    spec(async function* (message, context) {
      context.responseHeader.set("x-header", context.requestHeader.get("x-in") ?? "");
      yield { id: (message as Message & { id: string }).id };
      context.responseTrailer.set("x-trailer", "t");
    }),
    [(next) => (req) => (seen.push(req.stream), next(req))],
  );
  const answer = await chain(request, call({ header: new Headers({ "x-in": "in" }) }));
  t.same(await collect(answer.message), [create(ItemSchema, { id: "42" })]);
  t.equal(answer.header.get("x-header"), "in");
  t.equal(answer.trailer.get("x-trailer"), "t");
  t.same(seen, [true]);
});

async function* none(): AsyncGenerator<never> {}
