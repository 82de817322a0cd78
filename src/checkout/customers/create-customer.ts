import { findCustomer, insertCustomer } from "../../db/tables/customers.js";
import { isDuplicateKey } from "../../db/engine/database-errors.js";
import type { Run, Tx } from "../../db/transaction.js";
import {
  NO_DETAILS,
  changed,
  checkedCustomerId,
  type Customer,
  type CustomerChange,
} from "../../domain/customer.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { stoppedAt } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { type EventParts, recordEvents } from "../events/record-events.js";
import { findPrevious, type PreviousCall, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { clockOf } from "../test-clock.js";

/**
 * The customer to create; without an id, or with an empty one, it gets a random id that cannot be guessed.
 */
export interface NewCustomer extends CustomerChange {
  readonly id?: string | undefined;
}

/** A customer as a call answers it; `replayed` if an earlier call with its idempotency key created it. */
export interface AnsweredCustomer {
  readonly customer: Customer;
  readonly replayed: boolean;
}

/**
 * Creates a customer of a merchant in one mode, once for each idempotency key. Throws a Refusal that names
 * the field, also if the merchant has or had a customer with this id.
 */
export async function createCustomer(
  parts: Pick<CheckoutContext, "db" | "clock"> & EventParts,
  scope: MerchantScope,
  wanted: NewCustomer,
  call?: IdempotentCall,
): Promise<AnsweredCustomer> {
  const before = await findPrevious(parts, scope, call);
  if (before !== undefined) return await firstAnswer(parts, scope, before, wanted);
  const customer = await newCustomer(parts, scope, wanted);
  try {
    const done = await runIdempotent(
      { db: parts.db, merchantClock: stoppedAt(customer.createdAt) },
      scope,
      call,
      customer.id,
      (tx, run) => store(parts, tx, run, customer),
    );
    return done.replayed ? await firstAnswer(parts, scope, done, wanted) : { customer, replayed: false };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new Refusal(
      "CUSTOMER_EXISTS",
      `A customer ${customer.id} exists already, or existed before.`,
      "id",
    );
  }
}

async function newCustomer(
  parts: Pick<CheckoutContext, "db" | "clock">,
  { merchantId, livemode }: MerchantScope,
  wanted: NewCustomer,
): Promise<Customer> {
  const now = (await clockOf(parts, { merchantId, livemode })).now();
  const { id = "" } = wanted;
  const blank = {
    merchantId,
    livemode,
    id: id === "" ? newId("cus", now) : checkedCustomerId(id),
    ...NO_DETAILS,
    createdAt: now,
    deletedAt: null,
  };
  return changed(blank, wanted);
}

/** The customer right after its creation: the repeated call itself holds all its fields. */
async function firstAnswer(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  { objectId }: PreviousCall,
  wanted: NewCustomer,
): Promise<AnsweredCustomer> {
  const customer = await findCustomer(db.manager, scope, objectId);
  if (customer === undefined) throw new Error(`Customer ${objectId} was created, but is missing.`);
  const blank = { ...customer, ...NO_DETAILS, deletedAt: null };
  return { customer: changed(blank, wanted), replayed: true };
}

async function store(parts: EventParts, tx: Tx, { again }: Run, customer: Customer): Promise<void> {
  // A COMMIT whose connection is lost has usually succeeded: then the stored row is this call's.
  if (again && (await findCustomer(tx, customer, customer.id))?.createdAt === customer.createdAt) return;
  recordEvents(parts, tx, customer.createdAt, ["customer.created", customer]);
  await insertCustomer(tx, customer);
}
