/** Whether payment pages may show a stored card to its customer, in the API's words. Null: nobody has said so. */
export type AllowRedisplay = "always" | "limited";

/** What a session's page does with saved cards, as its merchant wants it. */
export interface SavedCardOptions {
  /** Which cards it offers. Empty: none. */
  readonly filters: readonly "always"[];
  /** Whether it asks the shopper if a card may be offered again. */
  readonly save: "enabled" | "disabled" | null;
}

/** A stored card, as far as it decides whether a page offers it. */
export interface StoredCard {
  readonly allowRedisplay: AllowRedisplay | null;
  /** True if the shopper agreed that the card is stored. */
  readonly reusable: boolean;
  /** Null: the gateway gave no token for it, and it cannot be charged again. */
  readonly xrefSealed: Uint8Array | null;
  readonly xrefMadeAt: number | null;
  readonly createdAt: number;
  readonly expMonth: number | null;
  readonly expYear: number | null;
  readonly fingerprint: string | null;
}

/** True where a page may offer the card at `now`: its shopper has agreed, and the gateway can still charge it. */
export function isOffered(card: StoredCard, now: number): boolean {
  if (card.allowRedisplay !== "always" || !card.reusable || card.xrefSealed === null) return false;
  return !hasExpired(card, now) && now < (card.xrefMadeAt ?? card.createdAt) + TOKEN_KEPT_MS;
}

/** A card can be used until the end of the month that is on it; where that is not known, the gateway decides. */
function hasExpired({ expMonth, expYear }: StoredCard, now: number): boolean {
  if (expMonth === null || expYear === null) return false;
  return now >= Date.UTC(expYear, expMonth, 1);
}

/** The gateway keeps a card for thirteen months after the newest payment with it. */
const TOKEN_KEPT_MS = 395 * 24 * 3_600_000;

/** The newest of those that look alike: the same card may have been entered more than once. `cards`: newest first. */
export function newestOfCards<Card extends Pick<StoredCard, "fingerprint">>(cards: readonly Card[]): Card[] {
  const seen = new Set<string>();
  return cards.filter(({ fingerprint }) => {
    if (fingerprint === null) return true;
    const isNew = !seen.has(fingerprint);
    seen.add(fingerprint);
    return isNew;
  });
}

/**
 * Whoever has the link could try cards for ever: from that attempt on the page takes only cards that are entered. Each
 * charge takes two, since it leaves that of the form which the page shows to that form: twenty charges.
 */
const CHARGED_ATTEMPTS_MAX = 40;

/** True where a page whose next charge is this attempt still offers saved cards. */
export function mayOfferAt(attempt: number): boolean {
  return attempt <= CHARGED_ATTEMPTS_MAX;
}
