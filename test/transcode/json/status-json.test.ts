import { create, toBinary } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import t from "tap";
import { ErrorInfoSchema, RetryInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { renderStatus } from "../../../src/transcode/json/status-json.js";
import { InnerSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

const context = {
  status: 404,
  routing: false,
  reason: undefined,
  method: undefined,
  form: false,
  contextValues: createContextValues(),
};

t.test("an error is a google.rpc.Status whose details are ProtoJSON of Any", (t) => {
  const error = new ConnectError('no "such" thing', Code.NotFound, undefined, [
    { desc: ErrorInfoSchema, value: { reason: "R", metadata: { a: "b" } } },
    { desc: RetryInfoSchema, value: { retryDelay: { seconds: 3n } } },
    { desc: DurationSchema, value: { seconds: 1n } },
  ]);
  const { status, body } = renderStatus(error, context);
  t.equal(status, 404);
  t.same(JSON.parse(String(body)), {
    code: 5,
    message: 'no "such" thing',
    details: [
      { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "R", domain: "", metadata: { a: "b" } },
      { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "3s" },
      { "@type": "type.googleapis.com/google.protobuf.Duration", value: "1s" },
    ],
  });
  t.end();
});

t.test(
  "details that came from another server are read where their type is known, and kept where not",
  (t) => {
    const error = new ConnectError("no");
    error.details = [
      {
        type: "google.rpc.ErrorInfo",
        value: toBinary(ErrorInfoSchema, create(ErrorInfoSchema, { reason: "R" })),
      },
      { type: "transcodetest.v1.Inner", value: toBinary(InnerSchema, create(InnerSchema, { count: 1 })) },
      { type: "google.rpc.ErrorInfo", value: new Uint8Array([255]) },
    ];
    const { details } = JSON.parse(String(renderStatus(error, context).body)) as { details: unknown };
    t.match(details, [
      { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "R" },
      { "@type": "type.googleapis.com/transcodetest.v1.Inner", value: "EAE=" },
      { "@type": "type.googleapis.com/google.rpc.ErrorInfo", value: "/w==" },
    ]);
    t.end();
  },
);
