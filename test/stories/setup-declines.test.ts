import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { eachEngine, until } from "../support/database.js";

const SESSIONS = "/v1/checkout/sessions";
const SETUP = { mode: "setup", success_url: "https://yourapp.com/saved" };
const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

await eachEngine(t, "a card that is declined leaves the session open for another", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const { json: created } = await app.call("POST", SESSIONS, testKey, {
    ...SETUP,
    customer: "cus_abc123",
  });
  const call = async (path: string) => (await app.call("GET", path, testKey)).json;
  const tried = async (outcome: string): Promise<void> => {
    const cardPage = await (await openPage(created.url)).forms[0]?.submit();
    await cardPage?.forms[0]?.submit({ ...CARD, outcome });
  };
  const read = async () => await call(`${SESSIONS}/${created.id}`);
  const id = created.id.replace("cs_", "seti_");
  t.equal((await app.call("GET", `/v1/setup_intents/${id}`, testKey)).status, 404, "not before a try");
  await tried("insufficient_funds");
  t.match(await read(), { status: "open", setup_intent: null });
  const failed = {
    id,
    object: "setup_intent",
    status: "requires_payment_method",
    customer: "cus_abc123",
    payment_method: null,
    checkout_session: created.id,
    last_setup_error: {
      type: "card_error",
      code: "card_declined",
      decline_code: "insufficient_funds",
      message: "The card has insufficient funds.",
    },
  };
  const declined = await call(`/v1/setup_intents/${id}`);
  t.match(declined, failed);
  await tried("decline");
  t.match((await call(`/v1/setup_intents/${id}`)).last_setup_error, { decline_code: "do_not_honor" });
  await tried("approve");
  t.match(await read(), { status: "complete", customer: "cus_abc123", setup_intent: id });
  const done = await call(`/v1/setup_intents/${id}`);
  t.match(done, { status: "succeeded", payment_method: /^pm_/, last_setup_error: null });
  t.equal(done.created, declined.created, "it is one object from its first decline on");
  const told = await until("its events are numbered", async () => {
    const { data } = await call("/v1/events?limit=100");
    const events = data as { type: string; data: { object: object } }[];
    const ofSetup = events.filter(({ type }) => type.startsWith("setup_intent."));
    return ofSetup.length === 3 ? ofSetup : undefined;
  });
  t.match(told, [
    { type: "setup_intent.succeeded", data: { object: done } },
    {
      type: "setup_intent.setup_failed",
      data: { object: { last_setup_error: { decline_code: "do_not_honor" } } },
    },
    { type: "setup_intent.setup_failed", data: { object: declined } },
  ]);
});
