import { type EventRow, findEvent } from "../../db/tables/events.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";

/** Reads an event. Throws a Refusal if it is absent, another merchant's, or no longer kept. */
export async function getEvent(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  id: string,
): Promise<EventRow> {
  const event = await findEvent(db.manager, id);
  if (event?.merchantId === scope.merchantId && event.livemode === scope.livemode) return event;
  throw new Refusal("EVENT_NOT_FOUND", `No such event: ${id}. Events are kept for 30 days.`, "id");
}
