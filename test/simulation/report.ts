import { EOL } from "node:os";

import { CHARGE_TROUBLES, REFUND_TROUBLES } from "./after-sales-plan.js";
import { CHALLENGE_WAYS, TWO_ROUNDS } from "./challenges/challenge-plan.js";
import { counterExample } from "./counter-example.js";
import type { Found } from "./planted/find.js";
import { CALLBACKS, PAYMENT_KILLS, REDIRECTS, RETURN_KILLS, SHOPPERS, TROUBLES } from "./plan.js";
import { GROUP_FAULTS } from "./group/group-faults.js";
import type { Verdict } from "./run.js";
import { WRONG_CLOCK } from "./environment.js";
import { INTERFACE_FAULTS } from "./service-log.js";
import { STREAM_OPENED_AGAIN } from "./webhooks/event-stream-reader.js";
import { SECRET_ROLLED, SENT_AGAIN } from "./webhooks/simulated-webhooks.js";
import { isAnswered } from "./webhooks/webhook-snapshots.js";
import { countedAs, FAILING_DEFAULT, RECEIVER_FAULTS } from "./webhooks/receiver-faults.js";

/** The result of a simulation as a person reads it. */
export function reportOf(verdict: Verdict): string {
  const { simulation, violations, seconds } = verdict;
  const { seed, sessions, engine, replicas, lost } = simulation;
  return [
    `seed ${seed}: ${sessions} sessions on ${engine}, replicas: ${replicas}, lost: ${lost} %, ${Math.round(seconds)} s`,
    "",
    ...table("Faults", faultRows(verdict)),
    ...table("Shoppers", ofKinds(verdict, Object.keys(SHOPPERS), "shopper ")),
    ...table("Outcomes", outcomes(verdict)),
    ...table("Found by asking the gateway", healed(verdict)),
    ...table("Charges of stored cards, and money given back", afterSales(verdict)),
    ...table("Shoppers asked by their card's issuer", challenges(verdict)),
    ...table("Events and webhooks", webhookRows(verdict)),
    ...outageLines(verdict),
    ...table("Held payments", ofKinds(verdict, ["accept", "return", "dismiss"], "held: ")),
    ...counterExample(verdict),
    violations.length === 0
      ? "Nothing found: every payment is recorded exactly once, and nothing is left unresolved."
      : `${violations.length} violations found. Again: ${commandOf(verdict)}`,
    ...missingFaults(verdict).map((fault) => `Never happened: ${fault}`),
    `${passedSessions(verdict)} passed, ${violations.length + missingFaults(verdict).length} failed`,
    "",
  ].join(EOL);
}

/** Those against which nothing was found. */
function passedSessions({ simulation: { sessions }, violations }: Verdict): number {
  return Math.max(0, sessions - new Set(violations.map(({ session }) => session)).size);
}

/** What a search for a planted bug came to, with the example that gave it away. */
export function searchReport({ bug, verdict, sessions }: Found): string {
  if (verdict === undefined) return `NOT FOUND in ${sessions} sessions: ${bug.name}`;
  const { length } = verdict.violations;
  const rules = counted(verdict.violations.map(({ rule }) => rule));
  return [
    `found within ${sessions} sessions, ${length} violations: ${bug.name}`,
    ...rules.map(([rule, count]) => `  against "${rule}": ${count}`),
    ...counterExample(verdict),
    "",
  ].join(EOL);
}

/** So many sessions meet everything: where one fault never happened, the run has proved less than it says. */
const SESSIONS_FOR_ALL = 2000;

/** The faults that the engine can have and a run of this length has to. */
export function missingFaults(verdict: Verdict): string[] {
  if (verdict.simulation.sessions < SESSIONS_FOR_ALL) return [];
  return faultRows(verdict).flatMap(([name, count]) => (count === 0 ? [name] : []));
}

/** The command that runs the same schedule once more. */
function commandOf({ simulation }: Verdict): string {
  const { seed, sessions, engine, replicas, lost, failing = FAILING_DEFAULT } = simulation;
  const size = `--sessions ${sessions} --engine ${engine} --replicas ${replicas}`;
  return `npm run prove -- --seed ${seed} ${size} --lost ${lost} --failing ${failing}`;
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

function faultRows(verdict: Verdict): Row[] {
  const callbacks = Object.keys(CALLBACKS).filter((kind) => kind !== "prompt");
  const redirects = Object.keys(REDIRECTS).filter((kind) => kind !== "followed");
  const everywhere = new Set<string>([...PAYMENT_KILLS, ...RETURN_KILLS, ...Object.values(TROUBLES).flat()]);
  const challenges = CHALLENGE_WAYS.map(({ name }) => name);
  const afterwards = [...CHARGE_TROUBLES, ...challenges, ...REFUND_TROUBLES.early];
  const here = new Set<string>([...RETURN_KILLS, ...TROUBLES[verdict.simulation.engine]]);
  const names = [
    ...callbacks.map((kind) => `callback ${kind}`),
    ...redirects.map((kind) => `redirect ${kind}`),
    "callback and redirect both lost",
    ...TAMPERED,
    ...OTHER_FAULTS,
    ...INTERFACE_FAULTS,
    "callback of a charge lost",
    ...RECEIVER_FAULTS.map(countedAs),
    ...afterwards,
  ];
  const { engine } = verdict.simulation;
  return [
    ...ofKinds(verdict, names),
    [WRONG_CLOCK, engine === "embedded" ? "n/a" : countOf(verdict, WRONG_CLOCK)],
    ...[...everywhere].map((kind): Row => [kind, here.has(kind) ? countOf(verdict, kind) : "n/a"]),
  ];
}

function ofKinds(verdict: Verdict, kinds: readonly string[], prefix = ""): Row[] {
  return kinds.map((kind): Row => [kind, countOf(verdict, prefix + kind)]);
}

function countOf({ history }: Verdict, fault: string): number {
  return history.injected.get(fault) ?? 0;
}

function outcomes({ snapshots: { ledger, books } }: Verdict): Row[] {
  const statuses = books.sessions.map(({ status }) => `session ${status}`);
  const results = books.results.map(({ outcome, heldReason }) =>
    heldReason === null ? `result ${outcome}` : `result held: ${heldReason}`,
  );
  const charges = ledger.map(({ received, authorized, verified, code }) => {
    if (received > 0) return "charge taken";
    if (authorized !== undefined) return `charge ${authorized.state} without a capture`;
    return verified === true ? "card verified" : `charge refused: ${code}`;
  });
  return counted([...charges, ...results, ...statuses]);
}

/** How the orders stood by their last answers, and by what the gateway gave money back. */
function afterSales({ snapshots: { ledger, answers } }: Verdict): Row[] {
  const last = new Map(answers.orders.map((order) => [order.key, order]));
  const ended = [...last.values()].map(({ what, status }) => `${what} ${status}`);
  const paid = ledger.filter(({ received, returned }) => received > 0 && returned > 0);
  const ways = {
    "by REFUND_SALE": paid.flatMap(({ refunds }) => refunds),
    "by CANCEL": paid.filter(({ returns, refunds }) => returns > refunds.length),
    "by CAPTURE of less alone": paid.filter(({ returns }) => returns === 0),
  };
  const given = Object.entries(ways).map(([way, each]): Row => [`given back ${way}`, each.length]);
  return [...counted(ended), ...given];
}

/** What they did, and what the gateway made of the charges that wait for a shopper. */
function challenges(verdict: Verdict): Row[] {
  const { snapshots } = verdict;
  const met = new Map(snapshots.answers.challenges.map((each) => [`${each.payment} ${each.attempt}`, each]));
  const ended = snapshots.ledger.flatMap(({ session, attempt, received, authorized, state }) => {
    const each = met.get(`${session} ${attempt}`);
    const end = received > 0 || authorized !== undefined ? "granted" : state;
    return each === undefined ? [] : [`${each.deed}: ${end}`];
  });
  return [...ofKinds(verdict, [TWO_ROUNDS]), ...counted(ended)];
}

function webhookRows({ snapshots: { webhooks }, history }: Verdict): Row[] {
  const { events, deliveries, received } = webhooks;
  return [
    ["events", events.length],
    ["deliveries", deliveries.length],
    ["requests received", received.length],
    ["requests answered with 2xx", received.filter(isAnswered).length],
    ...[SENT_AGAIN, SECRET_ROLLED, STREAM_OPENED_AGAIN].map((kind): Row => [
      kind,
      history.injected.get(kind) ?? 0,
    ]),
  ];
}

/** By kind of fault: how often, and the longest time without a good answer, of the service and of the group alone. */
function outageLines({ outages }: Verdict): string[] {
  if (outages.length === 0) return [];
  const rows = GROUP_FAULTS.map((fault) => {
    const these = outages.filter((outage) => outage.fault === fault);
    if (these.length === 0) return `  ${fault}: never`;
    const [service, group] = [these.map((each) => each.service), these.map((each) => each.group)];
    return `  ${fault.padEnd(28)} ${String(these.length).padStart(7)} ${inSeconds(service)} ${inSeconds(group)}`;
  });
  return [
    "Faults of the group: times, longest without a good answer, without a write in the group itself",
    ...rows,
    "",
  ];
}

function inSeconds(times: readonly number[]): string {
  return `${(Math.max(...times) / 1000).toFixed(1)} s`.padStart(9);
}

/** Results that came by no message of the gateway, and what they told. */
function healed({ snapshots: { ledger, books }, history, violations }: Verdict): Row[] {
  const found = books.results.filter(({ outcome, via }) => via in WAYS && outcome !== "unknown");
  const by = found.map(({ via, outcome }) => `${WAYS[via as keyof typeof WAYS]}: ${outcome}`);
  const taken = new Set(ledger.filter(({ received }) => received > 0).map(({ transaction }) => transaction));
  return [
    ...counted(by),
    [
      "payments taken and found only by asking",
      found.filter(({ transaction }) => taken.has(transaction)).length,
    ],
    ["listed for the operator until the search's token came", new Set(history.listed).size],
    ["left unresolved", violations.filter(({ rule }) => rule === "nothing left unresolved").length],
  ];
}

const WAYS = { query: "by QUERY with a known xref", search: "by search, then QUERY" } as const;

function counted(names: readonly string[]): Row[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
