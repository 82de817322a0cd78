import { EOL } from "node:os";

import type { Happening } from "./chronicle.js";
import type { Found } from "./planted/find.js";
import type { Verdict } from "./run.js";
import { CALLBACKS, REDIRECTS, SHOPPERS, type EngineName, TROUBLES } from "./schedule.js";
import type { Charge, Violation } from "./snapshots.js";

/** The result of a simulation as a person reads it. */
export function reportOf(verdict: Verdict): string {
  const { simulation, finding, seconds } = verdict;
  const { seed, sessions, engine, replicas } = simulation;
  const { violations, unresolved } = finding;
  return [
    `seed ${seed}: ${sessions} sessions on ${engine}, replicas: ${replicas}, ${Math.round(seconds)} s`,
    "",
    ...table("Faults", faults(verdict)),
    ...table("Shoppers", ofKinds(verdict, Object.keys(SHOPPERS), "shopper ")),
    ...table("Outcomes", outcomes(verdict)),
    `unresolved: ${unresolved.length} payments that nobody told the service of`,
    ...counterExample(verdict).flatMap((line, index) => (index === 0 ? ["", line] : [line])),
    "",
    violations.length === 0
      ? "Nothing found: every payment is recorded exactly once."
      : `${violations.length} violations found. Again: ${commandOf(verdict)}`,
    "",
  ].join(EOL);
}

/** What a search for a planted bug came to, with the example that gave it away. */
export function searchReport({ bug, verdict, sessions }: Found): string {
  if (verdict === undefined) return `NOT FOUND in ${sessions} sessions: ${bug.name}`;
  const { length } = verdict.finding.violations;
  return [
    `found within ${sessions} sessions, ${length} violations: ${bug.name}`,
    ...counterExample(verdict),
    "",
  ].join(EOL);
}

/** The command that runs the same schedule once more. */
function commandOf({ simulation: { seed, sessions, engine, replicas } }: Verdict): string {
  return `npm run prove -- --seed ${seed} --sessions ${sessions} --engine ${engine} --replicas ${replicas}`;
}

type Row = readonly [name: string, count: number | "n/a"];

function table(title: string, rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return [title, ...rows.map(([name, count]) => `  ${name.padEnd(width)}  ${String(count).padStart(6)}`), ""];
}

const TAMPERED = [
  "wrong amount charged",
  "result with a forged signature",
  "result with another account's signature",
  "result with a partial signature",
];

const OTHER_FAULTS = ["callback sent again", "create sent more than once", "expired by its merchant"];

function faults(verdict: Verdict): Row[] {
  const callbacks = Object.keys(CALLBACKS).filter((kind) => kind !== "prompt");
  const redirects = Object.keys(REDIRECTS).filter((kind) => kind !== "followed");
  const everywhere = new Set<string>(Object.values(TROUBLES).flat());
  const here = new Set<string>(TROUBLES[verdict.simulation.engine satisfies EngineName]);
  return [
    ...ofKinds(
      verdict,
      callbacks.map((kind) => `callback ${kind}`),
    ),
    ...ofKinds(
      verdict,
      redirects.map((kind) => `redirect ${kind}`),
    ),
    ...ofKinds(verdict, [...TAMPERED, ...OTHER_FAULTS]),
    ...[...everywhere].map((kind): Row => [kind, here.has(kind) ? countOf(verdict, kind) : "n/a"]),
  ];
}

function ofKinds(verdict: Verdict, kinds: readonly string[], prefix = ""): Row[] {
  return kinds.map((kind): Row => [kind, countOf(verdict, prefix + kind)]);
}

function countOf({ chronicle }: Verdict, fault: string): number {
  return chronicle.injected.get(fault) ?? 0;
}

function outcomes({ snapshots: { ledger, books } }: Verdict): Row[] {
  const statuses = books.sessions.map(({ status }) => `session ${status}`);
  const results = books.results.map(({ outcome, heldReason }) =>
    heldReason === null ? `result ${outcome}` : `result held: ${heldReason}`,
  );
  const charges = ledger.map(({ received, code }) =>
    received > 0 ? "charge taken" : `charge refused: ${code}`,
  );
  const counts = new Map<string, number>();
  for (const name of [...charges, ...results, ...statuses]) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** The first violation and how it came about, line by line; empty where nothing was found. */
function counterExample(verdict: Verdict): string[] {
  const [first] = verdict.finding.violations;
  return first === undefined ? [] : exampleOf(verdict, first);
}

function exampleOf(verdict: Verdict, { rule, session, says }: Violation): string[] {
  const title = `First counter-example, against "${rule}": ${session ?? "the service"} ${says}`;
  const times = session === undefined ? [] : timeline(verdict, session);
  return [title, ...times.map(({ at, text }) => `  ${new Date(at).toISOString().slice(11)}  ${text}`)];
}

/** What happened to the session, and to everybody meanwhile. */
function timeline({ chronicle, snapshots }: Verdict, session: string): Happening[] {
  const own = chronicle.happenings.filter((happening) => happening.session === session);
  const charges = snapshots.ledger.filter((charge) => charge.session === session).map(chargedAt);
  const from = own[0]?.at ?? 0;
  const until = own.at(-3)?.at ?? from; // The last two are the asking after everything has settled.
  const shared = chronicle.happenings.filter(
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

function chargedAt({ at, session, transaction, code, received, currency }: Charge): Happening {
  const what = received > 0 ? `takes ${received} ${currency}` : `takes nothing (${code})`;
  return { at, session, text: `the gateway ${what}: transaction ${transaction}` };
}
