import { fromBinary } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import * as fc from "fast-check";
import t from "tap";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../../gen/google/rpc/status_pb.js";
import { errorStatus, percentEncoded } from "../../../src/transcode/grpc/status.js";

t.test("only what is no visible ASCII, and the percent sign, is escaped in a text", (t) => {
  t.equal(percentEncoded("a: b, c/d?e=f&g #1"), "a: b, c/d?e=f&g #1");
  t.equal(percentEncoded("100% é\n\u{1F600}"), "100%25 %C3%A9%0A%F0%9F%98%80");
  t.equal(percentEncoded("  a b "), "%20%20a b%20");
  t.equal(percentEncoded("\ud800"), "%EF%BF%BD", "half a character is no text");
  const property = fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const encoded = percentEncoded(text);
    return /^[\x20-\x7e]*$/.test(encoded) && decodeURIComponent(encoded) === text;
  });
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

t.test("an error without details is a code and a text", (t) => {
  t.same(errorStatus(new ConnectError("no such thing", Code.NotFound)), {
    "grpc-status": "5",
    "grpc-message": "no such thing",
  });
  t.end();
});

t.test("details travel as google.rpc.Status, ours and those of another server", (t) => {
  const error = new ConnectError("no", Code.Aborted, undefined, [
    { desc: ErrorInfoSchema, value: { reason: "BUSY", domain: "example.com" } },
  ]);
  error.details.push({ type: "other.v1.Detail", value: Uint8Array.of(8, 1) });
  const { "grpc-status-details-bin": text } = errorStatus(error);
  t.notMatch(text, /=/, "without padding");
  const status = fromBinary(StatusSchema, base64Decode(String(text)));
  t.match(status, { code: Code.Aborted, message: "no" });
  const [info, other] = status.details;
  t.match(info && anyUnpack(info, ErrorInfoSchema), { reason: "BUSY", domain: "example.com" });
  t.equal(other?.typeUrl, "type.googleapis.com/other.v1.Detail");
  t.same([...(other?.value ?? [])], [8, 1]);
  t.end();
});

t.test("an error's metadata goes along, but cannot stand in for the status", (t) => {
  const error = new ConnectError("no", Code.Aborted, { "retry-after": "3", "grpc-status": "0" });
  t.same(errorStatus(error), { "grpc-status": "10", "grpc-message": "no", "retry-after": "3" });
  t.end();
});
