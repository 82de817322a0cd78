import { type Database, DatabaseAway } from "../db/engine/database.js";
import { isLockTimeout } from "../db/engine/database-errors.js";
import { findIdempotencyKey, insertIdempotencyKey } from "../db/tables/idempotency-keys.js";
import { inTransaction, type Isolation, type Run, type Tx } from "../db/transaction.js";
import type { MerchantScope } from "../domain/merchant-scope.js";
import { Refusal } from "../domain/refusal.js";
import { type Clock, stoppedAt } from "../lib/clock.js";
import { newId } from "../lib/ids.js";
import type { CheckoutContext } from "./context.js";

/**
 * A call that its caller may repeat. Both parts are hashes: the key is the caller's secret, the message may
 * be long.
 */
export interface IdempotentCall {
  readonly keyHash: string;
  /** Of the method and the decoded message, so that a retry over another protocol is an equal call. */
  readonly fingerprint: string;
}

/**
 * A generated key for a call without one, if its change looks like those of other calls. After a COMMIT whose
 * connection was lost, only the stored key shows whether an earlier run was committed.
 */
export function callWithoutKey({ clock }: Pick<CheckoutContext, "clock">): IdempotentCall {
  return { keyHash: newId("call", clock.now()), fingerprint: "none" };
}

/** The object that a call created or changed; `replayed` if an earlier call with its idempotency key did. */
export interface PreviousCall {
  readonly objectId: string;
  readonly replayed: boolean;
}

/**
 * What an earlier call with this key did. Undefined if there was none, or the call has no key. Looked up
 * before any validation: what was valid then may not be now. Throws a Refusal if the key was used for another
 * call.
 */
export async function findPrevious(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  call: IdempotentCall | undefined,
): Promise<PreviousCall | undefined> {
  if (call === undefined) return undefined;
  const row = await findIdempotencyKey(db.manager, scope, call.keyHash);
  if (row === undefined) return undefined;
  if (row.fingerprint === call.fingerprint) return { objectId: row.objectId, replayed: true };
  throw new Refusal(
    "IDEMPOTENCY_KEY_REUSED",
    "Keys for idempotent requests can only be used with the same parameters they were first used with.",
    "Idempotency-Key",
  );
}

/** What `runIdempotent` needs to record a call. */
export interface IdempotencyParts extends Pick<CheckoutContext, "db"> {
  /** The clock of the merchant in this mode, see `clockOf`. */
  readonly merchantClock: Clock;
}

/**
 * Does `work` on the object, and stores the call's key in the same transaction: both are stored, or neither.
 * Of two calls with one key the second waits for the first one's commit, and returns its result. The clock
 * given to `work` is stopped, so that all of one transaction, the key included, has one time.
 */
export async function runIdempotent(
  parts: IdempotencyParts,
  scope: MerchantScope,
  call: IdempotentCall | undefined,
  objectId: string,
  work: (tx: Tx, run: Run, clock: Clock) => Promise<void>,
  isolation: Isolation = "READ COMMITTED",
): Promise<PreviousCall> {
  try {
    await inTransaction(parts.db, isolation, async (tx, run) => {
      const now = parts.merchantClock.now();
      if (call !== undefined) await storeKey(tx, run, scope, call, objectId, now);
      await work(tx, run, stoppedAt(now));
    });
    return { objectId, replayed: false };
  } catch (error) {
    if (error instanceof KeyLocked) return await refuseKey(parts.db);
    if (!(error instanceof KeyTaken)) throw error;
    const done = await findPrevious(parts, scope, call);
    if (done === undefined) throw new DatabaseAway(KEY_GONE, { cause: error });
    // After a lost COMMIT, the stored key is this call's own.
    return { ...done, replayed: !(error.again && done.objectId === objectId) };
  }
}

/** The key is stored already. Rolls back; the stored call is read afterwards. */
class KeyTaken extends Error {
  readonly again: boolean;

  constructor(again: boolean) {
    super("The idempotency key is taken.");
    this.again = again;
  }
}

/** The server in use has become another one meanwhile, which has not caught up yet. */
const KEY_GONE = "An idempotency key was taken, and is gone again";

/** The key's lock was not free in time. */
class KeyLocked extends Error {}

/**
 * If all writes are blocked, such as by a read lock on all tables, no other call holds the key: then it
 * throws that error.
 */
async function refuseKey({ health }: Database): Promise<never> {
  await health.check();
  throw new Refusal(
    "IDEMPOTENCY_KEY_IN_USE",
    "Another request with this Idempotency-Key is still in progress.",
  );
}

async function storeKey(
  tx: Tx,
  { again }: Run,
  { merchantId, livemode }: MerchantScope,
  { keyHash, fingerprint }: IdempotentCall,
  objectId: string,
  createdAt: number,
): Promise<void> {
  const row = { merchantId, livemode, keyHash, fingerprint, objectId, createdAt };
  try {
    if (!(await insertIdempotencyKey(tx, row))) throw new KeyTaken(again);
  } catch (error) {
    throw isLockTimeout(error) ? new KeyLocked() : error;
  }
}
