import t from "tap";
import { addHandlerHeaders, forwardedHeaders } from "../../../src/transcode/http/headers.js";
import { CoreService } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { serveStub } from "../support/serve.js";
import type { HttpRequest } from "../../../src/transcode/http/http.js";

function forwarded(headers: Record<string, string | string[]>, allow?: (name: string) => boolean): object {
  return Object.fromEntries(forwardedHeaders({ headers } as HttpRequest, allow));
}

t.test("what belongs to the connection, the body or another protocol does not reach a handler", (t) => {
  const heldBack = [
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "http2-settings",
  ];
  const more = [
    "content-type",
    "content-length",
    "content-encoding",
    "accept-encoding",
    "proxy-authorization",
    ":path",
  ];
  const protocols = [
    "grpc-timeout",
    "grpc-metadata-x",
    "grpc-encoding",
    "connect-timeout-ms",
    "connect-protocol-version",
  ];
  for (const name of [...heldBack, ...more, ...protocols]) t.same(forwarded({ [name]: "x" }), {}, name);
  t.same(forwarded({ connection: "close, X-Hop", "x-hop": "1", "x-end": "2" }), { "x-end": "2" });
  t.same(
    forwarded({ "x-internal": "1", "x-a": "2" }, (name) => name !== "x-internal"),
    { "x-a": "2" },
  );
  t.end();
});

t.test("everything else does, under its own name", (t) => {
  const headers = {
    authorization: "Bearer k",
    "idempotency-key": "k-1",
    "x-request-id": "r",
    accept: "*/*",
    "trace-bin": "AQID",
  };
  t.same(forwarded(headers), headers);
  t.same(forwarded({ "x-list": ["a", "b"] }), { "x-list": "a, b" });
  t.end();
});

t.test("a handler's headers cannot say what the transcoder says of the body and the connection", (t) => {
  const headers = new Headers({
    "x-a": "1",
    "retry-after": "3",
    "content-disposition": "inline",
    "content-type": "x/y",
    "content-length": "9",
    "grpc-status": "0",
  });
  headers.append("set-cookie", "a=1, b");
  headers.append("set-cookie", "c=2");
  t.same(addHandlerHeaders({ "content-type": "application/json" }, headers), {
    "content-type": "application/json",
    "x-a": "1",
    "retry-after": "3",
    "content-disposition": "inline",
    "set-cookie": ["a=1, b", "c=2"],
  });
  t.same(addHandlerHeaders({}, undefined), {});
  t.end();
});

t.test("over the wire a handler sees a client's headers, and the client those of the handler", async (t) => {
  const { stub, get } = await serveStub(t, { forwardHeader: (name) => name !== "x-verified-by" });
  stub.prepare({ headers: { "x-from-handler": "v", "transfer-encoding": "chunked" } });
  const response = await get("/v1/items/42", {
    "idempotency-key": "k-1",
    "x-verified-by": "me",
    "grpc-timeout": "5S",
    "x-http-method-override": "DELETE",
  });
  t.equal(stub.seen?.method, CoreService.method.getItem, "no header overrides the method");
  t.equal(stub.seen?.metadata.get("idempotency-key"), "k-1");
  t.notOk(stub.seen?.metadata.has("x-verified-by"));
  t.notOk(stub.seen?.metadata.has("grpc-timeout"));
  t.equal(response.headers["x-from-handler"], "v");
  t.equal(response.headers["content-length"], String(response.body.length));
});
