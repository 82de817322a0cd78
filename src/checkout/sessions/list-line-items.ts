import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutSession, LineItem } from "../../domain/session.js";
import type { CheckoutContext } from "../context.js";
import { getSession } from "./get-session.js";
import type { Page, PageRequest } from "../page.js";

/** A line item with its id in lists. */
export interface ListedLineItem extends LineItem {
  readonly id: string;
  readonly currency: string;
}

/** Lists the line items of a session in the order given by the merchant. */
export async function listLineItems(
  checkout: CheckoutContext,
  scope: MerchantScope,
  sessionId: string,
  page: PageRequest,
): Promise<Page<ListedLineItem>> {
  return pageOfItems(await getSession(checkout, scope, sessionId), page);
}

/** One page of the line items of a session that is read already. */
export function pageOfItems(
  session: CheckoutSession,
  { limit, startingAfter, endingBefore }: PageRequest,
): Page<ListedLineItem> {
  const items = listed(session);
  if (endingBefore === undefined) {
    const from = startingAfter === undefined ? 0 : slotOf(items, startingAfter, "starting_after") + 1;
    return { data: items.slice(from, from + limit), hasMore: from + limit < items.length };
  }
  const to = slotOf(items, endingBefore, "ending_before");
  return { data: items.slice(Math.max(0, to - limit), to), hasMore: to > limit };
}

/**
 * An item's id is made of the session's id and its position: items never change, so it is as stable as a
 * stored one.
 */
function listed({ id, currency, lineItems }: CheckoutSession): ListedLineItem[] {
  return lineItems.map((item, index) => ({
    ...item,
    id: `li_${id.slice("cs_".length)}_${index + 1}`,
    currency,
  }));
}

function slotOf(items: readonly ListedLineItem[], id: string, param: string): number {
  const place = items.findIndex((item) => item.id === id);
  if (place === -1) throw new Refusal("CURSOR_NOT_FOUND", `No such line item: ${id}.`, param);
  return place;
}
