import { lockCustomer, updateCustomerRow } from "../../db/tables/customers.js";
import type { Tx } from "../../db/transaction.js";
import { changed, type CustomerChange } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import type { AnsweredCustomer } from "./create-customer.js";
import { recordEvents } from "../events/record-events.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";
import { changeOnce } from "../change-once.js";
import type { IdempotentCall } from "../idempotency.js";

/** Changes the given fields of a customer, once for each idempotency key. */
export async function updateCustomer(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: CustomerChange,
  call: IdempotentCall | undefined,
): Promise<AnsweredCustomer> {
  const replayed = await changeOnce(checkout, scope, call, {
    id,
    async check(isReplay) {
      const customer = await getCustomer(checkout, scope, id);
      if (!isReplay) refuseIfDeleted(customer);
    },
    work: (tx, clock) => update(checkout, clock, tx, scope, id, change),
  });
  // The first answer's other fields are not stored; the fields that the call changed are in it either way.
  return { customer: changed(await getCustomer(checkout, scope, id), change), replayed };
}

async function update(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  scope: MerchantScope,
  id: string,
  change: CustomerChange,
): Promise<void> {
  const customer = await lockCustomer(tx, scope, id);
  refuseIfDeleted(customer);
  const next = changed(customer, change);
  recordEvents(checkout, tx, clock.now(), ["customer.updated", next]);
  await updateCustomerRow(tx, next);
}
