import t from "tap";

import { eachEngine } from "../support/database.js";
import { startReceiver } from "../support/receiver.js";
import { longestAllowed, openWebhookScene, waitsFor } from "../support/webhooks.js";

await eachEngine(
  t,
  "dead, silent, endless and never-closing endpoints delay no first try of a healthy one",
  async (t, engine) => {
    const [silent, endless, open, healthy] = await Promise.all([1, 2, 3, 4].map(() => startReceiver(t)));
    if (silent === undefined || endless === undefined || open === undefined || healthy === undefined)
      throw new Error("four were started");
    silent.answer = () => undefined;
    open.answer = (response) => response.write("begun");
    endless.answer = (response) => {
      const more = (): void =>
        void (response.destroyed || response.write("y".repeat(512), () => setTimeout(more, 5)));
      more();
    };
    const scene = await openWebhookScene(t, engine);
    const { id } = await scene.endpointAt(healthy.url);
    const alone = await waitsFor(scene, healthy, 10);
    for (const { url } of [silent, endless, open]) {
      for (let number = 0; number < 4; number++) await scene.endpointAt(`${url}/${number}`);
    }
    await scene.endpointAt("http://127.0.0.1:1024", { description: "dead" });
    const waits = await waitsFor(scene, healthy, 40);
    t.ok(
      Math.max(...waits) < longestAllowed(alone),
      `alone ${alone.join(" ")} ms, beside ${waits.join(" ")} ms`,
    );
    const bodies = healthy.received.map(({ headers }) => headers["webhook-id"]);
    t.equal(new Set(bodies).size, bodies.length, "each event once");
    t.equal(bodies.length, 50);
    const most = silent.mostOpen();
    t.ok(
      most <= 16,
      `${most} connections at once: of each of 4 endpoints two first tries and two later ones`,
    );
    t.match((await scene.call("GET", `webhook_endpoints/${id}`)).json, { failing_since: null });
  },
);
