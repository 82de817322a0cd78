import type { PageOrder } from "../../checkout/sessions/page-order.js";
import { localAmount } from "../../domain/money.js";
import { html, type Html, isolated } from "../../lib/html.js";

/** The shop, the amount and the reference of a session, and its items behind a click. */
export function orderFacts(order: PageOrder): Html {
  return html`<dl class="facts">
      <div><dt>Shop</dt><dd>${isolated(order.shop)}</dd></div>
      ${order.storesOnly ? undefined : html`<div><dt>Amount</dt><dd class="amount">${amountOf(order, order.amount)}</dd></div>`}
      <div><dt>Reference</dt><dd>${isolated(order.reference)}</dd></div>
    </dl>
    ${order.items.length === 0 ? undefined : itemsOf(order)}`;
}

function itemsOf(order: PageOrder): Html {
  const { items } = order;
  const lines = items.map(
    ({ name, quantity, unitAmount }) =>
      html`<li><span>${quantity === 1 ? undefined : `${quantity} × `}${isolated(name)}</span><span>${amountOf(order, unitAmount * quantity)}</span></li> `,
  );
  return html`<details class="ordered">
    <summary>${items.length === 1 ? "1 item" : `${items.length} items`}</summary>
    <ul>
      ${lines}
    </ul>
  </details>`;
}

/** Isolated: in some languages an amount begins with a letter that is written from right to left. */
function amountOf({ currency, locale }: PageOrder, amount: number): Html {
  return html`<bdi>${localAmount(amount, currency, locale)}</bdi>`;
}
