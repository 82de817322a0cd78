import { ACTION, STATE } from "../../domain/gateway-codes.js";
import { TOTAL_MAX } from "../../domain/money.js";
import { type Field, fieldText } from "../../cardstream/fields.js";
import { moveSandboxTransactions, type SandboxMove } from "../tables/sandbox-settlement.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { faultsOf } from "../faults/merchant-faults.js";
import { type AmountBand, REJECTED_AT_SETTLEMENT } from "../payments/expected-outcome.js";
import type { PlannedFaults } from "../payments/planned-faults.js";
import type { SandboxContext } from "../protocol/context.js";
import type { Reply } from "../protocol/reply.js";
import { answerOrder } from "../payments/sandbox-order.js";

/**
 * `POST <base>/settle`: settles captured transactions, all of a merchant's or that of one `xref`. The
 * original has no such call: it settles each night. It rejects some sales where the merchant has amounts decide; all,
 * or none of those that are named one by one, where the merchant has planned that.
 *
 * A signed form with `action=SETTLE`. With `state=tendered` it stops half-way, when a sale can be neither
 * cancelled any more nor refunded yet. The response's `settled` counts the transactions that reached their
 * last state, or `tendered`.
 */
export function settle(parts: SandboxContext, body: Buffer): Promise<Reply> {
  return answerOrder(parts, body, "SETTLE", async ({ fields, merchantID }) => {
    const xref = fieldText(fields, "xref");
    const which = { gatewayMerchantId: merchantID, xref, changedAt: parts.clock.now() };
    const half = fieldText(fields, "state") === STATE.TENDERED;
    const faults = await faultsOf(parts, merchantID);
    const rejected = rejectedBy(faults);
    const waits = faults.has("settlement_delayed") && xref !== "";
    const settled = waits
      ? 0
      : await inTransaction(parts.db, "READ COMMITTED", (tx) =>
          half ? tender(tx, which) : finish(tx, which, rejected),
        );
    parts.log.info({ settled }, "sandbox: transactions were settled");
    const returned: Field[] = [["settled", String(settled)]];
    return { returned };
  });
}

function rejectedBy(faults: PlannedFaults): readonly AmountBand[] {
  if (faults.has("settlement_rejected")) return [{ from: 0, to: TOTAL_MAX }];
  return faults.has("amount_bands") ? REJECTED_AT_SETTLEMENT : [];
}

type Which = Omit<SandboxMove, "from" | "to">;

async function tender(tx: Tx, which: Which): Promise<number> {
  return await moveSandboxTransactions(tx, { ...which, from: STATE.CAPTURED, to: STATE.TENDERED });
}

/** Sales of the amounts in `rejected` are rejected; refunds are always accepted. */
async function finish(tx: Tx, which: Which, rejected: readonly AmountBand[]): Promise<number> {
  await tender(tx, which);
  const tendered = { ...which, from: STATE.TENDERED };
  const toRejected = { ...tendered, to: STATE.REJECTED, action: ACTION.SALE };
  let settled = 0;
  for (const amounts of rejected) {
    settled += await moveSandboxTransactions(tx, { ...toRejected, amounts });
  }
  return settled + (await moveSandboxTransactions(tx, { ...tendered, to: STATE.ACCEPTED }));
}
