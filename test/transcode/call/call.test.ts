import t from "tap";
import { AnswerHeaders, joinHeaders } from "../../../src/transcode/call/call.js";

t.test("headers that nobody looked at are not there", (t) => {
  t.equal(new AnswerHeaders().made, undefined);
  t.equal(joinHeaders(undefined), undefined);
  t.end();
});

t.test("header and trailer are made once, and go out as one over HTTP", (t) => {
  const answer = new AnswerHeaders();
  answer.header.set("x-a", "1");
  t.equal(answer.made, answer);
  answer.trailer.set("x-b", "2");
  answer.trailer.append("x-a", "3");
  t.same(Object.fromEntries(joinHeaders(answer.made) ?? []), { "x-a": "1, 3", "x-b": "2" });
  t.equal(answer.header.get("x-a"), "1");
  t.end();
});
