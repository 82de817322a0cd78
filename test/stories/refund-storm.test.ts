import * as fc from "fast-check";
import t from "tap";

import { startTestApp } from "../support/app.js";
import { eachEngine, until } from "../support/database.js";
import { openPaid, type PaidStory, storyAt } from "../support/refunds.js";

// Two processes, one payment, many refunds at once, and a gateway that fails in every way while it settles.
// In the end both books have to be equal to the unit.

const FAULTS = ["", "", "direct_error", "direct_timeout:20"];

await eachEngine(t, "a storm of refunds leaves both books equal", async (t, engine) => {
  const [weather] = fc.sample(
    fc.array(fc.tuple(fc.constantFrom(...FAULTS), fc.integer({ min: 1, max: 400 })), {
      minLength: 16,
      maxLength: 16,
    }),
    { numRuns: 1, seed: 20_261_122 },
  );
  const story = await openPaid(t, engine);
  const clock = { now: () => Date.now() + story.clock.ahead };
  const other = storyAt(await startTestApp(t, story.config, { clock }), story.merchant, story.payment);
  const calls: ReturnType<PaidStory["refund"]>[] = [];
  for (const [index, [faults, amount]] of (weather ?? []).entries()) {
    await story.desk.setFaults(faults);
    if (index === 6) await story.desk.settle("tendered");
    if (index === 9) await story.desk.settle();
    calls.push((index % 2 === 0 ? story : other).refund({ amount }));
    if (index % 4 === 3) await Promise.race(calls.slice(-4));
  }
  const answers = await Promise.all(calls);
  t.ok(answers.every(({ status }) => status === 200 || status === 400));
  await story.desk.setFaults("");
  const isFree = async () =>
    (await story.app.db.manager.query("SELECT lease_id FROM gateway_result"))[0].lease_id === null;
  await until(
    "no refund is pending",
    async () => {
      // Never while somebody works on it: time would run out for what takes milliseconds.
      if (await isFree()) story.clock.ahead += 3_600_000;
      return (await story.list()).every(({ status }) => status !== "pending");
    },
    500,
  );

  const ended = await story.list();
  const back = ended.filter(({ status }) => status === "succeeded");
  const sum = back.reduce((total, { amount }) => total + Number(amount), 0);
  t.match(await story.readPayment(), { amount_received: 2000, amount_refunded: sum });
  const { amountReceived, amountRefunded } = await story.sale();
  t.equal(2000 - amountReceived + amountRefunded, sum);
  const undone = [...story.told(), ...other.told()].filter((action) =>
    /^(CAPTURE|CANCEL):SALE$/.test(action),
  );
  t.equal(undone.length + (await story.refundsAtGateway()).length, back.length, "each was told once");
  t.comment(`${back.length} of ${ended.length} refunds went back`);
  const events = await story.events();
  for (const type of ["charge.refunded", "refund.updated"])
    t.equal(events.filter((each) => each === type).length, back.length, type);
  t.ok(back.length > 0);
});
