import { type Command, Option } from "commander";

import { resolveHeldPayment } from "../checkout/held/resolve-held-payment.js";
import { factsOf } from "../checkout/held/get-held-payment.js";
import { findHeldPayment, type HeldPaymentRow, listHeldPaymentsOfAll } from "../db/tables/held-payments.js";
import {
  possibleResolutions,
  REASONS_IN_WORDS,
  receivedOf,
  type Resolution,
} from "../domain/held-payment.js";
import { currencyByCode, displayAmount } from "../domain/money.js";
import { jsonOption } from "./options.js";
import { type Fields, isoTime, print, printList } from "./output.js";
import { withCheckout, withRegistry } from "./registry.js";

interface ResolveOptions {
  readonly resolution: Resolution;
  readonly note?: string;
  readonly json: boolean;
}

/** Rows listed: more than a person reads at a time. The oldest come first, to be resolved first. */
const LISTED_MAX = 1000;

/** `held list|resolve`. */
export function addHeldCommands(held: Command, env: NodeJS.ProcessEnv): void {
  held
    .command("list")
    .description(
      `list the unresolved held payments of all merchants, the oldest first (at most ${LISTED_MAX})`,
    )
    .option("--all", "include the resolved ones", false)
    .addOption(jsonOption())
    .action(async (options: { all: boolean; json: boolean }) => {
      await withRegistry(env, async ({ db }) => {
        const resolved = options.all ? undefined : false;
        const rows = await listHeldPaymentsOfAll(db.manager, resolved, LISTED_MAX);
        printList(rows.map(listed), options.json);
      });
    });
  held
    .command("resolve")
    .description("accept a held payment, return its money through the gateway, or dismiss it; each is final")
    .argument("<id>", "the held payment, gr_..., as held list shows it")
    .addOption(
      new Option("--resolution <what>", "what to do about it")
        .choices(["accept", "return", "dismiss"])
        .makeOptionMandatory(),
    )
    .option("--note <text>", "why; required for dismiss")
    .addOption(jsonOption())
    .action(async (id: string, options: ResolveOptions) => await resolve(env, id, options));
}

async function resolve(env: NodeJS.ProcessEnv, id: string, options: ResolveOptions): Promise<void> {
  await withCheckout(env, async (checkout) => {
    const found = await findHeldPayment(checkout.db.manager, id);
    if (found === undefined) throw new Error(`No such held payment: ${id}.`);
    const decision = { resolution: options.resolution, note: options.note ?? null };
    const { held } = await resolveHeldPayment(checkout, found, id, decision, undefined);
    print(listed(held), options.json);
  });
}

function listed(held: HeldPaymentRow): Fields {
  const { merchantId, livemode, sessionId, heldReason, resolution, note, resolvedAt } = held;
  return {
    id: held.id,
    merchant: merchantId,
    mode: livemode ? "live" : "test",
    session: sessionId,
    refund: held.reversalId,
    received: moneyOf(held),
    reason: heldReason,
    description: REASONS_IN_WORDS[heldReason],
    possible: resolution === null ? possibleResolutions(factsOf(held)).join(", ") : null,
    created: isoTime(held.receivedAt),
    resolution,
    note,
    resolved: resolvedAt === null ? null : isoTime(resolvedAt),
  };
}

function moneyOf(held: HeldPaymentRow): string | null {
  const received = held.amountReceived === null ? undefined : receivedOf(factsOf(held));
  const currency = received && currencyByCode(received.currency);
  return currency === undefined || received === undefined ? null : displayAmount(received.amount, currency);
}
