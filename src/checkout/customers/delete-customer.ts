import { lockCustomer, updateCustomerRow } from "../../db/tables/customers.js";
import type { Tx } from "../../db/transaction.js";
import { tombstone } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";
import {
  callWithoutKey,
  findPrevious,
  type PreviousCall,
  type IdempotentCall,
  runIdempotent,
} from "../idempotency.js";
import { merchantParts } from "../test-clock.js";

/** Deletes a customer for good and erases its details; its id stays taken. */
export async function deleteCustomer(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  call: IdempotentCall | undefined,
): Promise<PreviousCall> {
  const before = await findPrevious(checkout, scope, call);
  if (before !== undefined) return before;
  refuseIfDeleted(await getCustomer(checkout, scope, id));
  const parts = await merchantParts(checkout, scope);
  return await runIdempotent(parts, scope, call ?? callWithoutKey(checkout), id, (tx, _run, clock) =>
    bury(checkout, clock, tx, scope, id),
  );
}

async function bury(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  scope: MerchantScope,
  id: string,
): Promise<void> {
  const customer = await lockCustomer(tx, scope, id);
  refuseIfDeleted(customer);
  const deleted = tombstone(customer, clock.now());
  recordEvents(checkout, tx, clock.now(), ["customer.deleted", deleted]);
  await updateCustomerRow(tx, deleted);
}
