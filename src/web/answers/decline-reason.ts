/**
 * What a shopper is told of the reason of a decline. Only what they can mend: anything else would tell a thief what is
 * known of a card, or an honest shopper of a suspicion. The shop sees the code itself.
 */
export function declineReason(declineCode: string): string {
  return REASONS.get(declineCode) ?? "The bank that issued the card did not approve it.";
}

const REASONS: ReadonlyMap<string, string> = new Map([
  [
    "authentication_required",
    "The bank wants you to confirm that it is you. Try again, and confirm it with your bank.",
  ],
  ["card_velocity_exceeded", "The card has reached a limit that the bank sets."],
  ["currency_not_supported", "The card cannot be used in this currency."],
  ["expired_card", "The card has expired."],
  ["incorrect_number", "There is no card with this number."],
  ["insufficient_funds", "There is not enough money on the card's account."],
  ["try_again_later", "The bank could not decide just now. You can try again in a while."],
]);
