import { createHmac } from "node:crypto";

import { type Field, fieldText } from "../../cardstream/fields.js";
import { signed, signingText } from "../../cardstream/signed-message.js";
import { findSandboxPage, insertSandboxPage, type SandboxPageRow } from "../tables/sandbox-pages.js";
import { isDuplicateKey } from "../../db/engine/database-errors.js";
import { inTransaction } from "../../db/transaction.js";
import { deliver } from "./deliver-result.js";
import { keptFields } from "../payments/echoed-fields.js";
import { type Fault, MALFORMED_REQUEST } from "../protocol/faults.js";
import { askedOnPage, expectedOutcome } from "../payments/expected-outcome.js";
import { readHostedRequest, requestFault } from "../payments/hosted-request.js";
import { isPostable, withMinorUnits } from "../payments/order-checks.js";
import { faultsOf } from "../faults/merchant-faults.js";
import { cardPage } from "../pages/card-page.js";
import { faultPage } from "../pages/fault-page.js";
import type { SandboxPage } from "../pages/layout.js";
import { pageUrl, type SandboxAccount, type SandboxContext } from "../protocol/context.js";
import { newRequestId } from "../payments/references.js";
import { faultFields } from "../payments/result-fields.js";
import { isResult, readSigned } from "../protocol/signed-request.js";

/**
 * Takes a merchant's payment form from the shopper's browser and returns the card page.
 *
 * A form that no test-mode account has signed leaves no trace. A signed form with a fault returns to
 * the merchant as a signed result, if it names an address for that.
 */
export async function openPage(parts: SandboxContext, body: Buffer): Promise<SandboxPage> {
  const read = await readSigned(parts, body, true);
  if ("fault" in read) return faultPage(read.fault);
  const { account, fields } = read.request;
  if (isResult(fields)) return faultPage(MALFORMED_REQUEST);
  const kept = withMinorUnits(keptFields(fields));
  const fault = requestFault(kept);
  if (fault !== undefined) return answerFault(parts, account, kept, fault);
  const request = readHostedRequest(kept);
  return cardPage({
    request,
    expected: expectedOutcome(askedOnPage(request, await faultsOf(parts, request.merchantID))),
    merchantName: account.merchantName,
    action: pageUrl(parts, await storePage(parts, account, kept)),
    errors: {},
    choices: { outcome: "", fault: "" },
  });
}

async function answerFault(
  parts: SandboxContext,
  account: SandboxAccount,
  kept: readonly Field[],
  fault: Fault,
): Promise<SandboxPage> {
  const { responseCode } = fault;
  parts.log.warn({ responseCode }, "sandbox: a signed payment form has a fault");
  const redirectURL = fieldText(kept, "redirectURL");
  if (!isPostable(redirectURL) || fault === MALFORMED_REQUEST) return faultPage(fault);
  const callbackURL = fieldText(kept, "callbackURL");
  const result = faultFields(fault, kept, parts.clock.now(), newRequestId());
  return deliver(parts, {
    fields: signed(result, account.secret),
    redirectURL,
    callbackURL: isPostable(callbackURL) ? callbackURL : "",
    label: "This payment cannot be made",
    transactionID: undefined,
    merchantName: account.merchantName,
    faults: await faultsOf(parts, fieldText(kept, "merchantID")),
  });
}

/** Stores the page of a form, once: posting an equal form again leads to that page. Returns its id. */
async function storePage(
  { db, clock }: SandboxContext,
  { secret }: SandboxAccount,
  kept: readonly Field[],
): Promise<string> {
  const row: SandboxPageRow = {
    id: pageId(kept, secret),
    gatewayMerchantId: fieldText(kept, "merchantID"),
    fields: kept,
    createdAt: clock.now(),
  };
  if ((await findSandboxPage(db.manager, row.id)) !== undefined) return row.id;
  try {
    await inTransaction(db, "READ COMMITTED", (tx) => insertSandboxPage(tx, row));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error; // A duplicate: another request with an equal form was faster.
  }
  return row.id;
}

/** Keyed: knowing an order's fields without having its form is not enough to guess the page's address. */
function pageId(kept: readonly Field[], secret: string): string {
  return `hpp_${createHmac("sha256", secret).update(signingText(kept)).digest("hex").slice(0, 40)}`;
}
