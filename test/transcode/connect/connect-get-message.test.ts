import { Code } from "@connectrpc/connect";
import t from "tap";
import { queryContentType, queryMessage } from "../../../src/transcode/connect/connect-get-message.js";

const read = (query: string): string => queryMessage(query).bytes().toString();

t.test("broken escapes, bytes that are no text, and broken base64 are refused", (t) => {
  for (const query of ["message=%", "message=%ff", "message=%e4%zz"])
    t.throws(() => queryMessage(query), { code: Code.InvalidArgument }, query);
  for (const text of ["!", "a", "YQ=", "YQ==YQ==", "%20"])
    t.throws(() => queryMessage(`base64=1&message=${text}`).bytes(), { code: Code.InvalidArgument }, text);
  t.end();
});

t.test("a message is text, or base64 in either alphabet; the first of two counts", (t) => {
  t.equal(read(`message=%7B%22a%22:1%7D&encoding=json`), `{"a":1}`);
  t.equal(read("base64=1&message=Pz8_Pz8-"), "?????>");
  t.equal(read("base64=1&message=Pz8%2FPz8%2B"), "?????>");
  t.equal(read("message=a&message=b&x=%"), "a");
  t.equal(read(""), "");
  t.equal(queryMessage("compression=gzip").packing, "gzip");
  t.end();
});

t.test("the encoding is known whatever else is wrong with the query", (t) => {
  t.equal(queryContentType("message=%&encoding=json&x"), "application/json");
  t.equal(queryContentType("encoding=proto"), "application/proto");
  t.equal(queryContentType("message=encoding=json"), "application/");
  t.equal(queryContentType("encoding=grpc%2Bjson"), "application/");
  t.end();
});
