import { type Field, fieldText } from "../cardstream/fields.js";
import { signed } from "../cardstream/signature.js";
import { findSandboxPage, insertSandboxPage, type SandboxPageRow } from "../db/sandbox-pages.js";
import { inTransaction } from "../db/transaction.js";
import { newId } from "../lib/ids.js";
import { deliver } from "./deliver.js";
import { keptFields } from "./echoed-fields.js";
import { type Fault, MALFORMED_REQUEST } from "./faults.js";
import { readHostedRequest, requestFault } from "./hosted-request.js";
import { isPostable } from "./order-checks.js";
import { faultsOf } from "./merchant-faults.js";
import { cardPage } from "./pages/card-page.js";
import { faultPage } from "./pages/fault-page.js";
import type { Page } from "./pages/layout.js";
import { pageUrl, type SandboxAccount, type SandboxParts } from "./parts.js";
import { newRequestId } from "./references.js";
import { faultFields } from "./result-fields.js";
import { readSigned } from "./signed-request.js";

/**
 * Takes a merchant's payment form from the shopper's browser and answers the card page.
 *
 * Nothing is kept of a form that is not signed, in full, by a test-mode account. A signed one with a fault in it goes
 * back to the merchant as a signed result, where it says where to.
 */
export async function openPage(parts: SandboxParts, body: Buffer): Promise<Page> {
  const read = await readSigned(parts, body);
  if ("fault" in read) return faultPage(read.fault);
  const { account, fields } = read.request;
  const kept = keptFields(fields);
  const fault = requestFault(kept);
  if (fault !== undefined) return answerFault(parts, account, kept, fault);
  return cardPage({
    request: readHostedRequest(kept),
    merchantName: account.merchantName,
    action: pageUrl(parts, await storePage(parts, kept)),
    errors: {},
    choices: { outcome: "", fault: "" },
  });
}

async function answerFault(
  parts: SandboxParts,
  account: SandboxAccount,
  kept: readonly Field[],
  fault: Fault,
): Promise<Page> {
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

async function storePage({ db, clock }: SandboxParts, kept: readonly Field[]): Promise<string> {
  const now = clock.now();
  const row: SandboxPageRow = {
    id: newId("hpp", now),
    gatewayMerchantId: fieldText(kept, "merchantID"),
    fields: kept,
    createdAt: now,
  };
  await inTransaction(db, "READ COMMITTED", async (tx, { again }) => {
    const stored = again ? await findSandboxPage(tx, row.id) : undefined;
    if (stored === undefined) await insertSandboxPage(tx, row);
  });
  return row.id;
}
