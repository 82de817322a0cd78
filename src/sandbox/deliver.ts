import type { Field } from "../cardstream/fields.js";
import { signed } from "../cardstream/signature.js";
import { recordSandboxCallback } from "../db/sandbox-transactions.js";
import { inTransaction } from "../db/transaction.js";
import { postCallback } from "./callback.js";
import type { Page } from "./pages/layout.js";
import { returnPage } from "./pages/return-page.js";
import type { SandboxAccount, SandboxParts } from "./parts.js";

/** A result and where it goes. */
interface Delivery {
  /** Not signed yet. */
  readonly result: readonly Field[];
  readonly redirectURL: string;
  /** "" where none was asked for. */
  readonly callbackURL: string;
  /** What became of it, for the shopper. */
  readonly label: string;
  /** Undefined where the request never became a transaction. */
  readonly transactionID: string | undefined;
}

/** Signs the result and sends it twice: first from server to server, then with the page that is answered here. */
export async function deliver(
  parts: SandboxParts,
  account: SandboxAccount,
  delivery: Delivery,
): Promise<Page> {
  const fields = signed(delivery.result, account.secret);
  if (delivery.callbackURL !== "") await callBack(parts, delivery, fields);
  const { label, redirectURL } = delivery;
  return returnPage({ merchantName: account.merchantName, label, redirectURL, fields });
}

async function callBack(
  { db, clock, log }: SandboxParts,
  { callbackURL, transactionID }: Delivery,
  fields: readonly Field[],
): Promise<void> {
  const callbackAnswer = await postCallback(callbackURL, fields);
  log.info({ transactionID, callbackAnswer }, "sandbox: a callback was sent");
  if (transactionID === undefined) return;
  const callback = { callbackAnswer, callbackAt: clock.now() };
  try {
    await inTransaction(db, "READ COMMITTED", (tx) => recordSandboxCallback(tx, transactionID, callback));
  } catch (error) {
    // The payment is made and told; a missing note about the callback must not keep the shopper from going back.
    log.error({ transactionID, err: error }, "sandbox: a callback's answer was not recorded");
  }
}
