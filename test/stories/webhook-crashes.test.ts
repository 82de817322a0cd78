import t from "tap";

import { startTestApp } from "../support/app.js";
import { eachEngine, signal, until } from "../support/database.js";
import { receivedBy, startReceiver } from "../support/receiver.js";
import { openWebhookScene, untilDelivery } from "../support/webhooks.js";

await eachEngine(
  t,
  "an event whose answer is never recorded is sent again once its lease has ended",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const answered = signal();
    const never = signal();
    let crashed = false;
    const checkpoint = async (point: string): Promise<void> => {
      if (point !== "webhook answered" || crashed) return;
      crashed = true;
      answered.give();
      await never.given; // As if the process had died here.
    };
    const scene = await openWebhookScene(t, engine, { checkpoint });
    t.teardown(never.give);
    const endpoint = await scene.endpointAt(receiver.url);
    await scene.makeEvent();
    await answered.given;
    const [held] = await scene.deliveriesTo(endpoint);
    t.match(held, { status: "pending", attempt_count: 0, attempts: [] });
    t.equal(receiver.received.length, 1);
    scene.forward(31_000);
    const again = await receivedBy(receiver, 1);
    t.equal(again.body, receiver.received[0]?.body, "the same bytes");
    await untilDelivery(scene, endpoint, "it is recorded", ({ status }) => status === "succeeded");
    never.give(); // What the dead one would have recorded counts no more.
  },
);

await eachEngine(t, "two processes deliver each event once between them", async (t, engine) => {
  const receiver = await startReceiver(t);
  const scene = await openWebhookScene(t, engine);
  await startTestApp(t, scene.app.config);
  const endpoint = await scene.endpointAt(receiver.url);
  for (let number = 0; number < 30; number++) await scene.makeEvent();
  await until("all are received", async () => {
    const all = await scene.deliveriesTo(endpoint);
    return all.length === 30 && all.every(({ status }) => status === "succeeded");
  });
  const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
  t.equal(ids.length, 30);
  t.equal(new Set(ids).size, 30);
});
