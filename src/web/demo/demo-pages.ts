import { CheckoutSessionSchema } from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import { storedBilling } from "../../checkout/customers/get-payment-method.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { currencyByCode, localAmount } from "../../domain/money.js";
import { basePathOf } from "../../lib/base-url.js";
import { sendWebPage } from "../../lib/html-page.js";
import { html, type Html } from "../../lib/html.js";
import type { HttpResponse } from "../../lib/http.js";
import { sessionMessage } from "../../rpc/messages/checkout-session-message.js";
import { plainDialect } from "../../transcode/json/plain-dialect.js";
import { INFO_STYLES } from "../answers/info-styles.js";
import { curlCommand } from "./curl-command.js";
import { bodyOf, CURRENCY, PRODUCTS, QUANTITY_MAX } from "./demo-order.js";
import type { DemoOrder } from "./demo-shop.js";

/** The basket. `problem` says why it was not taken. */
export function sendBasket(
  checkout: CheckoutContext,
  response: HttpResponse,
  status = 200,
  problem?: string,
): void {
  const base = basePathOf(checkout.addresses.publicUrl);
  send(response, status, "Demo shop", "'self'", [
    html`<p>
      A shop to try the payment service with. Nothing is sold here, and no money moves: you pay with test cards.
    </p>`,
    ...(problem === undefined ? [] : [html`<p class="alert" role="alert">${problem}</p>`]),
    html`<form method="post" action="${base}/demo/orders">
      ${PRODUCTS.map(
        ({ name, unitAmount }, index) =>
          html`<div class="row">
            <label for="quantity${index}">${name} <small>${money(unitAmount)}</small></label>
            <input
              id="quantity${index}"
              name="quantity${index}"
              type="number"
              min="0"
              max="${QUANTITY_MAX}"
              value="${index === 0 ? 1 : 0}"
            />
          </div>`,
      )}
      <button>Check out</button>
    </form>`,
    html`<p><a href="${base}/">Back to the start page</a></p>`,
  ]);
}

/** The shop takes no orders. */
export function sendNoShop(response: HttpResponse): void {
  send(response, 404, "There is no demo shop here", "'none'", [
    html`<p>
      It is open in test mode, where a demonstration merchant exists. The operator makes one with
      <code>bin/calmony-pay keys demo</code>.
    </p>`,
  ]);
}

/** No order of the shop has this id. */
export function sendNoOrder(checkout: CheckoutContext, response: HttpResponse): void {
  const base = basePathOf(checkout.addresses.publicUrl);
  send(response, 404, "There is no such order", "'none'", [
    html`<p>An order is shown where it was placed. <a href="${base}/demo">Fill a basket</a></p>`,
  ]);
}

/** An order: how its session is created, and then what became of it. */
export function sendOrder(checkout: CheckoutContext, response: HttpResponse, order: DemoOrder): void {
  const isPaid = order.session.status === "complete";
  const title = isPaid ? "Thank you: the order is paid" : "Your order";
  const parts = isPaid
    ? [...afterPayment(checkout, order), created(checkout, order)]
    : beforePayment(checkout, order);
  const base = basePathOf(checkout.addresses.publicUrl);
  const again = html`<p><a href="${base}/demo">Fill another basket</a></p>`;
  send(response, 200, title, "'none'", [...parts, again], isStillMoving(order) ? RELOAD : undefined);
}

/** Whether the page will soon show more: the shopper is at the gateway, or events are on their way. */
function isStillMoving({ session, events }: DemoOrder): boolean {
  if (session.status === "open") return session.formsGiven > 0;
  return session.status === "complete" && !events.some(({ type }) => type === "checkout.session.completed");
}

/** Every two seconds while the page is open. Without scripts, the reader reloads the page. */
const RELOAD = `setInterval(() => { if (document.visibilityState === "visible") location.reload(); }, 2000)`;

function beforePayment(checkout: CheckoutContext, order: DemoOrder): Html[] {
  const { session } = order;
  const pay = html`<a class="button" href="${urlOf(checkout, session.id)}">Pay ${money(session.amountTotal)}</a>`;
  const isOpen = session.status === "open";
  return [
    isOpen
      ? html`<p>The shop's server has created a session. Now it sends the shopper to the session's <code>url</code>:</p>`
      : html`<p>This order was not paid in time: its session has expired.</p>`,
    ...(isOpen ? [pay] : []),
    ...(isOpen && (session.formsGiven > 0 || session.attempt > 1)
      ? [
          html`<p>Not paid so far. A card that was declined, or a payment that you cancelled, can be tried again.</p>`,
        ]
      : []),
    created(checkout, order),
    happened(order),
  ];
}

function created(checkout: CheckoutContext, { session }: DemoOrder): Html {
  const url = `${checkout.addresses.publicUrl}/v1/checkout/sessions`;
  return html`<section>
    <h2>The call that created it</h2>
    ${code(curlCommand({ url, body: bodyOf(session) }))}
    <h2>The session now</h2>
    ${code(sessionJson(checkout, session))}
  </section>`;
}

function afterPayment(checkout: CheckoutContext, order: DemoOrder): Html[] {
  const { id, paymentIntentId } = order.session;
  const base = `${checkout.addresses.publicUrl}/v1`;
  const refund = JSON.stringify({ payment_intent: paymentIntentId });
  const lines = [
    curlCommand({ url: `${base}/checkout/sessions/${id}` }),
    curlCommand({ url: `${base}/events?limit=10` }),
    curlCommand({ url: `${base}/refunds`, body: refund }),
  ];
  return [
    html`<p>
      The gateway has reported the payment, and the session is complete. A shop fulfils the order when the event
      <code>checkout.session.completed</code> arrives at its webhook endpoint, not when the browser comes back here.
    </p>`,
    happened(order),
    html`<section>
      <h2>Ask for it yourself</h2>
      <p>
        With a test key of the demonstration merchant: the one that the service printed at its first start, or another
        from <code>bin/calmony-pay keys demo</code>.
      </p>
      ${lines.map(code)}
    </section>`,
  ];
}

function happened({ events }: DemoOrder): Html {
  const items = events.map(
    ({ sequence, type, createdAt }) =>
      html`<li>
        <span>${sequence ?? ""}</span> <code>${type}</code>
        <time datetime="${new Date(createdAt).toISOString()}">${new Date(createdAt).toISOString().slice(11, 19)}</time>
      </li>`,
  );
  const list =
    items.length === 0
      ? html`<p>None yet. They appear here as they happen.</p>`
      : html`<ol class="events">${items}</ol>`;
  return html`<section>
    <h2>Events</h2>
    ${list}
  </section>`;
}

function code(text: string): Html {
  return html`<pre><code>${text}</code></pre>`;
}

function sessionJson(checkout: CheckoutContext, session: DemoOrder["session"]): string {
  const text = SESSION.write(
    sessionMessage(session, urlOf(checkout, session.id), storedBilling(checkout, session)),
  );
  return JSON.stringify(JSON.parse(text), undefined, 2);
}

const SESSION = plainDialect.message(CheckoutSessionSchema);

function urlOf({ addresses }: CheckoutContext, sessionId: string): string {
  return `${addresses.hppUrl}/pay/${sessionId}`;
}

function money(amount: number): string {
  const currency = currencyByCode(CURRENCY);
  return currency === undefined ? String(amount) : localAmount(amount, currency);
}

function send(
  response: HttpResponse,
  status: number,
  title: string,
  formTargets: string,
  parts: readonly Html[],
  script?: string,
): void {
  sendWebPage(response, {
    status,
    title,
    style: INFO_STYLES,
    formTargets,
    ...(script === undefined ? {} : { script }),
    body: html`<main>
        <p class="test-band"><strong>TEST</strong> <span>No money moves here. Never enter a real card.</span></p>
        <div class="sheet">
          <h1>${title}</h1>
          ${parts}
        </div>
      </main>`,
  });
}
