import { Code } from "@connectrpc/connect";
import t from "tap";
import { packingOf, protocolOf } from "../../../src/transcode/connect/protocol.js";

t.test("a content type that no protocol has is none, and so is gRPC-Web in base64", (t) => {
  for (const type of [
    "",
    "text/plain",
    "application/xml",
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
    "application/connect",
    "application/json; charset=latin1",
    "application/grpc+thrift",
    "application/json, application/json",
    "xapplication/json",
  ])
    t.equal(protocolOf(type), undefined, type);
  t.end();
});

t.test("each protocol has its own headers, and says whether its messages are JSON", (t) => {
  const known: [string, object][] = [
    ["application/grpc", { json: false, enveloped: true, timeoutHeader: "grpc-timeout" }],
    ["Application/GRPC+JSON; charset=utf-8", { json: true, packingHeader: "grpc-encoding" }],
    ["application/grpc-web+proto", { json: false, enveloped: true, acceptHeader: "grpc-accept-encoding" }],
    ["application/connect+json", { json: true, enveloped: true, packingHeader: "connect-content-encoding" }],
    ["application/proto", { json: false, enveloped: false, packingHeader: "content-encoding" }],
    ["application/json;charset=utf8", { json: true, enveloped: false, timeoutHeader: "connect-timeout-ms" }],
  ];
  for (const [type, protocol] of known) t.match(protocolOf(type), { contentType: type, ...protocol });
  t.end();
});

t.test("a packing that is not known is UNIMPLEMENTED, with those that are", (t) => {
  for (const name of ["snappy", "GZIP", "gzip, gzip", "constructor"]) {
    t.throws(() => packingOf(name, "grpc-accept-encoding"), { code: Code.Unimplemented }, name);
  }
  try {
    packingOf("deflate", "accept-encoding");
  } catch (error) {
    t.equal((error as { metadata: Headers }).metadata.get("accept-encoding"), "gzip,br");
  }
  for (const none of [undefined, "", "identity"]) t.equal(packingOf(none, "accept-encoding"), undefined);
  t.equal(packingOf("br", "accept-encoding"), "br");
  t.end();
});
