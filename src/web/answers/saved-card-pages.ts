import type { OfferedCard } from "../../checkout/sessions/offered-cards.js";
import type { PayForm } from "../../checkout/sessions/pay-page.js";
import { html, type Html } from "../../lib/html.js";
import { amountOf, backLink, type KnownOrder, shopOf } from "./order-parts.js";
import { factsOf, isTest, postForm, type ShopperPage } from "./shopper-pages.js";

/**
 * What the shopper of a session can pay with: a button for each saved card, then the form of another card, with a tick
 * where the page asks if that may be offered again. `action` is where the form is posted to.
 */
export function choiceParts(action: string, form: PayForm): Html {
  return html`${savedCardParts(action, form)} ${newCardForm(action, form)}`;
}

/** A button for each saved card that the page offers; nothing where it offers none. */
export function savedCardParts(action: string, { order, choice }: PayForm): Html[] {
  if (choice === undefined) return [];
  return choice.cards.map(
    (card) =>
      html`<form method="post" action="${action}/card" accept-charset="utf-8">
        <input type="hidden" name="payment_method" value="${card.id}" />
        <input type="hidden" name="attempt" value="${String(choice.attempt)}" />
        <button class="card">
          <span>Pay ${amountOf(order, order.amount)} with ${nameOf(card)}</span>${expiryOf(card)}
        </button>
      </form> `,
  );
}

const BRANDS: ReadonlyMap<string, string> = new Map([
  ["visa", "Visa"],
  ["mastercard", "Mastercard"],
  ["amex", "American Express"],
  ["jcb", "JCB"],
  ["diners", "Diners Club"],
  ["discover", "Discover"],
  ["unionpay", "UnionPay"],
]);

function nameOf({ brand, last4 }: OfferedCard): string {
  const name = BRANDS.get(brand ?? "") ?? "your saved card";
  return last4 === null ? name : `${name} ending in ${last4}`;
}

function expiryOf({ expMonth, expYear }: OfferedCard): Html | undefined {
  if (expMonth === null || expYear === null) return undefined;
  const month = String(expMonth).padStart(2, "0");
  return html`<span class="expiry">Expires ${month}/${String(expYear % 100).padStart(2, "0")}</span>`;
}

/**
 * The tick has no name, so that nothing unsigned goes to the gateway: it decides which of two buttons there is, and the
 * button where the form is posted to. That takes no scripts.
 */
function newCardForm(action: string, form: PayForm): Html {
  const { order, fields, choice } = form;
  const isOnly = choice === undefined || choice.cards.length === 0;
  const label = isOnly ? "Continue to payment" : "Pay with another card";
  const look = isOnly ? html`` : html`class="other"`;
  if (choice?.asksToSave !== true) return postForm(action, fields, label, look);
  const inputs = fields.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" /> `,
  );
  return html`<form method="post" action="${action}" accept-charset="utf-8" ${look}>
    ${inputs}<input type="checkbox" id="save" class="tick" /><label for="save" class="ticked">
      Save ${isOnly ? "this" : "the other"} card for next time. ${shopOf(order)} will offer it to you when you pay there again.</label
    ><button class="plain">${label}</button><button class="saving" formaction="${action}/save">${label}</button>
  </form>`;
}

/** Of a card that this session does not offer: whose it is, and whether there is one, is nobody else's business. */
export function noSuchCardPage(payUrl: string, known: KnownOrder | undefined): ShopperPage {
  return {
    status: 404,
    isTest: isTest(known),
    title: "This card does not exist",
    body: html`<p>It is not saved here, or not any more. Nothing was charged.</p>
      ${factsOf(known)} <a class="button" href="${payUrl}">Choose another card</a>
      ${known && backLink(known.order, known.cancelUrl)}`,
  };
}

/** The gateway has not answered lately: nothing is begun that could end in doubt. */
export function gatewayAwayPage(payUrl: string, known: KnownOrder | undefined): ShopperPage {
  return {
    status: 503,
    isTest: isTest(known),
    title: "Saved cards cannot be used just now",
    body: html`<p>The payment network does not answer for now. Nothing was charged. Please try again in a minute.</p>
      ${factsOf(known)} <a class="button" href="${payUrl}">Try again</a>
      ${known && backLink(known.order, known.cancelUrl)}`,
  };
}
