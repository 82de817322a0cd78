import { findCustomer } from "../../db/tables/customers.js";
import type { Customer } from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";

/** Reads a customer, deleted or not. Throws a Refusal if it is absent or another merchant's. */
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

/** Throws a Refusal if the customer is deleted: for calls that need an active one. */
export function refuseIfDeleted(customer: Customer, param = "id"): void {
  if (customer.deletedAt === null) return;
  throw new Refusal("NO_SUCH_CUSTOMER", `No such customer: ${customer.id}. It was deleted.`, param);
}

/**
 * Throws a Refusal naming `customer` if the customer is unknown or deleted: for new objects of that customer.
 */
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
