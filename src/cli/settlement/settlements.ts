import type { Command } from "commander";

import { listUnresolvedSettlements } from "../../db/tables/due-settlements.js";
import type { PendingSettlementRow } from "../../db/tables/pending-settlements.js";
import { jsonOption } from "../options.js";
import { type Fields, isoTime, printList } from "../output.js";
import { withRegistry } from "../registry.js";

/** Rows listed: as many as a person reads. The oldest come first. */
const LISTED_MAX = 1000;

/** `settlements unresolved`. */
export function addSettlementCommands(settlements: Command, env: NodeJS.ProcessEnv): void {
  settlements
    .command("unresolved")
    .description(
      "list payments of which the gateway has said for two weeks neither that it pays them out nor that it does not, " +
        "or which it knows with another amount: look them up at the gateway",
    )
    .addOption(jsonOption())
    .action(async (options: { json: boolean }) => {
      await withRegistry(env, async ({ db }) => {
        printList((await listUnresolvedSettlements(db.manager, LISTED_MAX)).map(shown), options.json);
      });
    });
}

function shown(row: PendingSettlementRow): Fields {
  return {
    payment_intent: row.paymentIntentId,
    merchant: row.merchantId,
    mode: row.livemode ? "live" : "test",
    why: row.doubt,
    paid: isoTime(row.paidAt),
    asked: String(row.asked),
    unresolved_since: row.unresolvedSince === null ? null : isoTime(row.unresolvedSince),
  };
}
