import type { Test } from "tap";

import { html } from "../../src/lib/html.js";
import { createTestMerchant, startTestApp, testConfig } from "./app.js";
import type { TestEngine } from "./database.js";
import { listen } from "./listen.js";
import { anOrder } from "./orders.js";

/** A merchant's site: its success page lies on one origin and sends the browser on to another. */
export interface Site {
  readonly successUrl: string;
  readonly cancelUrl: string;
  /** Where `successUrl` leads. */
  readonly thanksUrl: string;
}

export async function openSite(t: Test): Promise<Site> {
  const html200 = { "content-type": "text/html" };
  const other = await listen(t, (_, response) => response.writeHead(200, html200).end(page("Thank you")));
  // An origin of its own, like the service's: another name of this machine, and another port.
  const thanksUrl = `${other.replace("127.0.0.1", "localhost")}/thanks`;
  const shop = await listen(t, (request, response) => {
    if (request.url?.startsWith("/success") === true) response.writeHead(302, { location: thanksUrl }).end();
    else response.writeHead(200, html200).end(page("Your basket"));
  });
  const successUrl = `${shop}/success?session={CHECKOUT_SESSION_ID}`;
  return { successUrl, cancelUrl: `${shop}/basket`, thanksUrl };
}

function page(heading: string): string {
  return html`<title>Shop</title>
    <h1>${heading}</h1>`.markup;
}

/** A service with a merchant who has a site, and a clock that the story may set. */
export async function openShop(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const clock = { time: Date.now(), now: () => clock.time };
  const app = await startTestApp(t, config, { clock });
  const site = await openSite(t);
  const order = anOrder({ success_url: site.successUrl, cancel_url: site.cancelUrl });
  return {
    app,
    clock,
    site,
    /** A new test session as its merchant sees it. */
    create: async () => (await app.call("POST", "/v1/checkout/sessions", testKey, order)).json,
    read: async (id: string) => (await app.call("GET", `/v1/checkout/sessions/${id}`, testKey)).json,
    /** The outcomes on record, the oldest first. */
    outcomes: async (): Promise<string[]> =>
      (await app.db.manager.query("SELECT outcome FROM gateway_result ORDER BY id")).map(
        ({ outcome }: { outcome: string }) => outcome,
      ),
  };
}
