import type { Evidence, SessionRule } from "./evidence.js";
import type { HeldAnswer, ResultRecord, Snapshots, Violation } from "./snapshots.js";

/** What must be true of payments that are held, and of money that goes back. */
export const HELD_RULES: readonly SessionRule[] = [{ rule: "money given back once", broken: wrongReturns }];

/**
 * What was decided to be returned went back as a whole, once; else only refunds give back, of what completed
 * the session.
 */
function wrongReturns({ session, charges, results }: Evidence): string[] {
  const given = new Set(
    results.filter(({ resolution }) => resolution === "return").map(({ transaction }) => transaction),
  );
  return charges.flatMap(({ transaction, received, returned, returns, authorized }) => {
    if (transaction === session.completedBy) return [];
    if (given.has(transaction) && authorized !== undefined && authorized.state !== "canceled")
      return [`transaction ${transaction} was to be returned, and is ${authorized.state}`];
    const due = given.has(transaction) ? received : 0;
    const times = due > 0 ? 1 : 0;
    if (returned === due && returns === times) return [];
    return [`of transaction ${transaction} ${returned} instead of ${due} went back, in ${returns} goes`];
  });
}

/** Every held payment is in its merchant's list once, as it is recorded; nothing else is. */
export function listedAsRecorded({ books, answers }: Snapshots): Violation[] {
  const rule = "held payments listed as recorded";
  const recorded = new Map(
    books.results.filter(({ outcome }) => outcome === "held").map((row) => [row.id, row]),
  );
  const seen = new Set<string>();
  const wrong = answers.held.flatMap((held): Violation[] => {
    const row = recorded.get(held.id);
    const isAgain = seen.has(held.id);
    seen.add(held.id);
    if (row !== undefined && !isAgain && isAs(held, row)) return [];
    const says = `has ${held.id} listed as ${textOf(held)}, recorded as ${row === undefined ? "nothing" : textOf(shown(row))}`;
    return [{ rule, session: held.session ?? undefined, says: isAgain ? `${says}, and listed twice` : says }];
  });
  const missing = [...recorded.values()]
    .filter(({ id }) => !seen.has(id))
    .map((row): Violation => ({
      rule,
      session: row.session ?? undefined,
      says: `has ${row.id} held, and listed nowhere`,
    }));
  return [...wrong, ...missing];
}

/** What a merchant was told to be done is done. */
export function decisionsStay({ books, answers }: Snapshots): Violation[] {
  const rows = new Map(books.results.map((row) => [row.id, row]));
  return answers.decisions
    .filter(({ held, resolution }) => rows.get(held)?.resolution !== resolution)
    .map(({ held, resolution }) => {
      const row = rows.get(held);
      const says = `was answered that ${held} is resolved by ${resolution}; recorded is ${row?.resolution ?? "nothing"}`;
      return { rule: "decisions stay", session: row?.session ?? undefined, says };
    });
}

type Shown = Pick<HeldAnswer, "session" | "transaction" | "reason" | "resolution">;

function shown({ session, transaction, heldReason, resolution }: ResultRecord): Shown {
  // Held because nobody knows of a transaction, or because of what an answer said of another's.
  const known = /^(attempt|reversal|fields):/.test(transaction) ? null : transaction;
  return { session, transaction: known, reason: heldReason ?? "", resolution };
}

function isAs(held: HeldAnswer, row: ResultRecord): boolean {
  return textOf(held) === textOf(shown(row));
}

function textOf({ session, transaction, reason, resolution }: Shown): string {
  return `${reason} of ${transaction ?? "nothing"} for ${session ?? "no session"}, ${resolution ?? "waiting"}`;
}
