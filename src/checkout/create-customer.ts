import { type CustomerRow, insertCustomer } from "../db/customers.js";
import { isDuplicateKey } from "../db/database-errors.js";
import { inTransaction } from "../db/transaction.js";
import type { Owner } from "../domain/owner.js";
import { Refusal } from "../domain/refusal.js";
import { newId } from "../lib/ids.js";
import { requireMerchant } from "./create-api-key.js";
import type { Registry } from "./create-merchant.js";

/** A customer to be; without an id it gets one. */
export interface NewCustomer {
  readonly id: string | undefined;
  readonly email: string | undefined;
}

/** Creates a customer of a merchant in one mode. Throws a Refusal where the merchant has one with this id. */
export async function createCustomer(
  registry: Registry,
  owner: Owner,
  customer: NewCustomer,
): Promise<CustomerRow> {
  await requireMerchant(registry, owner.merchantId);
  const now = registry.clock.now();
  const id = customer.id === undefined ? newId("cus", now) : checkCustomerId(customer.id);
  const { merchantId, livemode } = owner;
  const row = { merchantId, livemode, id, email: checkEmail(customer.email), createdAt: now };
  try {
    await inTransaction(registry.db, "READ COMMITTED", (tx) => insertCustomer(tx, row));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new Refusal("PARAMETER_INVALID", `The merchant has a customer ${id} already.`, "id");
  }
  return row;
}

function checkCustomerId(id: string): string {
  if (/^cus_[0-9A-Za-z_-]{1,60}$/.test(id)) return id;
  throw new Refusal("PARAMETER_INVALID", "A customer id is cus_ and up to 60 letters, digits, _ or -.", "id");
}

function checkEmail(email: string | undefined): string | null {
  if (email === undefined) return null;
  if (email.length <= 320 && /^[^\s@]+@[^\s@]+$/.test(email)) return email;
  throw new Refusal("PARAMETER_INVALID", `${email} is not an email address.`, "email");
}
