import type { CheckoutPoint } from "../../src/checkout/checkout.js";
import { type Dice, diceOf } from "./dice.js";

export type EngineName = "embedded" | "mariadb";

/** What one session's merchant, shopper, gateway and machines will do. Made before anything runs. */
export interface Plan {
  readonly number: number;
  /** Which of the two merchants. */
  readonly merchant: number;
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
  /** How many equal creates go out at once, all with one idempotency key; one more is sent when all is over. */
  readonly creates: number;
  readonly expiredByMerchant: boolean;
  readonly shopper: Shopper;
  readonly callback: CallbackFault;
  readonly redirect: RedirectFault;
  readonly tampering: Tampering;
  /** The gateway sends a callback again that was not answered with 2xx. It does not promise to. */
  readonly retried: boolean;
  /** The shopper posts the result again where our page asks for that. */
  readonly patient: boolean;
  readonly trouble: Trouble | undefined;
  /** Which replica is spoken to first. */
  readonly replica: number;
  /** How long whatever is delayed takes. */
  readonly delayMs: number;
}

export type Shopper = keyof typeof SHOPPERS;
export type CallbackFault = keyof typeof CALLBACKS;
export type RedirectFault = keyof typeof REDIRECTS;
export type Tampering = keyof typeof TAMPERINGS;

/** What happens to machines, lines and locks while the shopper pays. */
export type Trouble =
  | `killed at: ${CheckoutPoint}`
  | "killed at a random moment"
  | "database line cut"
  | "database connections dropped"
  | "reply to COMMIT lost"
  | "deadlock"
  | "lock held too long";

/** Everything that can be injected on each engine. The embedded one has no line to cut, and one writer never deadlocks. */
export const TROUBLES: Readonly<Record<EngineName, readonly Trouble[]>> = {
  embedded: [...kills(), "lock held too long"],
  mariadb: [
    ...kills(),
    "lock held too long",
    "database line cut",
    "database connections dropped",
    "reply to COMMIT lost",
    "deadlock",
  ],
};

/** Each kind by its weight among a hundred or so. */
export const SHOPPERS = {
  pays: 34,
  "declined, then pays": 8,
  declined: 4,
  cancels: 4,
  "cancels, then pays": 5,
  "pays in two tabs": 7,
  "pays with a second card": 7,
  "pays with the same card in two tabs": 4,
  "pays, is declined in another tab": 7,
  "pays an old attempt": 5,
  reloads: 5,
  "result unknown": 3,
  "approved in part": 3,
  abandons: 3,
  "never comes": 1,
};

export const CALLBACKS = {
  prompt: 30,
  dropped: 15,
  delayed: 10,
  doubled: 15,
  "with the redirect": 20,
  "after the redirect": 10,
};

export const REDIRECTS = { followed: 65, lost: 20, doubled: 15 };

export const TAMPERINGS = {
  none: 80,
  "wrong amount": 6,
  forged: 5,
  "another account's signature": 4,
  "partial signature": 5,
};

const CURRENCIES = { gbp: 70, eur: 10, jpy: 10, bhd: 10 };

/** Every so many sessions one meets trouble: a replica that was killed needs a second to be back. */
const TROUBLE_EVERY = 25;

/** The plans of all sessions: a function of seed, number and engine alone. */
export function scheduleOf(seed: number, sessions: number, engine: EngineName, replicas: number): Plan[] {
  const dice = diceOf(seed);
  const troubles = troublesOf(dice, Math.ceil(sessions / TROUBLE_EVERY), TROUBLES[engine]);
  return Array.from({ length: sessions }, (_, number) => {
    const plan = anyPlan(dice, number, replicas);
    const trouble = number % TROUBLE_EVERY === TROUBLE_EVERY - 1 ? troubles.pop() : undefined;
    return trouble === undefined ? plan : troubled(plan, trouble);
  });
}

/** Round by round, so that a short run has met each kind about equally often. */
function troublesOf(dice: Dice, count: number, kinds: readonly Trouble[]): Trouble[] {
  const rounds = Math.ceil(count / kinds.length);
  return Array.from({ length: rounds }, () => dice.shuffled(kinds))
    .flat()
    .slice(0, count);
}

function anyPlan(dice: Dice, number: number, replicas: number): Plan {
  return {
    number,
    merchant: dice.number(2),
    amount: 100 + dice.number(99_900),
    currency: dice.pick(CURRENCIES),
    creates: 1 + dice.number(3),
    expiredByMerchant: dice.chance(4),
    shopper: dice.pick(SHOPPERS),
    callback: dice.pick(CALLBACKS),
    redirect: dice.pick(REDIRECTS),
    tampering: dice.pick(TAMPERINGS),
    retried: dice.chance(50),
    patient: dice.chance(50),
    trouble: undefined,
    replica: dice.number(replicas),
    delayMs: dice.number(400),
  };
}

/**
 * A payment that goes all the way, so that the trouble finds it there: told by callback first. Half of these browsers do
 * not come back, or the return would heal what the trouble has done to the callback.
 */
function troubled(plan: Plan, trouble: Trouble): Plan {
  const callback = plan.callback === "doubled" ? "doubled" : "prompt";
  const redirect = plan.patient ? plan.redirect : "lost";
  return {
    ...plan,
    shopper: "pays",
    tampering: "none",
    expiredByMerchant: false,
    callback,
    redirect,
    trouble,
  };
}

function kills(): Trouble[] {
  const points: readonly CheckoutPoint[] = [
    "result verified",
    "session locked",
    "result recorded",
    "payment recorded",
    "result committed",
  ];
  return [...points.map((point): Trouble => `killed at: ${point}`), "killed at a random moment"];
}
