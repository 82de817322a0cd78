import { Code } from "@connectrpc/connect";
import t from "tap";
import { httpStatusOf } from "../../../src/transcode/errors/http-status.js";

t.test("every code has the status of google/rpc/code.proto", (t) => {
  const statuses = [499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];
  statuses.forEach((status, index) => t.equal(httpStatusOf(index + 1), status, String(Code[index + 1])));
  t.equal(httpStatusOf(17 as Code), 500);
  t.equal(httpStatusOf(0 as Code), 500);
  t.end();
});
