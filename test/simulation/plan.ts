import type { AfterSales } from "./after-sales-plan.js";
import { type Kill, killsAt } from "./kills.js";

/** The engines of the database: one file of this process, a server of either kind, or three servers as a group. */
export type EngineName = "embedded" | "server" | "group" | "galera";

/** What one session's merchant, shopper, gateway and machines will do. Made before anything runs. */
export interface Plan {
  readonly number: number;
  /** Which of the merchants; nobody may search the gateway for the last one's payments until late. */
  readonly merchant: number;
  /** In minor units; 0 where only a card is stored. */
  readonly amount: number;
  readonly currency: string;
  /** How many equal creates go out at once, all with one idempotency key; of some one more is sent when all is over. */
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
  /** What the merchant decides about payments of the session that are held. */
  readonly decision: Decision;
  /** Whether a transaction that the gateway left in progress turns out to be paid, and not declined. */
  readonly endsPaid: boolean;
  /** Which replica is spoken to first. */
  readonly replica: number;
  /** How long whatever is delayed takes. */
  readonly delayMs: number;
  readonly afterSales: AfterSales;
}

export type Shopper = keyof typeof SHOPPERS;
export type CallbackFault = keyof typeof CALLBACKS;
export type RedirectFault = keyof typeof REDIRECTS;
export type Tampering = keyof typeof TAMPERINGS;
export type Decision = keyof typeof DECISIONS;

/** What happens to machines, lines and locks while the shopper pays. */
export type Trouble =
  | Kill
  | "killed at a random moment"
  | "database line cut"
  | "database connections dropped"
  | "reply to COMMIT lost"
  | "deadlock"
  | "lock held too long";

/** Where a replica dies while it records a payment. */
export const PAYMENT_KILLS: readonly Trouble[] = killsAt(
  "result verified",
  "session locked",
  "result recorded",
  "payment recorded",
  "result committed",
);

/** Where a replica dies while it asks the gateway about an attempt: as somebody opens the page again, or by itself. */
export const ATTEMPT_KILLS: readonly Trouble[] = killsAt("attempt leased", "attempt asked");

/** Where a replica dies while it gives a held payment's money back. */
export const RETURN_KILLS: readonly Trouble[] = killsAt(
  "return leased",
  "return to be sent",
  "return answered",
);

/** Where a replica dies while it tells merchants what has happened. */
const WEBHOOK_KILLS: readonly Trouble[] = killsAt("events numbered", "webhook answered");

const EVERYWHERE: readonly Trouble[] = [
  ...PAYMENT_KILLS,
  ...ATTEMPT_KILLS,
  ...WEBHOOK_KILLS,
  "killed at a random moment",
  "lock held too long",
];

const WITH_A_LINE: readonly Trouble[] = [
  ...EVERYWHERE,
  "database line cut",
  "database connections dropped",
  "reply to COMMIT lost",
  "deadlock",
];

/**
 * What can befall a payment on each engine. The embedded one has no line to cut, one writer never deadlocks,
 * and an answer inside the process does not get lost.
 */
export const TROUBLES: Readonly<Record<EngineName, readonly Trouble[]>> = {
  embedded: EVERYWHERE,
  server: WITH_A_LINE,
  group: WITH_A_LINE,
  galera: WITH_A_LINE,
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
  "result in progress": 4,
  "issuer unavailable": 2,
  "approved in part": 3,
  abandons: 3,
  "never comes": 1,
};

export const CALLBACKS = {
  prompt: 30,
  dropped: 10,
  delayed: 15,
  doubled: 15,
  "with the redirect": 20,
  "after the redirect": 10,
};

export const REDIRECTS = { followed: 70, lost: 15, doubled: 15 };

export const TAMPERINGS = {
  none: 80,
  "wrong amount": 6,
  forged: 5,
  "another account's signature": 4,
  "partial signature": 5,
};

/** What merchants do about held payments; "wait" leaves them where they are. */
export const DECISIONS = { return: 45, accept: 20, dismiss: 15, wait: 20 };

export const CURRENCIES = { gbp: 70, eur: 10, jpy: 10, bhd: 10 };

/** How many equal creates a merchant sends at once. */
export const CREATES = { 1: 60, 2: 25, 3: 15 };

/** Two merchants with all that the gateway offers, and one without its search. */
export const MERCHANTS = { 0: 46, 1: 46, 2: 8 };
