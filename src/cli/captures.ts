import type { Command } from "commander";

import { listCapturesInDoubt } from "../db/tables/due-captures.js";
import type { PendingCaptureRow } from "../db/tables/pending-captures.js";
import { jsonOption } from "./options.js";
import { type Fields, isoTime, printList } from "./output.js";
import { withRegistry } from "./registry.js";

/** Rows listed: as many as a person reads. The oldest come first. */
const LISTED_MAX = 1000;

/** `captures in-doubt`. */
export function addCaptureCommands(captures: Command, env: NodeJS.ProcessEnv): void {
  captures
    .command("in-doubt")
    .description(
      "list captures and cancellations of authorized payments whose outcome the gateway has not told, or whose outcome " +
        "cannot be: look them up at the gateway",
    )
    .addOption(jsonOption())
    .action(async (options: { json: boolean }) => {
      await withRegistry(env, async ({ db }) => {
        printList((await listCapturesInDoubt(db.manager, LISTED_MAX)).map(shown), options.json);
      });
    });
}

function shown(row: PendingCaptureRow): Fields {
  return {
    payment_intent: row.paymentIntentId,
    merchant: row.merchantId,
    mode: row.livemode ? "live" : "test",
    request: row.request,
    amount: row.amount === null ? null : String(row.amount),
    sent: row.requestedAt === null ? null : isoTime(row.requestedAt),
    asked: String(row.attempts),
    authorization_lapses: isoTime(row.captureBefore),
  };
}
