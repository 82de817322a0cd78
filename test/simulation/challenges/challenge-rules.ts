import { isGranted } from "../evidence.js";
import type { PaymentFile, PaymentRule } from "../payment-file.js";
import { isApprovedOnce } from "./challenge-plan.js";

/** What must be true of charges that a card's issuer lets through only once the shopper has authenticated. */
export const CHALLENGE_RULES: readonly PaymentRule[] = [
  { rule: "paid once its shopper authenticates, and only then", lasts: true, broken: unauthenticated },
  { rule: "paid once its shopper authenticates, and only then", lasts: true, broken: unpaid },
  { rule: "paid once its shopper authenticates, and only then", lasts: true, broken: askedInVain },
];

/** Neither by a shopper who failed or went away, nor by the answer of another payment. */
function unauthenticated(file: PaymentFile): string[] {
  if (!needsShopper(file)) return [];
  const passed = new Set(
    file.challenges.filter(({ deed }) => deed === "passes").map(({ attempt }) => attempt),
  );
  return file.charges
    .filter((charge) => isGranted(charge) && !passed.has(charge.attempt))
    .map(
      ({ transaction, attempt }) =>
        `was granted ${transaction}, and nobody authenticated for attempt ${attempt}`,
    );
}

/** Where nothing went wrong while they did, the gateway has granted it. */
function unpaid({ payment, charges, challenges }: PaymentFile): string[] {
  if (!isApprovedOnce(payment.amount)) return [];
  return challenges
    .filter(({ deed, isSure }) => deed === "passes" && isSure)
    .filter(({ attempt }) => !charges.some((charge) => charge.attempt === attempt && isGranted(charge)))
    .map(({ attempt }) => `was authenticated in attempt ${attempt}, and nothing was granted`);
}

/** An issuer who asks for nothing has nobody sent to it. */
function askedInVain(file: PaymentFile): string[] {
  if (needsShopper(file)) return [];
  return file.orders
    .filter(({ status }) => status === "requires_action")
    .map(({ key }) => `"${key}" was answered as requires_action, and its card's issuer asks for nothing`);
}

function needsShopper({ orders }: PaymentFile): boolean {
  return orders.some((order) => order.needsShopper === true);
}
