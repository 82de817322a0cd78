import { Code } from "@connectrpc/connect";
import t from "tap";

import { RetryInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { Refusal, type RefusalReason } from "../../../src/domain/refusal.js";
import { createLog } from "../../../src/lib/log.js";
import { REFUSALS } from "../../../src/rpc/errors/refusal-table.js";
import { errorForCaller } from "../../../src/rpc/interceptors/error-interceptor.js";

const silent = createLog("silent");

function secondsToWait(thrown: unknown): number | undefined {
  const [retry] = errorForCaller(silent, thrown, "req_1", "GetThing").findDetails(RetryInfoSchema);
  return retry && Number(retry.retryDelay?.seconds);
}

t.test("a call that may be repeated says when, and no other does", async (t) => {
  const repeated = Object.entries(REFUSALS).filter(([reason]) => {
    return secondsToWait(new Refusal(reason as RefusalReason, "No.")) !== undefined;
  });
  const meant = Object.entries(REFUSALS).filter(([, { grpc }]) =>
    [Code.Unavailable, Code.Aborted].includes(grpc),
  );
  t.same(Object.keys(Object.fromEntries(repeated)), Object.keys(Object.fromEntries(meant)));
  t.equal(secondsToWait(new Error("a bug")), undefined);
});

t.test(
  "a database fails over in seconds, a conflict is over at once, and a person takes longer",
  async (t) => {
    t.equal(secondsToWait(new Refusal("DATABASE_AWAY", "No.")), 5);
    t.equal(secondsToWait(new Refusal("CONFLICT", "No.")), 1);
    t.equal(secondsToWait(new Refusal("LIVE_PAYMENTS_OFF", "No.")), 60);
  },
);
