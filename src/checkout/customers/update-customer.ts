import { lockCustomer, updateCustomerRow } from "../../db/tables/customers.js";
import type { Tx } from "../../db/transaction.js";
import { changed, type CustomerChange } from "../../domain/customer.js";
import type { Owner } from "../../domain/merchant-scope.js";
import type { Checkout } from "../context.js";
import type { AnsweredCustomer } from "./create-customer.js";
import { getCustomer, refuseIfDeleted } from "./get-customer.js";
import { doneBefore, type IdempotentCall, once } from "../idempotency.js";
import { ownersParts } from "../test-clock.js";

/** Changes what is given of a customer, once for each idempotency key. */
export async function updateCustomer(
  checkout: Checkout,
  owner: Owner,
  id: string,
  change: CustomerChange,
  call: IdempotentCall | undefined,
): Promise<AnsweredCustomer> {
  const before = await doneBefore(checkout, owner, call);
  const customer = await getCustomer(checkout, owner, id);
  if (before === undefined) refuseIfDeleted(customer);
  const { replayed } =
    before ??
    (await once(await ownersParts(checkout, owner), owner, call, id, (tx) => update(tx, owner, id, change)));
  // Nobody keeps what else the customer was at the first answer; what the call changed is in it either way.
  return { customer: changed(await getCustomer(checkout, owner, id), change), replayed };
}

/** Read under a lock: two that merge metadata at once must not lose each other's keys. Run twice it does the same. */
async function update(tx: Tx, owner: Owner, id: string, change: CustomerChange): Promise<void> {
  const customer = await lockCustomer(tx, owner, id);
  refuseIfDeleted(customer);
  await updateCustomerRow(tx, changed(customer, change));
}
