import { listCheckoutSessions, type SessionFilter } from "../db/checkout-session-list.js";
import { findCheckoutSession } from "../db/checkout-sessions.js";
import type { Owner } from "../domain/owner.js";
import { Refusal } from "../domain/refusal.js";
import { asOf, type CheckoutSession } from "../domain/session.js";
import type { Checkout } from "./checkout.js";
import { clockOf } from "./test-clock.js";

/** Where a caller wants a page of a list to begin: behind one object, or before another, or at the top. */
export interface PageRequest {
  readonly limit: number;
  readonly startingAfter: string | undefined;
  readonly endingBefore: string | undefined;
}

/** One page of a list, and whether there is more behind it. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly hasMore: boolean;
}

/** Lists an owner's sessions as they stand now, the newest first. */
export async function listSessions(
  checkout: Checkout,
  owner: Owner,
  filter: SessionFilter,
  { limit, startingAfter, endingBefore }: PageRequest,
): Promise<Page<CheckoutSession>> {
  await requireCursor(checkout, owner, startingAfter, "starting_after");
  await requireCursor(checkout, owner, endingBefore, "ending_before");
  const now = (await clockOf(checkout, owner)).now();
  // One more than asked for tells whether there is more.
  const page = { olderThan: startingAfter, newerThan: endingBefore, limit: limit + 1 };
  const rows = await listCheckoutSessions(checkout.db.manager, owner, filter, page, now);
  const data = rows.slice(0, limit).map((row) => asOf(row, now));
  return { data: endingBefore === undefined ? data : data.toReversed(), hasMore: rows.length > limit };
}

async function requireCursor(
  checkout: Checkout,
  owner: Owner,
  id: string | undefined,
  param: string,
): Promise<void> {
  if (id === undefined) return;
  const session = await findCheckoutSession(checkout.db.manager, id);
  if (session?.merchantId === owner.merchantId && session.livemode === owner.livemode) return;
  throw new Refusal("CURSOR_NOT_FOUND", `No such checkout session: ${id}.`, param);
}
