import { constants, type IncomingHttpHeaders } from "node:http2";
import { Code, createContextValues, type HandlerContext } from "@connectrpc/connect";
import t, { type Test } from "tap";
import { GrpcCall } from "../../../src/transcode/grpc/grpc-call.js";
import { CoreService } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { Signal } from "../support/connections.js";
import { framed, openCall, serveGrpc } from "../support/grpc-wire.js";

const { getItem } = CoreService.method;
const PATH = "/transcodetest.v1.CoreService/GetItem";

type CallStream = ConstructorParameters<typeof GrpcCall>[0];

function callOf(headers: IncomingHttpHeaders, encrypted = false): GrpcCall {
  const stream = { session: { encrypted }, once: () => {}, closed: false } as unknown as CallStream;
  return new GrpcCall(stream, headers, createContextValues(), 1000);
}

t.test("a call that is cancelled aborts its handler's signal, and says by what", async (t) => {
  const reason = await abortedBy(t, (stream) => stream.close(constants.NGHTTP2_CANCEL));
  t.match(reason, { code: Code.Canceled, rawMessage: "http/2 stream closed with error code 0x8" });
});

t.test("a connection that breaks aborts the signals of its calls", async (t) => {
  const reason = await abortedBy(t, (stream) => stream.session?.destroy());
  t.match(reason, { code: Code.Canceled });
});

t.test("the signal of an aborted call is aborted, also where it is first looked at afterwards", (t) => {
  const early = callOf({});
  const { signal } = early;
  t.notOk(signal.aborted);
  const reason = new Error("time is up");
  t.equal(early.abort(reason), reason);
  t.equal(signal.reason, reason);
  const late = callOf({});
  late.abort(reason);
  late.abort(new Error("again"));
  t.equal(late.signal.reason, reason);
  t.equal(late.signal, late.signal);
  t.end();
});

t.test("the address is whole, as Connect's adapters have it", (t) => {
  const headers = { ":authority": "pay.example.com", ":path": PATH };
  t.equal(callOf(headers).url, `http://pay.example.com${PATH}`);
  t.equal(callOf(headers, true).url, `https://pay.example.com${PATH}`);
  t.equal(callOf({ host: "other.example.com", ":path": PATH }).url, `http://other.example.com${PATH}`);
  t.equal(callOf({ ":path": PATH }).url, `http://localhost${PATH}`);
  t.end();
});

t.test("metadata is made once", (t) => {
  const call = callOf({ "x-id": "1" });
  t.equal(call.header.get("x-id"), "1");
  t.equal(call.header, call.header);
  t.end();
});

/** Why a handler's signal was aborted when its caller did something to the stream. */
async function abortedBy(t: Test, act: (stream: ReturnType<typeof openCall>) => void): Promise<unknown> {
  const called = new Signal();
  const aborted = new Signal();
  let reason: unknown;
  const handler = async (_: unknown, { signal }: HandlerContext) => {
    signal.addEventListener("abort", () => {
      ({ reason } = signal as { reason: unknown });
      aborted.arrive();
    });
    called.arrive();
    await aborted.arrived;
    return {};
  };
  const { session } = await serveGrpc(t, { routes: (router) => router.rpc(getItem, handler) });
  const stream = openCall(session, PATH);
  stream.end(framed(Buffer.alloc(0)));
  await called.arrived;
  act(stream);
  await aborted.arrived;
  return reason;
}
