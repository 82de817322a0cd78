import t from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { INTENTS, openCardShop } from "../support/charges.js";
import { eachEngine, signal } from "../support/database.js";

const CALLERS = 6;

/** Lets calls go on only once so many have come as far: each has seen that nobody charges yet. */
function gate() {
  const state = { waiting: 0, wanted: 0, open: signal() };
  return {
    /** The next so many calls wait for each other. */
    gather: (wanted: number): void => {
      Object.assign(state, { wanted, waiting: 0, open: signal() });
    },
    checkpoint: async (point: CheckoutPoint): Promise<void> => {
      if (point !== "charge checked" || state.wanted === 0) return;
      state.waiting++;
      if (state.waiting >= state.wanted) state.open.give();
      await state.open.given;
    },
  };
}

await eachEngine(t, "calls with one key that come at once charge once", async (t, engine) => {
  const { gather, checkpoint } = gate();
  const shop = await openCardShop(t, engine, { checkpoint });
  gather(CALLERS);
  const answers = await Promise.all(Array.from({ length: CALLERS }, () => shop.charge({}, "one")));
  t.equal(new Set(answers.map(({ json }) => json.id)).size, 1, "all are answered with one payment");
  for (const { status, json } of answers) {
    t.equal(status, 200);
    t.match(json.status, /^(succeeded|processing)$/);
  }
  t.match(await shop.sales(), { length: 1 });
  t.match(await shop.intents(), [{ status: "succeeded" }]);
  t.equal((await shop.charge({}, "one")).json.status, "succeeded");
});

for (const keys of [[], ["one"], ["one", "another"]]) {
  await eachEngine(
    t,
    `a payment is confirmed once by calls at once with ${keys.length} keys`,
    async (t, engine) => {
      const { gather, checkpoint } = gate();
      const shop = await openCardShop(t, engine, { checkpoint });
      await shop.charge({ amount: 12_000 });
      const [{ id } = { id: "" }] = await shop.intents();
      gather(CALLERS);
      const confirm = (key: string | undefined) => shop.call("POST", `${INTENTS}/${id}/confirm`, {}, key);
      const answers = await Promise.all(
        Array.from({ length: CALLERS }, (_, n) => confirm(keys[n % (keys.length || 1)])),
      );
      for (const { status } of answers) t.ok([200, 400, 402, 409].includes(status), String(status));
      t.ok(answers.some(({ status }) => status === 402));
      const references = (await shop.sales()).map(({ transactionUnique }) => transactionUnique);
      t.same(references, [`${id}-1`, `${id}-2`], "one charge of each attempt");
      t.match(await shop.intents(), [{ attempt: 2, status: "requires_payment_method" }]);
      gather(0);
      for (const key of keys) {
        const { status } = await confirm(key);
        t.ok(
          status === 402,
          "a retry of whoever charged tells of its charge, and of another's is a charge of its own",
        );
      }
    },
  );
}
