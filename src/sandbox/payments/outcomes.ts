import {
  ACTION,
  type GatewayState,
  RESPONSE_CODE,
  RESPONSE_STATUS,
  STATE,
} from "../../domain/gateway-codes.js";

/** An outcome of a sandbox payment, in the gateway's own terms (Cardstream guide ). */
export interface TestOutcome {
  /** Value of the `outcome` choice on the card page. */
  readonly name: string;
  /** The shopper reads it in that choice, and on the page that leads back. */
  readonly label: string;
  readonly responseCode: number;
  readonly responseStatus: (typeof RESPONSE_STATUS)[keyof typeof RESPONSE_STATUS];
  /** Undefined if the message is the authorisation code. */
  readonly responseMessage?: string;
  readonly state: GatewayState;
  /** How much of the amount is taken. */
  readonly takes: "all" | "half" | "nothing" | "another amount";
}

/** How a result says that all was done. */
export const APPROVED_FIELDS = {
  responseCode: String(RESPONSE_CODE.APPROVED),
  responseStatus: String(RESPONSE_STATUS.APPROVED),
} as const;

/** Every outcome that can be chosen on the card page, in the order shown there. */
export const OUTCOMES = {
  approve: {
    name: "approve",
    label: "Approved",
    responseCode: RESPONSE_CODE.APPROVED,
    responseStatus: RESPONSE_STATUS.APPROVED,
    state: STATE.CAPTURED,
    takes: "all",
  },
  decline: refused("decline", "Declined", RESPONSE_CODE.DECLINED, "CARD DECLINED"),
  refer: {
    ...refused("refer", "Referred to the card issuer", RESPONSE_CODE.REFERRED, "CARD REFERRED"),
    state: STATE.REFERRED,
  },
  keep_card: refused(
    "keep_card",
    "Declined, keep the card",
    RESPONSE_CODE.DECLINED_KEEP_CARD,
    "CARD DECLINED - KEEP CARD",
  ),
  insufficient_funds: refused(
    "insufficient_funds",
    "Insufficient funds",
    RESPONSE_CODE.INSUFFICIENT_FUNDS,
    "INSUFFICIENT FUNDS",
  ),
  expired_card: refused("expired_card", "Expired card", RESPONSE_CODE.EXPIRED_CARD, "EXPIRED CARD"),
  sca_required: refused(
    "sca_required",
    "3-D Secure failed",
    RESPONSE_CODE.SCA_REQUIRED,
    "CARD DECLINED - SCA REQUIRED",
  ),
  partial: {
    name: "partial",
    label: "Approved for half the amount",
    responseCode: RESPONSE_CODE.PARTIAL_APPROVAL,
    responseStatus: RESPONSE_STATUS.APPROVED,
    state: STATE.CAPTURED,
    takes: "half",
  },
  issuer_unavailable: fault(
    "issuer_unavailable",
    "Card issuer unavailable",
    RESPONSE_CODE.ISSUER_UNAVAILABLE,
    "ISSUER UNAVAILABLE",
  ),
  in_progress: {
    ...fault(
      "in_progress",
      "Still in progress, result unknown",
      RESPONSE_CODE.IN_PROGRESS,
      "TRANSACTION IN PROGRESS",
    ),
    state: STATE.RECEIVED,
  },
  cancel: fault("cancel", "Cancelled by the shopper", RESPONSE_CODE.REQUEST_CANCELLED, "REQUEST CANCELLED"),
} as const satisfies Record<string, TestOutcome>;

/** Another payment with an equal card and order within `duplicateDelay` (guide A-8). Cannot be chosen. */
export const DUPLICATE: TestOutcome = fault(
  "duplicate",
  "Duplicate",
  RESPONSE_CODE.REQUEST_DUPLICATE,
  "REQUEST DUPLICATE",
);

/** The card is valid and nothing was to be taken: what an approval is where the request only verifies. */
export const VERIFIED: TestOutcome = {
  name: STATE.VERIFIED,
  label: "Verified",
  responseCode: RESPONSE_CODE.APPROVED,
  responseStatus: RESPONSE_STATUS.APPROVED,
  responseMessage: "CARD VERIFIED",
  state: STATE.VERIFIED,
  takes: "nothing",
};

/** The chosen outcome; the request decides if the choice is empty. Undefined for an unknown name. */
export function chosenOutcome(choice: string, request: Asked): TestOutcome | undefined {
  if (choice === "") return expectedOutcome(request);
  const chosen = Object.values<TestOutcome>(OUTCOMES).find(({ name }) => name === choice);
  return chosen === OUTCOMES.approve && request.action === ACTION.VERIFY ? VERIFIED : chosen;
}

/** The outcome where the shopper chooses none. */
export function expectedOutcome({ action, amount }: Asked): TestOutcome {
  return action === ACTION.VERIFY ? VERIFIED : outcomeOfAmount(amount);
}

/** What a request asks for: the amount in minor units. */
interface Asked {
  readonly action: string;
  readonly amount: number;
}

/** The label of a transaction that ended with this code. */
export function labelOfCode(responseCode: number): string {
  const all: readonly TestOutcome[] = [...Object.values(OUTCOMES), DUPLICATE];
  return all.find((outcome) => outcome.responseCode === responseCode)?.label ?? "Finished";
}

/**
 * The outcome that the gateway's test accounts give an amount, in minor units of any currency (guide A-11).
 *
 * The hosted page handles 3-D Secure by itself, so the bands that require it count as authenticated. The
 * gateway refuses amounts outside its bands with 66311; the sandbox approves them, so that any order can be
 * tried.
 */
export function outcomeOfAmount(amount: number): TestOutcome {
  return AMOUNT_BANDS.find(({ from, to }) => amount >= from && amount <= to)?.outcome ?? OUTCOMES.approve;
}

/**
 * The outcome of an amount on a stored card that a merchant's server charges: the shopper is not
 * authenticated, so the bands that require 3-D Secure are declined.
 */
export function directOutcome(amount: number): TestOutcome {
  const wantsAuthentication = amount >= SCA_BAND.from && amount <= SCA_BAND.to;
  return wantsAuthentication ? OUTCOMES.sca_required : outcomeOfAmount(amount);
}

/** Amounts that are declined unless the shopper was authenticated (guide A-11). */
const SCA_BAND: AmountBand = { from: 20_000, to: 29_999 };

/** Sales of these amounts end as `rejected` when they are settled, all others as `accepted` (guide A-11). */
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

/** Declined by the card's issuer. */
function refused(name: string, label: string, responseCode: number, responseMessage: string): TestOutcome {
  return {
    name,
    label,
    responseCode,
    responseStatus: RESPONSE_STATUS.DECLINED,
    responseMessage,
    state: STATE.DECLINED,
    takes: "nothing",
  };
}

/** Ended without a decision of the issuer. */
function fault(name: string, label: string, responseCode: number, responseMessage: string): TestOutcome {
  return {
    name,
    label,
    responseCode,
    responseStatus: RESPONSE_STATUS.ERROR,
    responseMessage,
    state: STATE.FINISHED,
    takes: "nothing",
  };
}
