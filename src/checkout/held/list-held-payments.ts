import {
  findHeldPayment,
  type HeldPaymentRow,
  listHeldPayments as listRows,
} from "../../db/tables/held-payments.js";
import type { Owner } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { Checkout } from "../context.js";
import { type Page, pageOfRows, type PageRequest, rowsToRead } from "../page.js";

/** Lists an owner's held payments, the newest first: all, or only those that are resolved or not. */
export async function listHeldPayments(
  checkout: Checkout,
  owner: Owner,
  resolved: boolean | undefined,
  page: PageRequest,
): Promise<Page<HeldPaymentRow>> {
  await requireCursor(checkout, owner, page.startingAfter, "starting_after");
  await requireCursor(checkout, owner, page.endingBefore, "ending_before");
  return pageOfRows(await listRows(checkout.db.manager, owner, resolved, rowsToRead(page)), page);
}

async function requireCursor(
  checkout: Checkout,
  owner: Owner,
  id: string | undefined,
  param: string,
): Promise<void> {
  if (id === undefined) return;
  const held = await findHeldPayment(checkout.db.manager, id);
  if (held?.merchantId === owner.merchantId && held.livemode === owner.livemode) return;
  throw new Refusal("CURSOR_NOT_FOUND", `No such held payment: ${id}.`, param);
}
