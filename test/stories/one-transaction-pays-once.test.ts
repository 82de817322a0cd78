import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { type Message, paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { callback, type Session } from "../support/results.js";
import { startGateway } from "../support/scripted-gateway.js";

// Whatever the gateway's messages call a transaction, and to whichever session they give it: it pays once, and what
// it pays for is not given back behind the merchant's books.

type Changes = Record<string, string | undefined>;

/** Two open sessions of 2999, and one transaction that the shopper of the first has paid with. */
interface Scene {
  readonly first: Session;
  readonly second: Session;
  /** The gateway's books. */
  readonly sale: { kept: number };
  readonly post: (changes: Changes) => Promise<void>;
  /** Resolves what is held and waits; the codes of the errors. */
  readonly resolve: (resolution: string) => Promise<(string | undefined)[]>;
  readonly held: () => Promise<
    { reason: string; amount_received: number | null; resolution: string | null }[]
  >;
  /** What the merchant's books say that it has of both sessions. */
  readonly booked: () => Promise<number[]>;
}

async function openScenes(test: Test, engine: TestEngine): Promise<() => Promise<Scene>> {
  const gateway = await startGateway(test);
  const config = testConfig(engine, { cardstreamUrl: gateway.url });
  const mine = await createTestMerchant(config);
  const app = await startTestApp(test, config);
  const call = (method: string, path: string, body?: unknown) => app.call(method, path, mine.liveKey, body);
  const create = async () => (await call("POST", "/v1/checkout/sessions", anOrder())).json as Session;
  const list = async () => (await call("GET", "/v1/held_payments?limit=100")).json.data as Held[];
  return async () => {
    const [first, second] = [await create(), await create()];
    const paid = paidMessage(first, mine.live.gatewayMerchantId);
    const sale = { kept: 2999 };
    const signed = (message: Changes) => signedBody(withoutAbsent(message), mine.live.secret);
    gateway.answer(({ fields: { action } }) => {
      if (action === "CANCEL") sale.kept = 0;
      const state = sale.kept === 0 ? "canceled" : "captured";
      return {
        body: signed({ ...paid, action: `${action}:SALE`, state, amountReceived: String(sale.kept) }),
      };
    });
    const before = new Set<string>();
    for (const { id } of await list()) before.add(id);
    const held = async () => (await list()).filter(({ id }) => !before.has(id));
    return {
      first,
      second,
      sale,
      held,
      post: async (changes) => {
        test.equal((await callback(app, signed({ ...paid, ...changes }))).status, 200);
      },
      async resolve(resolution) {
        const codes = [];
        for (const { id } of (await held()).filter((each) => each.resolution === null)) {
          const decision = { resolution, note: "seen" };
          const { json } = await call("POST", `/v1/held_payments/${id}/resolve`, decision);
          codes.push(json.error?.code as string | undefined);
        }
        return codes;
      },
      async booked() {
        const sums = [];
        for (const { id } of [first, second]) {
          const intent = (await call("GET", `/v1/checkout/sessions/${id}`)).json.payment_intent;
          if (intent === null) continue;
          const { amount_received, amount_refunded } = (await call("GET", `/v1/payment_intents/${intent}`))
            .json;
          sums.push(amount_received - amount_refunded);
        }
        return sums;
      },
    };
  };
}

interface Held {
  readonly id: string;
  readonly reason: string;
  readonly amount_received: number | null;
  readonly resolution: string | null;
}

function withoutAbsent(message: Changes): Message {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)) as Message;
}

const NOT_POSSIBLE = "resolution_not_possible";

/** How a message gives the first session's transaction to the second session, so that a person has to decide. */
const toSecond = ({ second }: Scene): Record<string, Changes> => ({
  "with another amount": { transactionUnique: `${second.id}-1`, orderRef: second.id, amountReceived: "5" },
  "with the first one's order": { transactionUnique: `${second.id}-1` },
});

await eachEngine(t, "a transaction that has paid is not accepted for another session", async (t, engine) => {
  const open = await openScenes(t, engine);
  for (const how of ["with another amount", "with the first one's order"]) {
    const scene = await open();
    await scene.post({});
    await scene.post(toSecond(scene)[how] ?? {});
    t.same(await scene.resolve("accept"), [NOT_POSSIBLE], how);
    t.same(await scene.booked(), [2999]);
    t.same(await scene.resolve("return"), [NOT_POSSIBLE], how);
    t.same(await scene.resolve("dismiss"), [undefined], "there is a way out");
    t.equal(scene.sale.kept, 2999);
  }
});

await eachEngine(
  t,
  "a transaction that was accepted for a session pays no other later",
  async (t, engine) => {
    const open = await openScenes(t, engine);
    for (const how of ["with another amount", "with the first one's order"]) {
      const scene = await open();
      await scene.post(toSecond(scene)[how] ?? {});
      t.same(await scene.resolve("accept"), [undefined]);
      const accepted = await scene.booked();
      for (let times = 0; times < 2; times++) await scene.post({});
      t.same(await scene.booked(), accepted, how);
      t.match(await scene.held(), [{ reason: "duplicate", amount_received: 2999 }, { resolution: "accept" }]);
      t.same(await scene.resolve("return"), [NOT_POSSIBLE], "it pays the other");
      t.equal(scene.sale.kept, 2999);
    }
  },
);

await eachEngine(t, "a transaction whose money was returned pays nothing later", async (t, engine) => {
  const open = await openScenes(t, engine);
  for (const changes of [
    (scene: Scene) => toSecond(scene)["with the first one's order"] ?? {},
    () => ({ transactionUnique: "unknown", orderRef: "unknown" }),
    () => ({ transactionUnique: "unknown", orderRef: "unknown", transactionID: undefined }),
  ]) {
    const scene = await open();
    await scene.post(changes(scene));
    t.same(await scene.resolve("return"), [undefined]);
    t.equal(scene.sale.kept, 0);
    for (let times = 0; times < 2; times++) await scene.post({});
    t.same(await scene.booked(), []);
    t.match(await scene.held(), [{ reason: "duplicate" }, { resolution: "return" }], "the message is kept");
  }
});

await eachEngine(t, "what pays is not returned, whatever a message calls it", async (t, engine) => {
  const open = await openScenes(t, engine);
  const stranger = { transactionUnique: "unknown", orderRef: "unknown" };
  for (const messages of [
    [{ transactionID: undefined }, {}],
    [{}, { transactionID: undefined }],
    [{ transactionID: "M\xFCll" }, {}],
    [{}, { transactionID: "4711" }],
    [{}, { ...stranger, transactionID: undefined }],
    [{ ...stranger, transactionID: undefined }, {}],
    [{ transactionID: undefined }, stranger],
  ]) {
    const scene = await open();
    for (const changes of messages) await scene.post(changes);
    t.same(await scene.resolve("return"), [NOT_POSSIBLE], JSON.stringify(messages));
    t.equal(scene.sale.kept, 2999);
    t.same(await scene.booked(), [2999]);
    t.same(await scene.resolve("dismiss"), [undefined]);
  }
});

await eachEngine(
  t,
  "a second message that says something else of held money is held too",
  async (t, engine) => {
    const scene = await (await openScenes(t, engine))();
    for (const amountReceived of ["100", "500", "100", "500"]) await scene.post({ amountReceived });
    t.match(await scene.held(), [{ amount_received: 500 }, { amount_received: 100 }]);
    await scene.post({ amountReceived: "100", currencyCode: "978" });
    t.equal((await scene.held()).length, 3);
    await scene.resolve("dismiss");
    await scene.post({ amountReceived: "7" });
    t.equal((await scene.held()).length, 4);
  },
);
