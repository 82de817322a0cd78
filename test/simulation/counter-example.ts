import { type Happening, requestIdIn } from "./history.js";
import type { Verdict } from "./run.js";
import type { Charge, Violation } from "./snapshots.js";

/** The first violation and how it came about, line by line; empty where nothing was found. */
export function counterExample(verdict: Verdict): string[] {
  const [first] = verdict.violations;
  return first === undefined ? [] : exampleOf(verdict, first);
}

function exampleOf(verdict: Verdict, { rule, session, says }: Violation): string[] {
  const title = `First counter-example, against "${rule}": ${session ?? "the service"} ${says}`;
  const times =
    session === undefined ? aroundRequest(verdict, requestIdIn(says)) : timeline(verdict, session);
  return [title, ...times.map(({ at, text }) => `  ${new Date(at).toISOString().slice(11)}  ${text}`)];
}

/** What happened to the session, and to everybody meanwhile. */
function timeline({ history, snapshots }: Verdict, session: string): Happening[] {
  const own = history.happenings.filter((happening) => happening.session === session);
  const charges = snapshots.ledger.filter((charge) => charge.session === session).map(chargedAt);
  const from = own[0]?.at ?? 0;
  const until = own.at(-3)?.at ?? from; // The last two are the asking after everything has settled.
  const shared = history.happenings.filter(
    ({ session, at }) => session === undefined && at >= from && at <= until,
  );
  const stored = snapshots.books.sessions.find(({ id }) => id === session);
  const results = snapshots.books.results.filter((result) => result.session === session);
  const end = own.at(-1)?.at ?? until;
  return [
    ...[...own, ...charges, ...shared].toSorted((a, b) => a.at - b.at),
    { at: end, session, text: `stored in the end: ${JSON.stringify(stored)}` },
    ...results.map((result) => ({ at: end, session, text: `stored result: ${JSON.stringify(result)}` })),
  ];
}

/** What the service logged about the request, and what happened to everybody shortly before and after. */
function aroundRequest({ history: { happenings } }: Verdict, id: string | undefined): Happening[] {
  const own = happenings.filter(({ request }) => request !== undefined && request === id);
  const [from, until] = [own[0]?.at ?? NaN, own.at(-1)?.at ?? NaN];
  const isShared = ({ request, session, at }: Happening): boolean =>
    request === undefined && session === undefined && at >= from - BEFORE_MS && at <= until + AFTER_MS;
  return happenings.filter((each) => own.includes(each) || isShared(each));
}

/** A call waits ten seconds at most; what began it is not older by much. */
const BEFORE_MS = 12_000;
const AFTER_MS = 1_000;

function chargedAt({ at, session, transaction, code, received, currency }: Charge): Happening {
  const what = received > 0 ? `takes ${received} ${currency}` : `takes nothing (${code})`;
  return { at, session, text: `the gateway ${what}: transaction ${transaction}` };
}
