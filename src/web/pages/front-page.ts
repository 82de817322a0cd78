import type { CheckoutContext } from "../../checkout/context.js";
import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { basePathOf } from "../../lib/base-url.js";
import { sendWebPage } from "../../lib/html-page.js";
import { html, type Html } from "../../lib/html.js";
import type { HttpResponse } from "../../lib/http.js";
import { INFO_STYLES } from "../answers/info-styles.js";
import { demoShopOf } from "../demo/demo-shop.js";

/** `GET /`: what this is, where the documentation is, and the state of the service. */
export async function frontPage(checkout: CheckoutContext, response: HttpResponse): Promise<void> {
  const isReady = await checkout.readiness.now();
  const base = basePathOf(checkout.addresses.publicUrl);
  sendWebPage(response, {
    status: 200,
    title: "Calmony Pay",
    style: INFO_STYLES,
    formTargets: "'none'",
    body: html`<main>
      <div class="sheet">
        <h1>Calmony Pay: hosted checkout</h1>
        <p>
          A payment service. A merchant's server creates a checkout session, sends the shopper to its page to pay by card,
          and is told by webhook when the payment has arrived.
        </p>
        <p class="state">${isReady ? "The service is ready." : "The service is not ready: its database does not answer."}</p>
        ${payments(checkout)} ${isReady ? await shopPart(checkout, base) : undefined} ${documents(base)}
      </div>
    </main>`,
  });
}

function payments({ testMode, addresses }: CheckoutContext): Html {
  const test = testMode ? "Test payments are on: they go to the sandbox gateway." : "Test payments are off.";
  const off = addresses.callbackProblem !== undefined;
  const live = off ? "Live payments are off: see the service's log, or /readyz." : "Live payments are on.";
  return html`<p>${test} ${live}</p>`;
}

async function shopPart(checkout: CheckoutContext, base: string): Promise<Html | undefined> {
  const isOpen = await demoShopOf(checkout)
    .isOpen()
    .catch((error: unknown) => {
      if (isDatabaseAway(error)) return false; // Since a moment ago: the next visitor reads that above.
      throw error;
    });
  if (!isOpen) return undefined;
  return html`<section>
    <h2>Try it</h2>
    <p>In the demo shop you see the calls of a merchant's server, pay with a test card, and watch the events.</p>
    <a class="button" href="${base}/demo">Open the demo shop</a>
  </section>`;
}

/** `base` is the path below which a proxy may serve this page. */
const documents = (base: string): Html =>
  html`<section>
  <h2>Documentation</h2>
  <ul class="links">
    <li><a href="${base}/docs">The API</a>, with examples that can be sent from the page</li>
    <li><a href="${base}/openapi.json">openapi.json</a>, the same for programs</li>
    <li>
      In the source, <code>docs/guide.md</code> leads from nothing to the first order in ten minutes; there too,
      <code>docs/webhooks.md</code> and <code>docs/errors.md</code>
    </li>
    <li><a href="${base}/healthz">healthz</a> and <a href="${base}/readyz">readyz</a>, for load balancers</li>
  </ul>
</section>`;
