import type { Field } from "../../cardstream/fields.js";
import { recordSandboxCallback } from "../tables/sandbox-transactions.js";
import { inTransaction } from "../../db/transaction.js";
import { postCallback } from "./post-callback.js";
import type { SandboxContext } from "../protocol/context.js";
import { faultMs, type PlannedFaults } from "./planned-faults.js";

/** A signed result to send from server to server. */
export interface CallbackDelivery {
  readonly fields: readonly Field[];
  /** "" if none was requested. */
  readonly callbackURL: string;
  /** Undefined if no transaction was recorded. */
  readonly transactionID: string | undefined;
  readonly faults: PlannedFaults;
}

/**
 * Posts a result to its callback, unless a planned fault changes that; returns once it is done or delayed.
 */
export async function sendCallback(parts: SandboxContext, delivery: CallbackDelivery): Promise<void> {
  const { callbackURL, faults } = delivery;
  if (callbackURL === "" || faults.has("callback_dropped")) return;
  const pause = pauseBeforeCallback(faults);
  if (pause === undefined) await callBack(parts, delivery);
  else parts.later.start(pause, () => callBack(parts, delivery));
}

/** Undefined if the callback is sent before the page. */
function pauseBeforeCallback(faults: PlannedFaults): number | undefined {
  if (faults.has("callback_delayed")) return faultMs(faults, "callback_delayed");
  return faults.has("callback_after_redirect") ? faultMs(faults, "callback_after_redirect") : undefined;
}

async function callBack(
  { db, clock, log }: SandboxContext,
  { callbackURL, transactionID, fields, faults }: CallbackDelivery,
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
    // The payment is made and reported; a missing record of the callback must not keep the shopper from going
    // back.
    log.error({ transactionID, err: error }, "sandbox: a callback's answer was not recorded");
  }
}
