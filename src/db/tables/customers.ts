import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { Customer } from "../../domain/customer.js";
import { isCustomerId } from "../../lib/ids.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { flag, id, index, json, optional, primary, text, time } from "../engine/columns.js";
import { insertRows, queueInsert } from "../query/insert.js";
import { lockRow, placeholdersFor, rowWhere, type Select, selectRow, selectRows } from "../query/select.js";
import { updateRows } from "../query/update.js";
import type { Tx } from "../transaction.js";

export const customers = new EntitySchema<Customer>({
  name: "customer",
  synchronize: false,
  columns: {
    merchantId: primary(id()),
    livemode: primary(flag()),
    id: primary(id()),
    email: optional(text(320)),
    name: optional(text(256)),
    phone: optional(text(50)),
    description: optional(text(350)),
    address: optional(json()),
    metadata: json(),
    createdAt: time(),
    deletedAt: optional(time()),
  },
  indices: [
    index("merchantId", "livemode", "deletedAt", "createdAt", "id"),
    index("merchantId", "livemode", "email", "id"),
  ],
});

export async function insertCustomer(tx: Tx, row: Customer): Promise<void> {
  await insertRows(tx, customers, row);
}

/** Stores a customer with the transaction's next statement, or its COMMIT. */
export function queueCustomer(tx: Tx, row: Customer): void {
  queueInsert(tx, customers, row);
}

/** The merchant's customer with exactly this id, deleted or not. */
export async function findCustomer(
  db: EntityManager,
  scope: MerchantScope,
  customerId: string,
): Promise<Customer | undefined> {
  if (!isCustomerId(customerId)) return undefined;
  return await selectRow(db, customers, `WHERE ${BY_ID}`, namesOf(scope, customerId));
}

/** Selects the merchant's customer with this id, deleted or not. */
export function customerWithId(scope: MerchantScope, customerId: string): Select<Customer | undefined> {
  return rowWhere(customers, `WHERE ${BY_ID}`, namesOf(scope, customerId));
}

/** The merchant's customers with these ids, deleted ones included, in any order. */
export async function findCustomers(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
  ids: readonly string[],
): Promise<Customer[]> {
  if (ids.length === 0) return [];
  const condition = `WHERE merchant_id = ? AND livemode = ? AND id IN (${placeholdersFor(ids)})`;
  return await selectRows(db, customers, condition, [merchantId, livemode, ...ids]);
}

/**
 * Reads and locks the customer until the transaction ends. Throws if it is absent: rows are never deleted.
 */
export async function lockCustomer(tx: Tx, scope: MerchantScope, customerId: string): Promise<Customer> {
  return await lockRow(tx, customers, `WHERE ${BY_ID}`, namesOf(scope, customerId));
}

/** Writes the fields of a customer that may change. */
export async function updateCustomerRow(tx: Tx, customer: Customer): Promise<void> {
  const { email, name, phone, description, address, metadata, deletedAt } = customer;
  const change = { email, name, phone, description, address, metadata, deletedAt };
  await updateRows(tx, customers, change, BY_ID, namesOf(customer, customer.id));
}

const BY_ID = "merchant_id = ? AND livemode = ? AND id = ?";

function namesOf({ merchantId, livemode }: MerchantScope, customerId: string): unknown[] {
  return [merchantId, livemode, customerId];
}
