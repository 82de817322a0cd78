import { findCustomer } from "../../db/tables/customers.js";
import type { Customer } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";

/** Reads a customer, also a deleted one. Another owner's does not exist. */
export async function getCustomer(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  id: string,
  param = "id",
): Promise<Customer> {
  const customer = await findCustomer(db.manager, scope, id);
  if (customer !== undefined) return customer;
  throw new Refusal("NO_SUCH_CUSTOMER", `No such customer: ${id}.`, param);
}

/** The same for a call that a deleted customer cannot take. */
export function refuseIfDeleted(customer: Customer, param = "id"): void {
  if (customer.deletedAt === null) return;
  throw new Refusal("NO_SUCH_CUSTOMER", `No such customer: ${customer.id}. It was deleted.`, param);
}

/** Throws a Refusal naming `customer` where it is none that something new may be for: unknown, or deleted. */
export async function requireCustomer(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  id: string,
): Promise<Customer> {
  const customer = await findCustomer(db.manager, scope, id);
  if (customer?.deletedAt === null) return customer;
  const deleted = customer === undefined ? "" : " It was deleted.";
  throw new Refusal("CUSTOMER_NOT_FOUND", `No such customer: ${id}.${deleted}`, "customer");
}
