import t from "tap";
import { addMetadata, incomingMetadata } from "../../../src/transcode/grpc/metadata.js";

t.test("a handler sees every header but those of HTTP/2 itself", (t) => {
  const metadata = incomingMetadata({
    ":path": "/made.Service/Method",
    ":method": "POST",
    "content-type": "application/grpc",
    "x-id": "1",
    "x-trace-bin": "AAEC, AwQ",
    "set-cookie": ["a=1", "b=2"],
  });
  t.same(
    [...metadata],
    [
      ["content-type", "application/grpc"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["x-id", "1"],
      ["x-trace-bin", "AAEC, AwQ"],
    ],
  );
  t.end();
});

t.test("a handler cannot set what belongs to the protocol or the connection", (t) => {
  const names = [
    "grpc-status",
    "grpc-message",
    "grpc-status-details-bin",
    "grpc-encoding",
    "content-type",
    "content-length",
    "content-encoding",
    "te",
    "trailer",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
    "proxy-connection",
    "http2-settings",
    "host",
  ];
  const metadata = new Headers(names.map((name) => [name, "1"]));
  t.same(addMetadata({ "grpc-status": "0" }, metadata), { "grpc-status": "0" });
  t.end();
});

t.test("a handler's metadata goes out under its names, values of one name in order", (t) => {
  const metadata = new Headers({ "X-Id": "1", "x-trace-bin": "AAEC" });
  metadata.append("x-id", "2");
  metadata.append("set-cookie", "a=1");
  metadata.append("set-cookie", "b=2");
  t.same(addMetadata({}, metadata), {
    "x-id": "1, 2",
    "x-trace-bin": "AAEC",
    "set-cookie": ["a=1", "b=2"],
  });
  t.end();
});
