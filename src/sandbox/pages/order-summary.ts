import { localAmount } from "../../domain/money.js";
import { type Html, html, isolated, withoutControls } from "../../lib/html.js";
import type { HostedRequest } from "../payments/hosted-request.js";

/** The merchant, the amount and the items; without an amount, that the card is saved. */
export function orderSummary(merchantName: string, { amount, currency, items }: HostedRequest): Html {
  const total = localAmount(amount, currency);
  const lines = items.map(({ name, quantity, unitAmount }) => {
    const each =
      quantity === 1 ? undefined : html`<small>${quantity} × ${localAmount(unitAmount, currency)}</small>`;
    return html`<li>
      <span>${isolated(name)}${each}</span><span>${localAmount(unitAmount * quantity, currency)}</span>
    </li> `;
  });
  return html`<section class="order" aria-label="Your order">
    <p class="merchant">
      <span class="initial" aria-hidden="true">${initialOf(merchantName)}</span>${isolated(merchantName)}
    </p>
    ${amount === 0 ? SAVES_CARD : html`<h1><span>Amount to pay</span>${total}</h1>`}
    ${
      amount === 0
        ? undefined
        : html`<ul class="items">
      ${lines}
      <li class="total"><span>Total</span><span>${total}</span></li>
    </ul>`
    }
  </section>`;
}

const SAVES_CARD = html`<h1><span>Nothing is charged now</span>Save your card</h1>`;

function initialOf(merchantName: string): string {
  return Array.from(withoutControls(merchantName).trim())[0]?.toUpperCase() ?? "";
}
