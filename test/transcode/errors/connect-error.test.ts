import { Code, ConnectError } from "@connectrpc/connect";
import t from "tap";
import { connectErrorOf, INTERNAL_TEXT } from "../../../src/transcode/errors/connect-error.js";

t.test("a crash becomes an internal error that tells nothing, with the crash as its cause", (t) => {
  for (const thrown of [new Error("secret"), "secret", undefined, { code: 5 }]) {
    const error = connectErrorOf(thrown, new Headers({ "x-a": "1" }));
    t.match(error, { code: Code.Internal, rawMessage: INTERNAL_TEXT, cause: thrown });
    t.equal(error.metadata.get("x-a"), "1");
  }
  t.end();
});

t.test("a ConnectError stays itself, and is copied before headers are added to it", (t) => {
  const shared = new ConnectError("no", Code.NotFound, { "x-own": "own", "x-both": "own" }, [], "why");
  t.equal(connectErrorOf(shared), shared);
  const copy = connectErrorOf(shared, new Headers({ "x-both": "handler", "x-handler": "handler" }));
  t.match(copy, { code: Code.NotFound, rawMessage: "no", cause: "why" });
  t.same(Object.fromEntries(copy.metadata), { "x-own": "own", "x-both": "own", "x-handler": "handler" });
  t.same(Object.fromEntries(shared.metadata), { "x-own": "own", "x-both": "own" });
  t.equal(copy.details, shared.details);
  t.end();
});
