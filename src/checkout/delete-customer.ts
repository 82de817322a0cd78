import { lockCustomer, updateCustomerRow } from "../db/customers.js";
import type { Run, Tx } from "../db/transaction.js";
import { tombstone } from "../domain/customer.js";
import type { Owner } from "../domain/owner.js";
import type { Clock } from "../lib/clock.js";
import type { Checkout } from "./checkout.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";
import { doneBefore, type Done, type IdempotentCall, once } from "./once.js";
import { clockOf } from "./test-clock.js";

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
  const clock = await clockOf(checkout, owner);
  return await once(checkout, owner, call, id, (tx, run) => bury(clock, tx, run, owner, id));
}

async function bury(clock: Clock, tx: Tx, { again }: Run, owner: Owner, id: string): Promise<void> {
  const customer = await lockCustomer(tx, owner, id);
  // A connection lost at COMMIT usually had committed: then what was asked for is done.
  if (again && customer.deletedAt !== null) return;
  refuseIfDeleted(customer);
  await updateCustomerRow(tx, tombstone(customer, clock.now()));
}
