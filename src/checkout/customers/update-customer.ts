import { lockCustomer, updateCustomerRow } from "../../db/tables/customers.js";
import type { Tx } from "../../db/transaction.js";
import { changed, type CustomerChange } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import type { AnsweredCustomer } from "./create-customer.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";
import { findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { ownersParts } from "../test-clock.js";

/** Changes what is given of a customer, once for each idempotency key. */
export async function updateCustomer(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: CustomerChange,
  call: IdempotentCall | undefined,
): Promise<AnsweredCustomer> {
  const before = await findPrevious(checkout, scope, call);
  const customer = await getCustomer(checkout, scope, id);
  if (before === undefined) refuseIfDeleted(customer);
  const { replayed } =
    before ??
    (await runIdempotent(await ownersParts(checkout, scope), scope, call, id, (tx) =>
      update(tx, scope, id, change),
    ));
  // Nobody keeps what else the customer was at the first answer; what the call changed is in it either way.
  return { customer: changed(await getCustomer(checkout, scope, id), change), replayed };
}

/** Read under a lock: two that merge metadata at once must not lose each other's keys. Run twice it does the same. */
async function update(tx: Tx, scope: MerchantScope, id: string, change: CustomerChange): Promise<void> {
  const customer = await lockCustomer(tx, scope, id);
  refuseIfDeleted(customer);
  await updateCustomerRow(tx, changed(customer, change));
}
