import { type Command, Option } from "commander";

import {
  resolveSettlement,
  SETTLEMENT_RESOLUTIONS,
  type SettlementResolution,
} from "../../checkout/settlement/resolve-settlement.js";
import { listUnresolvedSettlements } from "../../db/tables/due-settlements.js";
import type { PendingSettlementRow } from "../../db/tables/pending-settlements.js";
import { jsonOption } from "../options.js";
import { type Fields, isoTime, print, printList } from "../output.js";
import { withCheckout, withRegistry } from "../registry.js";

/** Rows listed: as many as a person reads. The oldest come first. */
const LISTED_MAX = 1000;

/** `settlements unresolved|resolve`. */
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
  settlements
    .command("resolve")
    .description("end an unresolved settlement as the gateway shows it; final, and nothing is sent")
    .argument("<payment intent>", "the payment, pi_..., as settlements unresolved shows it")
    .addOption(
      new Option(
        "--as <end>",
        "accepted: the gateway has paid it out; rejected: it has not, and nothing was received; canceled: all of it was " +
          "given back before",
      )
        .choices(SETTLEMENT_RESOLUTIONS)
        .makeOptionMandatory(),
    )
    .requiredOption("--note <text>", "why, for the log")
    .addOption(jsonOption())
    .action(async (id: string, { as, note, json }: ResolveOptions) => {
      await withCheckout(env, async (checkout) => {
        await resolveSettlement(checkout, id, as, note);
        print({ payment_intent: id, settlement: as, note }, json);
      });
    });
}

interface ResolveOptions {
  readonly as: SettlementResolution;
  readonly note: string;
  readonly json: boolean;
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
