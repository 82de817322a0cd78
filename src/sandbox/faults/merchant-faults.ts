import { type Field, fieldText } from "../../cardstream/fields.js";
import { findSandboxFaults, writeSandboxFaults } from "../tables/sandbox-faults.js";
import { inTransaction } from "../../db/transaction.js";
import { UNKNOWN_FAULT } from "../protocol/faults.js";
import type { SandboxContext } from "../protocol/context.js";
import { faultsText, NO_FAULTS, type PlannedFaults, readPlannedFaults } from "../payments/planned-faults.js";
import type { Reply } from "../protocol/reply.js";
import { answerOrder } from "../payments/sandbox-order.js";

/** The faults planned for this merchant, which a request may override. */
export async function faultsOf({ db }: SandboxContext, merchantID: string): Promise<PlannedFaults> {
  return readPlannedFaults(await findSandboxFaults(db.manager, merchantID)) ?? NO_FAULTS;
}

/**
 * `POST <base>/faults`: returns the merchant's planned faults, for a signed form with `action=QUERY_FAULTS`.
 */
export function storeFaults(parts: SandboxContext, body: Buffer): Promise<Reply> {
  return answerOrder(parts, body, "QUERY_FAULTS", async ({ merchantID }) => {
    const returned: Field[] = [["faults", faultsText(await faultsOf(parts, merchantID))]];
    return { returned };
  });
}

/**
 * `PUT <base>/faults`: a merchant's server plans faults for its later requests, by a signed form with
 * `action=FAULTS` and `faults` (see `readPlannedFaults`). The original has no such call.
 */
export function answerFaults(parts: SandboxContext, body: Buffer): Promise<Reply> {
  return answerOrder(parts, body, "FAULTS", async ({ fields, merchantID }) => {
    const faults = readPlannedFaults(fieldText(fields, "faults"));
    if (faults === undefined) return { fault: UNKNOWN_FAULT };
    await setFaults(parts, merchantID, faults);
    const returned: Field[] = [["faults", faultsText(faults)]];
    return { returned };
  });
}

async function setFaults(
  { db, clock }: SandboxContext,
  merchantID: string,
  faults: PlannedFaults,
): Promise<void> {
  const row = { gatewayMerchantId: merchantID, faults: faultsText(faults), changedAt: clock.now() };
  await inTransaction(db, "READ COMMITTED", (tx) => writeSandboxFaults(tx, row));
}
