import t from "tap";

import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { actionsOf, HELD, holdPayment, resolve, scriptGateway } from "../support/held.js";
import { callback } from "../support/results.js";

// Whatever a payment is held for: its money is returned only where the gateway calls it a sale.

const STRANGERS = ["cs_0lost-1", "their-own-order", ""];

await eachEngine(t, "what the gateway calls no sale is never sent back", async (t, engine) => {
  const story = await holdPayment(t, engine);
  for (const action of ["REFUND_SALE", "REFUND", "PREAUTH", "VERIFY", "CREDIT"]) {
    for (const state of ["captured", "accepted"]) {
      scriptGateway(story, {
        QUERY: [{ action: `QUERY:${action}`, state }],
        CANCEL: [{}],
        REFUND_SALE: [{}],
      });
      const answer = await resolve(story, { resolution: "return" });
      const refused = { code: "resolution_not_possible", message: /not a sale/ };
      t.match(answer, { status: 400, json: { error: refused } }, `${action} ${state}`);
    }
  }
  t.same(new Set(actionsOf(story)), new Set(["QUERY"]));
});

await eachEngine(t, "money that strangers gave back is seen, and not sent back again", async (t, engine) => {
  const story = await holdPayment(t, engine);
  const { app, mine, gateway } = story;
  for (const transactionUnique of STRANGERS) {
    for (const action of ["REFUND_SALE", "REFUND", "CANCEL:SALE", "CREDIT"]) {
      const changes = { transactionUnique, action, orderRef: transactionUnique };
      const message = paidMessage(
        { id: "cs_0lost", amount_total: 500 },
        mine.live.gatewayMerchantId,
        changes,
      );
      t.equal((await callback(app, signedBody(message, mine.live.secret))).status, 200);
      const [held] = (await app.call("GET", `${HELD}?limit=1`, mine.liveKey)).json.data;
      t.match(held, { reason: "refund_unknown", possible_resolutions: ["accept", "dismiss"] }, action);
      const answer = await resolve({ app, mine, id: held.id }, { resolution: "return" });
      t.match(answer, { status: 400, json: { error: { code: "resolution_not_possible" } } });
      t.match(await resolve({ app, mine, id: held.id }, { resolution: "accept" }), { status: 200 });
    }
  }
  t.equal(gateway.requests.length, 0);
});
