import type { SeededRandom } from "./seeded-random.js";
import { killsAt, type Kill } from "./kills.js";

/** What a merchant does after a session is paid. Made before anything runs. */
export interface AfterSales {
  /** True where the session only stores the card, and is paid with nothing. */
  readonly isSetup: boolean;
  /** How the session's payment is captured. */
  readonly capture: CaptureKind;
  /** True where the session makes a customer, whose card is kept. */
  readonly keepsCard: boolean;
  /** What the issuer of that card makes of 3-D Secure. */
  readonly card: CardKind;
  /** What is charged to the card that was kept. */
  readonly charges: readonly ChargePlan[];
  /** How the session's payment is refunded. */
  readonly refunds: RefundPlan;
}

/** One charge of a stored card. The callback about an odd amount gets lost. */
export interface ChargePlan {
  /** In minor units of the session's currency: decides what the gateway makes of it. */
  readonly amount: number;
  readonly offSession: boolean;
  readonly capture: CaptureKind;
  readonly refunds: RefundPlan;
}

export type CaptureKind = keyof typeof CAPTURES;

/** How a payment is captured: with it, or what its merchant does with the authorization later, by weight. */
const CAPTURES = {
  "at once": 50,
  full: 10,
  part: 10,
  "in full, twice": 8,
  cancel: 6,
  "cancel, then capture": 10,
  "left to lapse": 6,
};

/** In so many of a hundred sessions the payment is captured as that of a charge may be, else at once. */
const MAY_BE_MANUAL = 50;

/** So many of a hundred sessions that keep a card do nothing else. */
const ARE_SETUPS = 25;

/** What goes wrong while an authorized payment is captured or canceled. */
export type CaptureTrouble = Kill | "capture answered 500" | "answer to a capture lost";

export const CAPTURE_TROUBLES: readonly CaptureTrouble[] = [
  "answer to a capture lost",
  ...killsAt("capture sent"),
  "answer to a capture lost",
  ...killsAt("capture to be sent", "capture recorded"),
  "capture answered 500",
  ...killsAt("capture leased", "capture answered"),
];

/** Refunds of one payment, before the days after and at their end. */
export interface RefundPlan {
  readonly early: RefundKind;
  readonly late: RefundKind;
}

/** When refunds of a plan are asked for. */
export type RefundTime = keyof RefundPlan;

export type RefundKind = keyof typeof REFUNDS;

/** Each kind of refund by its weight. */
export const REFUNDS = {
  none: 62,
  full: 10,
  "in two parts": 9,
  "more than half, twice": 7,
  part: 7,
  "too much": 5,
};

/** What each kind asks for at once, of a payment of so much; null for all that is left. */
export const REFUND_AMOUNTS: Record<RefundKind, (received: number) => readonly (number | null)[]> = {
  none: () => [],
  full: () => [null],
  "in two parts": (received) => [Math.ceil(received / 2), Math.floor(received / 2)],
  "more than half, twice": (received) => [Math.floor(received / 2) + 1, Math.floor(received / 2) + 1],
  part: (received) => [Math.ceil(received / 3)],
  "too much": (received) => [received + 1],
};

/** What goes wrong while a card is charged. */
export type ChargeTrouble = Kill | "charge answered 500" | "answer to a charge lost";

export const CHARGE_TROUBLES: readonly ChargeTrouble[] = [
  ...killsAt("charge recorded", "charge sent", "charge answered"),
  "charge answered 500",
  "answer to a charge lost",
];

/** What goes wrong while money of a payment is given back. */
export type RefundTrouble = Kill | "refund answered 500" | "answer to a refund lost" | "refund sent late";

/** All of them, each time in another order: a short run meets the first few of each, and so every kind once. */
export const REFUND_TROUBLES: Record<RefundTime, readonly RefundTrouble[]> = {
  early: [
    ...killsAt("refund recorded", "refund to be sent", "refund answered"),
    "refund answered 500",
    "refund sent late",
    "answer to a refund lost",
    ...killsAt("refund leased", "refund sent"),
  ],
  late: [
    "refund sent late",
    ...killsAt("refund leased", "refund sent"),
    "refund answered 500",
    "answer to a refund lost",
    ...killsAt("refund recorded", "refund to be sent", "refund answered"),
  ],
};

/** Random numbers of its own: what happens after the sale must not change what happened before. */
export function afterSalesOf(random: SeededRandom): AfterSales {
  const keepsCard = random.chance(40);
  const isSetup = keepsCard && random.chance(ARE_SETUPS);
  const capture = random.chance(MAY_BE_MANUAL) ? random.pick(CAPTURES) : "at once";
  const count = keepsCard ? Number(random.pick(CHARGE_COUNTS)) : 0;
  const card = random.pick(CARDS);
  const charges = Array.from({ length: count }, () => ({
    amount: amountOf(random),
    offSession: random.chance(35),
    capture: random.pick(CAPTURES),
    refunds: refundsOf(random),
  }));
  return { keepsCard, isSetup, capture, card, charges, refunds: refundsOf(random) };
}

const CHARGE_COUNTS = { 0: 10, 1: 50, 2: 40 };

export type CardKind = keyof typeof CARDS;

/** By the month in which the card of the vendor's samples expires (Cardstream guide ); another takes no part. */
const CARDS = {
  "takes no part": 55,
  "asks for two rounds": 24,
  "vouches at once": 10,
  "has no say": 5,
  refuses: 6,
};

/** True where the gateway grants the charge only to a shopper who has authenticated. */
export function needsShopper({ card }: AfterSales, { amount }: ChargePlan): boolean {
  const from = FROM["authentication wanted"];
  return card === "asks for two rounds" || (amount >= from && amount < from + BAND_WIDTH);
}

/** The gateway's bands of amounts, which decide here: see `expectedOutcome`. */
const BANDS = {
  approved: 28,
  "approved, large": 26,
  referred: 8,
  declined: 10,
  "authentication wanted": 28,
};

const FROM: Record<keyof typeof BANDS, number> = {
  approved: 100,
  referred: 5_000,
  declined: 10_000,
  "authentication wanted": 20_000,
  "approved, large": 30_000,
};

/** Narrower than the narrowest band, and below the amounts that are rejected at settlement. */
const BAND_WIDTH = 2_400;

function amountOf(random: SeededRandom): number {
  return FROM[random.pick(BANDS)] + random.number(BAND_WIDTH);
}

function refundsOf(random: SeededRandom): RefundPlan {
  return { early: random.pick(REFUNDS), late: random.pick(REFUNDS) };
}
