import type { Field } from "../cardstream/fields.js";
import { recordSandboxCallback } from "../db/sandbox-transactions.js";
import { inTransaction } from "../db/transaction.js";
import { postCallback } from "./callback.js";
import type { Page } from "./pages/layout.js";
import { lostPage } from "./pages/lost-page.js";
import { returnPage } from "./pages/return-page.js";
import type { SandboxParts } from "./parts.js";
import { faultMs, type PlannedFaults } from "./planned-faults.js";

/** A result and where it goes. */
export interface Delivery {
  /** Signed. */
  readonly fields: readonly Field[];
  readonly redirectURL: string;
  /** "" where none was asked for. */
  readonly callbackURL: string;
  readonly merchantName: string;
  /** What became of it, for the shopper. */
  readonly label: string;
  /** Undefined where nothing stands in the books. */
  readonly transactionID: string | undefined;
  readonly faults: PlannedFaults;
}

/** Sends a result twice: first from server to server, then with the page that is answered here. Unless a fault says otherwise. */
export async function deliver(parts: SandboxParts, delivery: Delivery): Promise<Page> {
  const { callbackURL, faults } = delivery;
  if (callbackURL !== "" && !faults.has("callback_dropped")) {
    const pause = pauseBeforeCallback(faults);
    if (pause === undefined) await callBack(parts, delivery);
    else parts.later.start(pause, () => callBack(parts, delivery));
  }
  return faults.has("redirect_lost") ? lostPage(delivery) : returnPage(delivery);
}

/** Undefined where the callback goes before the page. */
function pauseBeforeCallback(faults: PlannedFaults): number | undefined {
  if (faults.has("callback_delayed")) return faultMs(faults, "callback_delayed");
  return faults.has("callback_after_redirect") ? faultMs(faults, "callback_after_redirect") : undefined;
}

async function callBack(
  { db, clock, log }: SandboxParts,
  { callbackURL, transactionID, fields, faults }: Delivery,
): Promise<void> {
  const times = faults.has("callback_doubled") ? 2 : 1;
  const answers = await Promise.all(Array.from({ length: times }, () => postCallback(callbackURL, fields)));
  const callbackAnswer = answers.join(", ");
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
