import { createContextValues } from "@connectrpc/connect";
import t from "tap";
import { AnswerHeaders } from "../../../src/transcode/call/call.js";
import { LazyContext, type RequestView } from "../../../src/transcode/call/lazy-context.js";
import { CoreService } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

const method = CoreService.method.getItem;

t.test("nothing of a request is made before a handler asks for it", (t) => {
  const made: string[] = [];
  const view = new Proxy({} as RequestView, { get: (_, name) => void made.push(String(name)) });
  const answer = new AnswerHeaders();
  const context = new LazyContext(method, view, answer, {});
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
  const context = new LazyContext(method, view, answer, { protocolName: "grpc" });
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
  const { timeoutMs: ask } = new LazyContext(method, {} as RequestView, new AnswerHeaders(), { timeoutMs });
  return ask();
}
