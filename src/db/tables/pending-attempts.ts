import type { EntityManager, SelectQueryBuilder } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { AttemptCertainty } from "../../domain/attempt-certainty.js";
import { flag, id, index, integer, optional, primary, time } from "../engine/columns.js";
import type { DueQuestion } from "../query/due-question.js";
import { insertRows } from "../query/insert.js";
import { lockFreeForUpdate, type Tx } from "../transaction.js";

/**
 * An attempt that may take money, until the gateway has said for good what became of it: of a session from
 * the giving out of its form on, of a direct charge from before it is sent. Its times are those of the
 * merchant's clock, but for the lease: processes follow real time.
 */
export interface PendingAttemptRow {
  /** The attempt's `transactionUnique`. */
  reference: string;
  /** The session or payment intent that it is made for. */
  targetId: string;
  merchantId: string;
  livemode: boolean;
  /** When its form was given out last, or the charge was recorded that is sent then. */
  givenAt: number;
  /** When the session's expiry becomes final; a day later for a charge. */
  closesAt: number;
  /** Null where nobody asks any more: a person has to. */
  nextAskAt: number | null;
  /** How often its turn came: tells whether somebody has had it since it was read. */
  asked: number;
  askedAt: number | null;
  /** What came of asking last; null before. */
  certainty: AttemptCertainty | null;
  /** Since when operators see it in their list; null where they do not. */
  unresolvedSince: number | null;
  /** Until when one process has it to itself, 0 where none has. */
  leasedUntil: number;
}

export const pendingAttempts = new EntitySchema<PendingAttemptRow>({
  name: "pending_attempt",
  synchronize: false,
  columns: {
    reference: primary(id()),
    targetId: id(),
    merchantId: id(),
    livemode: flag(),
    givenAt: time(),
    closesAt: time(),
    nextAskAt: optional(time()),
    asked: integer(),
    askedAt: optional(time()),
    certainty: optional(id()),
    unresolvedSince: optional(time()),
    leasedUntil: time(),
  },
  indices: [
    index("livemode", "nextAskAt"),
    index("merchantId", "livemode", "nextAskAt"),
    index("targetId"),
    index("unresolvedSince"),
  ],
});

/**
 * An attempt's form goes out, for the first time or again. The caller has locked its session: nobody else
 * gives it out.
 */
export async function notePending(
  tx: Tx,
  row: Pick<PendingAttemptRow, "reference" | "targetId" | "merchantId" | "livemode">,
  times: Pick<PendingAttemptRow, "givenAt" | "closesAt" | "nextAskAt">,
): Promise<void> {
  if ((await update(tx, row.reference, times)) === 1) return;
  const never = { asked: 0, askedAt: null, certainty: null, unresolvedSince: null, leasedUntil: 0 };
  await insertRows(tx, pendingAttempts, { ...row, ...times, ...never });
}

/** The attempts to ask about, the longest due first. */
export async function listDueAttempts(
  db: EntityManager,
  { livemode, now, limit, except }: DueQuestion,
): Promise<PendingAttemptRow[]> {
  const query = db
    .createQueryBuilder(pendingAttempts, "p")
    .where("p.livemode = :livemode AND p.leasedUntil <= :now", { livemode: livemode ? 1 : 0, now });
  if (except.length > 0) query.andWhere("p.merchantId NOT IN (:...except)", { except });
  if (livemode) query.andWhere("p.nextAskAt <= :now");
  else {
    query
      .innerJoin("merchant", "m", "m.id = p.merchantId")
      .andWhere("p.nextAskAt <= :now + m.testClockAhead");
  }
  return await query.orderBy("p.nextAskAt").limit(limit).getMany();
}

/**
 * Every attempt of a session or payment intent that is pending, the oldest form first. They are too few to
 * sort on the server.
 */
export async function listPendingAttempts(db: EntityManager, targetId: string): Promise<PendingAttemptRow[]> {
  const query = db.createQueryBuilder(pendingAttempts, "p").where("p.targetId = :targetId", { targetId });
  return (await query.getMany()).toSorted((a, b) => a.givenAt - b.givenAt);
}

/**
 * Takes those of the attempts that nobody else has taken or asked about since they were read. What another process is
 * just taking is left to it.
 */
export async function leaseAttempts(
  tx: Tx,
  wanted: readonly PendingAttemptRow[],
  now: number,
  until: number,
): Promise<PendingAttemptRow[]> {
  if (wanted.length === 0) return [];
  const seen = new Map(wanted.map((row) => [row.reference, row.asked]));
  const query = tx
    .createQueryBuilder(pendingAttempts, "p")
    .where("p.reference IN (:...references) AND p.leasedUntil <= :now", {
      references: [...seen.keys()],
      now,
    });
  const free = (await lockFreeForUpdate(query).getMany()).filter(
    (row) => row.asked === seen.get(row.reference),
  );
  for (const row of free) {
    await update(tx, row.reference, { leasedUntil: until });
    row.leasedUntil = until;
  }
  return free;
}

/** What changes once an attempt was asked about. */
export type AskedChange = Pick<
  PendingAttemptRow,
  "nextAskAt" | "asked" | "askedAt" | "certainty" | "unresolvedSince"
>;

/**
 * Writes down what came of asking, and gives the attempt back, unless the lease has run out and somebody else
 * has it.
 */
export async function noteAsked(tx: Tx, row: PendingAttemptRow, change: AskedChange): Promise<void> {
  const { givenAt, leasedUntil } = row;
  // Where the form went out again meanwhile, its ladder began anew: that stays.
  const { nextAskAt, ...rest } = change;
  await update(tx, row.reference, { nextAskAt }, LEASED_AND_NOT_GIVEN, { leasedUntil, givenAt });
  await update(tx, row.reference, { ...rest, leasedUntil: 0 }, LEASED, { leasedUntil });
}

/** The gateway has said it all: nobody asks about the attempt again, unless its form went out once more. */
export async function settleAttempt(tx: Tx, row: PendingAttemptRow): Promise<void> {
  const { reference, leasedUntil, givenAt } = row;
  await tx
    .createQueryBuilder()
    .delete()
    .from(pendingAttempts)
    .where(`reference = :reference AND ${LEASED_AND_NOT_GIVEN}`, { reference, leasedUntil, givenAt })
    .execute();
}

/** What became of the attempt is known for good, and no other transaction can come of it. */
export async function dropPending(tx: Tx, reference: string): Promise<void> {
  await tx
    .createQueryBuilder()
    .delete()
    .from(pendingAttempts)
    .where("reference = :reference", { reference })
    .execute();
}

/** What operators look at: the attempts of all merchants that nobody can tell about, the oldest first. */
export async function listUnresolvedAttempts(db: EntityManager, limit: number): Promise<PendingAttemptRow[]> {
  return await unresolved(db).orderBy("p.unresolvedSince").limit(limit).getMany();
}

/** How many those are. */
export async function countUnresolvedAttempts(db: EntityManager): Promise<number> {
  return await unresolved(db).getCount();
}

const LEASED = "leased_until = :leasedUntil";
const LEASED_AND_NOT_GIVEN = `${LEASED} AND given_at = :givenAt`;

function unresolved(db: EntityManager): SelectQueryBuilder<PendingAttemptRow> {
  return db.createQueryBuilder(pendingAttempts, "p").where("p.unresolvedSince IS NOT NULL");
}

async function update(
  tx: Tx,
  reference: string,
  change: Partial<PendingAttemptRow>,
  condition?: string,
  values: object = {},
): Promise<number | undefined> {
  const query = tx
    .createQueryBuilder()
    .update(pendingAttempts)
    .set(change)
    .where("reference = :reference", { reference });
  if (condition !== undefined) query.andWhere(condition, values);
  return (await query.updateEntity(false).execute()).affected;
}
