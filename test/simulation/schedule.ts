import { afterSalesOf } from "./after-sales-plan.js";
import { type SeededRandom, seededRandom } from "./seeded-random.js";
import {
  ATTEMPT_KILLS,
  CALLBACKS,
  CREATES,
  CURRENCIES,
  DECISIONS,
  type EngineName,
  MERCHANTS,
  type Plan,
  REDIRECTS,
  type Shopper,
  SHOPPERS,
  TAMPERINGS,
  type Trouble,
  TROUBLES,
} from "./plan.js";

/** What a schedule follows from. */
export interface ScheduleSetting {
  readonly seed: number;
  readonly sessions: number;
  readonly engine: EngineName;
  readonly replicas: number;
  /** In how many of a hundred sessions both the callback and the shopper's return are lost. */
  readonly lost: number;
}

/** The plans of all sessions: a function of its setting alone. */
export function scheduleOf(setting: ScheduleSetting): Plan[] {
  const { seed, sessions, engine } = setting;
  const random = seededRandom(seed);
  const numbers = Array.from({ length: sessions }, (_, number) => number);
  const count = numbers.filter((number) => isTroubled(number, engine)).length;
  const troubles = troublesOf(random, count, TROUBLES[engine]);
  return numbers.map((number) => {
    const plan = setupPlan(merchantsPlan(anyPlan(random, number, setting)));
    const trouble = isTroubled(number, engine) ? troubles.pop() : undefined;
    return trouble === undefined ? plan : troubled(plan, trouble);
  });
}

/**
 * So many sessions meet every kind of trouble once; after them it comes more rarely, as each costs a second
 * or several.
 */
const SESSIONS_FOR_ALL = 200;
const TROUBLED_LATER = 50;

function isTroubled(number: number, engine: EngineName): boolean {
  const every =
    number < SESSIONS_FOR_ALL ? Math.floor(SESSIONS_FOR_ALL / TROUBLES[engine].length) : TROUBLED_LATER;
  return number % every === every - 1;
}

/** Round by round, so that a short run has met each kind about equally often. */
function troublesOf(random: SeededRandom, count: number, kinds: readonly Trouble[]): Trouble[] {
  const attempts = Math.ceil(count / kinds.length);
  return Array.from({ length: attempts }, () => random.shuffled(kinds))
    .flat()
    .slice(0, count);
}

function anyPlan(random: SeededRandom, number: number, { seed, replicas, lost }: ScheduleSetting): Plan {
  const plan: Plan = {
    number,
    merchant: Number(random.pick(MERCHANTS)),
    amount: 100 + random.number(99_900),
    currency: random.pick(CURRENCIES),
    creates: Number(random.pick(CREATES)),
    expiredByMerchant: random.chance(4),
    shopper: random.pick(SHOPPERS),
    callback: random.pick(CALLBACKS),
    redirect: random.pick(REDIRECTS),
    tampering: random.pick(TAMPERINGS),
    retried: random.chance(50),
    patient: random.chance(50),
    trouble: undefined,
    decision: random.pick(DECISIONS),
    endsPaid: random.chance(60),
    replica: random.number(replicas),
    delayMs: random.number(400),
    afterSales: afterSalesOf(seededRandom(seed * AFTER_SALES + number)),
  };
  return random.chance(lost) ? { ...plan, callback: "dropped", redirect: "lost" } : plan;
}

/** Far from the seeds that people choose. */
const AFTER_SALES = 1_000_003;

/**
 * Without the search only one payment of a session can be told of: where another one is known, nobody asks for a second
 * that may be there.
 */
function merchantsPlan(plan: Plan): Plan {
  if (plan.merchant !== 2) return plan;
  return { ...plan, shopper: "pays", tampering: "none", expiredByMerchant: false };
}

/** Nothing is due where only a card is stored: what some shoppers and faults do to an amount, they cannot do there. */
function setupPlan(plan: Plan): Plan {
  if (!plan.afterSales.isSetup) return plan;
  const { shopper, tampering } = plan;
  return {
    ...plan,
    amount: 0,
    shopper: NOT_OF_SETUPS.has(shopper) ? "pays" : shopper,
    tampering: tampering === "wrong amount" ? "none" : tampering,
  };
}

const NOT_OF_SETUPS: ReadonlySet<Shopper> = new Set([
  "result in progress",
  "issuer unavailable",
  "approved in part",
]);

/**
 * A payment that goes all the way, so that the trouble finds it there: told by callback first. Half of these
 * browsers do not come back, or the return would heal what the trouble has done to the callback. Attempts are
 * asked about where the page is opened again.
 */
function troubled(plan: Plan, trouble: Trouble): Plan {
  return {
    ...plan,
    merchant: plan.merchant % 2,
    shopper: ATTEMPT_KILLS.includes(trouble) ? "reloads" : "pays",
    tampering: "none",
    expiredByMerchant: false,
    callback: plan.callback === "doubled" ? "doubled" : "prompt",
    redirect: plan.patient ? plan.redirect : "lost",
    trouble,
  };
}
