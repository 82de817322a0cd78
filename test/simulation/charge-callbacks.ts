import { fieldText, parseFields } from "../../src/cardstream/fields.js";
import type { History } from "./history.js";
import type { ReplicaFleet } from "./replica-fleet.js";
import { webCall } from "./web-call.js";

/** The way of the callbacks about direct charges: those about odd amounts get lost. Nobody sends them again. */
export function chargeCallbacks(history: History, fleet: ReplicaFleet): (body: Buffer) => Promise<number> {
  return async (body) => {
    const fields = parseFields(body);
    if (Number(fieldText(fields, "amount")) % 2 === 1) {
      history.count("callback of a charge lost");
      return NOT_DELIVERED;
    }
    const { status, text } = await webCall(`${fleet.urlOf(1)}/callbacks/cardstream`, body.toString("utf8"));
    const transaction = fieldText(fields, "transactionID");
    const session = fieldText(fields, "orderRef");
    if (status === 500) history.blameFor500(session, "a callback", text);
    history.note(session, `callback of transaction ${transaction}: answered ${status}`);
    const at = fleet.now() + history.testClocksAhead;
    history.deliveries.push({ session, transaction, via: "callback", at, status });
    return status === 0 ? NOT_DELIVERED : status;
  };
}

const NOT_DELIVERED = 504;
