import { lockCustomer, updateCustomerRow } from "../../db/tables/customers.js";
import type { Tx } from "../../db/transaction.js";
import { tombstone } from "../../domain/customer.js";
import type { Owner } from "../../domain/merchant-scope.js";
import type { Clock } from "../../lib/clock.js";
import type { Checkout } from "../context.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";
import { callWithoutKey, doneBefore, type Done, type IdempotentCall, once } from "../idempotency.js";
import { ownersParts } from "../test-clock.js";

/** Deletes a customer for good and forgets what was known of it; its id stays taken. */
export async function deleteCustomer(
  checkout: Checkout,
  owner: Owner,
  id: string,
  call: IdempotentCall | undefined,
): Promise<Done> {
  const before = await doneBefore(checkout, owner, call);
  if (before !== undefined) return before;
  refuseIfDeleted(await getCustomer(checkout, owner, id));
  const parts = await ownersParts(checkout, owner);
  return await once(parts, owner, call ?? callWithoutKey(checkout), id, (tx, _run, clock) =>
    bury(clock, tx, owner, id),
  );
}

async function bury(clock: Clock, tx: Tx, owner: Owner, id: string): Promise<void> {
  const customer = await lockCustomer(tx, owner, id);
  refuseIfDeleted(customer);
  await updateCustomerRow(tx, tombstone(customer, clock.now()));
}
