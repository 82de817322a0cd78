import t, { type Test } from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import {
  sandboxTransactions,
  type SandboxTransactionRow,
} from "../../src/sandbox/tables/sandbox-transactions.js";
import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { eachEngine, type TestEngine, until } from "../support/database.js";
import { HELD } from "../support/held.js";
import { aLineItem, anOrder } from "../support/orders.js";
import { openDesk, type SandboxDesk } from "../support/sandbox-desk.js";

// The money of held payments goes back over the real route: the direct endpoint of the sandbox, in test mode.

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };
const OTHER_CARD = { ...CARD, cardNumber: "5301250070000191", cardCVV: "419" };
const HALF = { outcome: "partial" };

await eachEngine(
  t,
  "money between capture and settlement cannot go back, and what the bank rejected is not there",
  async (t, engine) => {
    const shop = await openShop(t, engine, 2999);
    await shop.pay(HALF);
    await shop.desk.setFaults("amount_bands");
    await shop.desk.settle("tendered");
    t.match(await shop.giveBack(), { status: 400, json: { error: { code: "return_too_early" } } });
    t.equal(await shop.desk.settle(), 1);
    t.match(await shop.sales(), [{ state: "rejected" }]);
    t.match(await shop.giveBack(), { status: 400, json: { error: { code: "return_refused" } } });
    t.same(new Set(shop.told()), new Set(["QUERY:SALE"]), "nothing but questions was sent");
  },
);

await eachEngine(t, "before settlement the sale is cancelled, and can be made again", async (t, engine) => {
  const shop = await openShop(t, engine);
  await shop.pay(HALF);
  t.match(await shop.giveBack(), { status: 200, json: { resolution: "return" } });
  t.same(shop.told(), ["QUERY:SALE", "CANCEL:SALE"]);
  t.match(await shop.sales(), [{ state: "canceled", amountReceived: 0 }]);
  await shop.pay();
  t.equal(await shop.status(), "complete", "with the same card, as another attempt");
  t.match(await shop.sales(), [{ state: "canceled" }, { state: "captured", amountReceived: 2000 }]);
});

await eachEngine(t, "after settlement what was received is refunded", async (t, engine) => {
  const shop = await openShop(t, engine);
  await shop.pay(HALF);
  t.equal(await shop.desk.settle(), 1);
  t.match(await shop.giveBack(), { status: 200, json: { resolution: "return" } });
  t.same(shop.told(), ["QUERY:SALE", "REFUND_SALE"]);
  t.match(await shop.sales(), [{ state: "accepted", amountReceived: 1000, amountRefunded: 1000 }]);
  t.match(await shop.refunds(), [{ amount: 1000, transactionUnique: await shop.heldId() }]);
  t.equal(await shop.status(), "open");
});

await eachEngine(t, "of two charges only the second one's money goes back", async (t, engine) => {
  const shop = await openShop(t, engine);
  const page = await openCardPage(shop.url);
  for (const card of [CARD, OTHER_CARD]) await (await page?.submit(card))?.forms[0]?.submit();
  t.match(await shop.giveBack(), { status: 200, json: { reason: "duplicate", resolution: "return" } });
  t.match(await shop.sales(), [
    { state: "captured", cardMask: "492942******0821" },
    { state: "canceled", cardMask: "530125******0191" },
  ]);
  t.equal(await shop.status(), "complete");
});

await eachEngine(t, "nothing is sent while the direct endpoint fails", async (t, engine) => {
  const shop = await openShop(t, engine);
  await shop.pay(HALF);
  for (const faults of ["direct_error", "direct_timeout:50"]) {
    await shop.desk.setFaults(faults);
    t.match(await shop.giveBack(), { status: 503, json: { error: { code: "return_unknown" } } }, faults);
  }
  t.match(await shop.sales(), [{ state: "captured", amountReceived: 1000 }]);
  await shop.desk.setFaults("");
  t.equal((await shop.giveBack()).status, 200);
});

for (const [when, request] of [
  ["before", "CANCEL:SALE"],
  ["after", "REFUND_SALE"],
] as const) {
  await eachEngine(
    t,
    `a request that failed ${when} settlement is sent again, once the gateway says that nothing was done`,
    async (t, engine) => {
      const shop = await openShop(t, engine, 2000, "direct_error");
      await shop.pay(HALF);
      if (when === "after") await shop.desk.settle();
      t.match(await shop.giveBack(), { status: 503, json: { error: { code: "return_unknown" } } });
      t.same(shop.told(), ["QUERY:SALE"]);
      await shop.desk.setFaults("");
      t.match(await shop.giveBack(), { status: 200 });
      t.same(shop.told(), ["QUERY:SALE", "QUERY:SALE", request]);
      await isBackOnce(t, shop, when);
    },
  );

  await eachEngine(
    t,
    `a request whose answer is lost ${when} settlement is asked about, and not sent again`,
    async (t, engine) => {
      const shop = await openShop(t, engine, 2000, "direct_timeout:50");
      await shop.pay(HALF);
      if (when === "after") await shop.desk.settle();
      t.match(await shop.giveBack(), { status: 503, json: { error: { code: "return_unknown" } } });
      const asked = { status: 400, json: { error: { code: "resolution_not_possible" } } };
      t.match(await shop.resolve("accept"), asked, "its money may be back");
      await shop.desk.setFaults("");
      t.match(await shop.giveBack(), { status: 200 });
      t.same(
        shop.told().filter((action) => !action.startsWith("QUERY")),
        [request],
      );
      await isBackOnce(t, shop, when);
    },
  );

  await eachEngine(
    t,
    `where only the answer is lost ${when} settlement, asking at once is enough`,
    async (t, engine) => {
      const shop = await openShop(t, engine, 2000, "direct_timeout:2000");
      await shop.pay(HALF);
      if (when === "after") await shop.desk.settle();
      const back = shop.giveBack();
      await until("the gateway has done it, and says nothing", () => shop.told().includes(request));
      await shop.desk.setFaults("");
      t.match(await back, { status: 200 });
      t.same(shop.told(), ["QUERY:SALE", request, when === "before" ? "QUERY:SALE" : "QUERY:REFUND_SALE"]);
      await isBackOnce(t, shop, when);
    },
  );
}

/** What a story needs of a merchant's test session at the sandbox. */
interface Shop {
  readonly url: string;
  readonly desk: SandboxDesk;
  pay(typed?: Record<string, string>): Promise<void>;
  heldId(): Promise<string>;
  resolve(resolution: string): ReturnType<TestApp["call"]>;
  giveBack(): ReturnType<TestApp["call"]>;
  status(): Promise<string>;
  sales(): Promise<SandboxTransactionRow[]>;
  refunds(): Promise<SandboxTransactionRow[]>;
  /** What the gateway's direct endpoint has carried out, by the `action` of its answers, in order. */
  told(): string[];
}

/** `lost` are the faults that the direct endpoint has from the moment when money is to be sent back. */
async function openShop(t: Test, engine: TestEngine, amount = 2000, lost?: string): Promise<Shop> {
  const config = testConfig(engine);
  const merchant = await createTestMerchant(config);
  const fails = { next: lost };
  const checkpoint = async (point: CheckoutPoint): Promise<void> => {
    if (point !== "return to be sent" || fails.next === undefined) return;
    await desk.setFaults(fails.next);
    fails.next = undefined;
  };
  const app = await startTestApp(t, config, { checkpoint });
  const desk = await openDesk(app, merchant);
  const call = async (method: string, path: string, body?: object) =>
    await app.call(method, path, merchant.testKey, body);
  const order = anOrder({ line_items: [aLineItem({ unit_amount: amount })] });
  const { id, url } = (await call("POST", "/v1/checkout/sessions", order)).json as {
    id: string;
    url: string;
  };
  const heldId = async (): Promise<string> => (await call("GET", HELD)).json.data[0].id;
  const resolve = async (resolution: string) =>
    await call("POST", `${HELD}/${await heldId()}/resolve`, { resolution });
  const rows = async (action: string) =>
    await app.db.manager.find(sandboxTransactions, { where: { action }, order: { createdAt: "ASC" } });
  return {
    url,
    desk,
    async pay(typed = {}) {
      const leading = await (await openCardPage(url))?.submit({ ...CARD, ...typed });
      await leading?.forms[0]?.submit();
    },
    heldId,
    resolve,
    giveBack: () => resolve("return"),
    status: async () => String((await call("GET", `/v1/checkout/sessions/${id}`)).json.status),
    sales: () => rows("SALE"),
    refunds: () => rows("REFUND_SALE"),
    told: () => carriedOut(app),
  };
}

async function openCardPage(url: string) {
  return (await (await openPage(url)).forms[0]?.submit())?.forms[0];
}

function carriedOut({ logged }: TestApp): string[] {
  return logged
    .map((line) => JSON.parse(line) as { msg: string; action: string })
    .filter(({ msg }) => msg === "sandbox: a direct request was answered")
    .map(({ action }) => action);
}

/** By the gateway's own books. */
async function isBackOnce(t: Test, shop: Shop, when: "before" | "after"): Promise<void> {
  if (when === "before") {
    t.match(await shop.sales(), [{ state: "canceled", amountReceived: 0 }]);
    t.same(await shop.refunds(), []);
  } else {
    t.match(await shop.sales(), [{ state: "accepted", amountRefunded: 1000 }]);
    t.match(await shop.refunds(), [{ amount: 1000 }]);
    t.equal((await shop.refunds()).length, 1);
  }
}
