/** What the shopper has chosen on a session's page, for one attempt. */
export type CardChoice = CardToSave | SavedCardCharge;

/** To enter a card that the page may offer again, once it has paid. */
export interface CardToSave {
  readonly kind: "save";
  readonly attempt: number;
}

/** To pay with a saved card, which is charged once. */
export interface SavedCardCharge {
  readonly kind: ChargeStep;
  readonly attempt: number;
  readonly paymentMethodId: string;
  /** Id of the call that recorded the newest request of the gateway, the only one that may send it. */
  readonly callId: string;
  /** How many challenges the attempt has had. */
  readonly rounds: number;
  /** Until when the gateway may answer, or the shopper authenticate; then the gateway is asked, and that ends it. */
  readonly endsAt: number;
  /** The newest challenge, as JSON, sealed, in base64. Null: none. */
  readonly challengeSealed: string | null;
}

/**
 * Where the charge stands. `charge`: it is recorded, and sent to the gateway once; `challenge`: the card's issuer wants
 * the shopper to authenticate; `answered`: they have, and the gateway is told.
 */
export type ChargeStep = "charge" | "challenge" | "answered";

/** Every legal move; all others are impossible. Whatever ends the charge ends its attempt. */
const MOVES: Record<ChargeStep, readonly ChargeStep[]> = {
  charge: ["challenge"],
  challenge: ["answered"],
  answered: ["challenge"],
};

/** True where a charge may go from `from` to `to`. */
export function mayMoveCharge(from: ChargeStep, to: ChargeStep): boolean {
  return MOVES[from].includes(to);
}

/** A session as far as the choice of its shopper goes. */
export interface ChoosingSession {
  readonly attempt: number;
  readonly cardChoice: CardChoice | null;
}

/** The charge of a saved card that an attempt of the session is; by default the newest one. Undefined: it is a form. */
export function chargeOf(
  session: Pick<ChoosingSession, "attempt" | "cardChoice">,
  attempt: number | null = session.attempt,
): SavedCardCharge | undefined {
  const { cardChoice } = session;
  return cardChoice !== null && cardChoice.kind !== "save" && cardChoice.attempt === attempt
    ? cardChoice
    : undefined;
}

/** True while a saved card is being charged: the gateway is told, and has not said what came of it. */
export function isCharging(session: Pick<ChoosingSession, "attempt" | "cardChoice">): boolean {
  const kind = chargeOf(session)?.kind;
  return kind === "charge" || kind === "answered";
}

/** The challenge that the shopper may meet now. Undefined: none is open. */
export function openChallengeOf(session: ChoosingSession, now: number): SavedCardCharge | undefined {
  const charge = chargeOf(session);
  return charge?.kind === "challenge" && now < charge.endsAt ? charge : undefined;
}

/** True if the shopper has agreed that the card which they enter for this attempt is offered to them again. */
export function savesCard({ cardChoice }: Pick<ChoosingSession, "cardChoice">, attempt: number): boolean {
  return cardChoice?.kind === "save" && cardChoice.attempt === attempt;
}

/** The attempt that a form belongs to: the newest, unless that is the charge of a saved card. */
export function attemptOfForm(session: ChoosingSession): number {
  return chargeOf(session) === undefined ? session.attempt : session.attempt + 1;
}

/**
 * The attempt that the next charge of a saved card is: one of its own. That of the form which the page shows is left to
 * that form: a browser may post it to the gateway without a word to this service.
 */
export function attemptOfCharge(session: ChoosingSession): number {
  return attemptOfForm(session) + 1;
}
