import { type Command, Option } from "commander";

import { resolveRefund } from "../checkout/refunds/resolve-refund.js";
import { listRefundsInDoubt, findRefund, type RefundRow } from "../db/tables/refunds.js";
import { currencyByCode, displayAmount } from "../domain/money.js";
import { jsonOption } from "./options.js";
import { type Fields, isoTime, print, printList } from "./output.js";
import { withCheckout, withRegistry } from "./registry.js";

interface ResolveOptions {
  readonly as: "succeeded" | "failed";
  readonly json: boolean;
}

/** Rows listed: as many as a person reads. The oldest come first, until they are resolved. */
const LISTED_MAX = 1000;

/** `refunds in-doubt|resolve`. */
export function addRefundCommands(refunds: Command, env: NodeJS.ProcessEnv): void {
  refunds
    .command("in-doubt")
    .description("list refunds that were sent to the gateway and whose outcome is unknown, the oldest first")
    .addOption(jsonOption())
    .action(async (options: { json: boolean }) => {
      await withRegistry(env, async ({ db }) => {
        printList((await listRefundsInDoubt(db.manager, LISTED_MAX)).map(listed), options.json);
      });
    });
  refunds
    .command("resolve")
    .description("end a refund in doubt as the gateway shows it; final, and nothing is sent")
    .argument("<id>", "the refund, re_..., as refunds in-doubt shows it")
    .addOption(
      new Option("--as <end>", "succeeded: the money is back; failed: it is not, and may be refunded anew")
        .choices(["succeeded", "failed"])
        .makeOptionMandatory(),
    )
    .addOption(jsonOption())
    .action(async (id: string, options: ResolveOptions) => await resolve(env, id, options));
}

async function resolve(env: NodeJS.ProcessEnv, id: string, options: ResolveOptions): Promise<void> {
  await withCheckout(env, async (checkout) => {
    await resolveRefund(checkout, id, options.as === "succeeded");
    const refund = await findRefund(checkout.db.manager, id);
    if (refund !== undefined) print(listed(refund), options.json);
  });
}

function listed(refund: RefundRow): Fields {
  const currency = currencyByCode(refund.currency);
  return {
    id: refund.id,
    payment: refund.paymentIntentId,
    merchant: refund.merchantId,
    mode: refund.livemode ? "live" : "test",
    amount: currency === undefined ? null : displayAmount(refund.amount, currency),
    status: refund.status,
    failure: refund.failure,
    told: refund.gatewayAction,
    told_at: refund.requestedAt === null ? null : isoTime(refund.requestedAt),
  };
}
