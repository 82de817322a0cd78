import type { PageOrder } from "../../checkout/sessions/pay-page-state.js";
import { localAmount } from "../../domain/money.js";
import { html, type Html, isolated } from "../../lib/html.js";

/** What a page tells of a session that is not read for it, or cannot be. */
export interface KnownOrder {
  readonly order: PageOrder;
  readonly cancelUrl: string | null;
}

/** The shop's name, whatever direction it is written in. */
export function shopOf({ shop }: PageOrder): Html {
  return isolated(shop);
}

/** Leads back to the shop. Nothing where the merchant named no address to go back to. */
export function backButton(order: PageOrder, cancelUrl: string | null): Html | undefined {
  return cancelUrl === null
    ? undefined
    : html`<a class="button" href="${cancelUrl}"><span>Back to ${shopOf(order)}</span></a>`;
}

/** As `backButton`, less loud: there is something better to do on the page. */
export function backLink(order: PageOrder, cancelUrl: string | null): Html | undefined {
  return cancelUrl === null ? undefined : html`<p><a href="${cancelUrl}">Back to ${shopOf(order)}</a></p>`;
}

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
export function amountOf({ currency, locale }: PageOrder, amount: number): Html {
  return html`<bdi>${localAmount(amount, currency, locale)}</bdi>`;
}
