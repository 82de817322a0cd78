import { ACTION } from "../../domain/gateway-codes.js";
import type { CardEntry } from "./card-entry.js";
import type { HostedRequest } from "./hosted-request.js";
import { OUTCOMES, PREAUTHORISED, REFUNDED, type TestOutcome, VERIFIED } from "./outcomes.js";
import type { PlannedFaults } from "./planned-faults.js";
import type { AuthenticationStatus } from "./three-d-secure.js";

/** A payment whose outcome is not known yet. */
export interface AskedPayment {
  readonly action: string;
  /** In minor units. */
  readonly amount: number;
  /** The cardholder's name; "" if unknown. */
  readonly customerName: string;
  /** True if the card is one that its issuer always declines. */
  readonly cardDeclines: boolean;
  /** False for a charge by a merchant's server, without 3-D Secure. */
  readonly isAuthenticated: boolean;
  readonly faults: PlannedFaults;
  /** What the card's issuer makes of an authentication. Undefined: the card does not take part. */
  readonly authentication?: AuthenticationStatus | undefined;
}

/** What is asked for on a card page, as far as it is known: the card is not before the shopper has entered it. */
export function askedOnPage(request: HostedRequest, faults: PlannedFaults, entry?: CardEntry): AskedPayment {
  return { ...request, cardDeclines: entry?.card.declines ?? false, isAuthenticated: true, faults };
}

/**
 * The outcome where the shopper chooses none: approved, whatever the amount, unless the merchant has planned another
 * one, or the cardholder's name or the card chooses it.
 */
export function expectedOutcome(asked: AskedPayment): TestOutcome {
  return forAction(asked.action, plannedOutcome(asked));
}

/** What the choice on the card page comes to; undefined for an unknown one. "" leaves it to `expectedOutcome`. */
export function chosenOutcome(choice: string, asked: AskedPayment): TestOutcome | undefined {
  if (choice === "") return expectedOutcome(asked);
  const isByAmount = choice === AMOUNT_BANDS_CHOICE;
  const chosen = isByAmount
    ? outcomeOfAmount(asked.amount)
    : Object.values<TestOutcome>(OUTCOMES).find(({ name }) => name === choice);
  return chosen && forAction(asked.action, chosen);
}

/** The choice on the card page that leaves the outcome to the amount. */
export const AMOUNT_BANDS_CHOICE = "amount_bands";

/**
 * The outcome that the gateway's test accounts give an amount, in minor units of any currency (guide A-11).
 *
 * The hosted page handles 3-D Secure by itself, so the bands that require it count as authenticated. The gateway
 * refuses amounts outside its bands with 66311; the sandbox approves them, so that any order can be tried.
 */
export function outcomeOfAmount(amount: number): TestOutcome {
  return AMOUNT_BANDS.find((band) => isInBand(amount, band))?.outcome ?? OUTCOMES.approve;
}

/** Sales of these amounts end as `rejected` when they are settled, where amounts decide (guide A-11). */
export const REJECTED_AT_SETTLEMENT: readonly AmountBand[] = [
  { from: 2500, to: 4999 },
  { from: 7500, to: 9999 },
];

/** Amounts in minor units, both ends included. */
export interface AmountBand {
  readonly from: number;
  readonly to: number;
}

const AMOUNT_BANDS: readonly (AmountBand & { readonly outcome: TestOutcome })[] = [
  { from: 100, to: 4999, outcome: OUTCOMES.approve },
  { from: 5000, to: 9999, outcome: OUTCOMES.refer },
  { from: 10_000, to: 14_999, outcome: OUTCOMES.decline },
  { from: 15_000, to: 19_999, outcome: OUTCOMES.keep_card },
  { from: 20_000, to: 24_999, outcome: OUTCOMES.approve },
  { from: 25_000, to: 29_999, outcome: OUTCOMES.decline },
];

/** Amounts that are declined unless the shopper was authenticated (guide A-11). */
const SCA_BAND: AmountBand = { from: 20_000, to: 29_999 };

/** Only a sale takes money: the approval of anything else says so. */
function forAction(action: string, outcome: TestOutcome): TestOutcome {
  return outcome === OUTCOMES.approve ? (APPROVALS.get(action) ?? outcome) : outcome;
}

const APPROVALS: ReadonlyMap<string, TestOutcome> = new Map([
  [ACTION.VERIFY, VERIFIED],
  [ACTION.PREAUTH, PREAUTHORISED],
  [ACTION.REFUND, REFUNDED],
]);

function plannedOutcome(asked: AskedPayment): TestOutcome {
  const { amount, faults, isAuthenticated } = asked;
  if (faults.has("card_declined")) return OUTCOMES.decline;
  if (faults.has("authentication_required")) return OUTCOMES.sca_required;
  const byAmount = namedAmount(asked) ?? (faults.has("amount_bands") ? amount : undefined);
  if (!isAuthenticated && asked.authentication === "C") return OUTCOMES.sca_required;
  if (byAmount === undefined) return asked.cardDeclines ? OUTCOMES.decline : OUTCOMES.approve;
  return !isAuthenticated && isInBand(byAmount, SCA_BAND) ? OUTCOMES.sca_required : outcomeOfAmount(byAmount);
}

/** The holder `Test 101` has an amount of 101 pounds decide, whatever is to be paid (guide V4, A-11). */
function namedAmount({ customerName }: AskedPayment): number | undefined {
  const number = /^test ?(\d{1,9})$/i.exec(customerName.trim())?.[1];
  return number === undefined ? undefined : Number(number) * 100;
}

function isInBand(amount: number, { from, to }: AmountBand): boolean {
  return amount >= from && amount <= to;
}
