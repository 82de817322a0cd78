import { Code, ConnectError } from "@connectrpc/connect";
import t from "tap";
import { BadRequestSchema, ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import {
  ERROR_DOMAIN,
  isRouting,
  reasonOf,
  reasons,
  requestError,
  statusOfReason,
} from "../../../src/transcode/errors/request-error.js";

t.test("an error that was not made here has no reason, whatever it carries", (t) => {
  const details = [{ desc: ErrorInfoSchema, value: { reason: "path_unknown", domain: ERROR_DOMAIN } }];
  t.equal(reasonOf(new ConnectError("no", Code.NotFound, undefined, details)), undefined);
  t.notOk(isRouting(undefined));
  t.end();
});

t.test("every reason has its code and status, and says itself in an ErrorInfo", (t) => {
  const expected: Record<string, [Code, number, boolean]> = {
    path_unknown: [Code.NotFound, 404, true],
    path_malformed: [Code.InvalidArgument, 400, true],
    method_not_allowed: [Code.Unimplemented, 405, true],
    parameter_unknown: [Code.InvalidArgument, 400, false],
    parameter_invalid: [Code.InvalidArgument, 400, false],
    parameter_repeated: [Code.InvalidArgument, 400, false],
    parameter_conflict: [Code.InvalidArgument, 400, false],
    query_malformed: [Code.InvalidArgument, 400, false],
    body_malformed: [Code.InvalidArgument, 400, false],
    body_unexpected: [Code.InvalidArgument, 400, false],
    body_too_large: [Code.ResourceExhausted, 413, false],
    media_type_unsupported: [Code.InvalidArgument, 415, false],
    encoding_unsupported: [Code.InvalidArgument, 415, false],
    timeout_invalid: [Code.InvalidArgument, 400, false],
    deadline_exceeded: [Code.DeadlineExceeded, 504, false],
  };
  t.same(new Set(reasons), new Set(Object.keys(expected)), "renaming a reason breaks callers");
  for (const reason of reasons) {
    const error = requestError(reason, "Because.");
    t.same([error.code, statusOfReason(reason), isRouting(reason)], expected[reason]);
    t.equal(reasonOf(error), reason);
    t.match(error.findDetails(ErrorInfoSchema), [{ reason, domain: "transcode" }]);
    t.same(error.findDetails(BadRequestSchema), []);
  }
  t.end();
});

t.test("a field becomes a violation, and headers go with the error", (t) => {
  const error = requestError("parameter_invalid", "It is wrong.", "a[0].b", { allow: "GET" });
  t.match(error.findDetails(BadRequestSchema), [
    { fieldViolations: [{ field: "a[0].b", description: "It is wrong." }] },
  ]);
  t.equal(error.metadata.get("allow"), "GET");
  t.end();
});
