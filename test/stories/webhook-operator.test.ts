import t from "tap";

import { environmentOf, run, runJson } from "../support/command.js";
import { eachEngine, until } from "../support/database.js";
import { receivedBy, startReceiver } from "../support/receiver.js";
import { openWebhookScene, untilDelivery } from "../support/webhooks.js";

await eachEngine(
  t,
  "the operator sees endpoints and deliveries, and has them sent again",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const endpoint = await scene.endpointAt(receiver.url);
    const env = environmentOf(scene.app.config);
    const scope = ["--merchant", scene.merchant.id, "--mode", "test"];
    const refused = await run(env, ["webhooks", "resend", "wd_unknown", ...scope]);
    t.match([refused.code, refused.stderr], [1, /No such webhook delivery/]);
    const wrong = await run(env, ["webhooks", "recover", endpoint.id, "--since", "then", ...scope]);
    t.match([wrong.code, wrong.stderr], [1, /no time such as/]);
    receiver.answer = (response) => response.writeHead(503, { "retry-after": "7200" }).end();
    await scene.makeEvent();
    const { id } = await untilDelivery(scene, endpoint, "it fails", (one) => one.attempt_count === 1);
    const listed = (await runJson(env, ["webhooks", "list", ...scope])) as { data: unknown };
    t.match(listed.data, [{ id: endpoint.id, url: receiver.url, status: "enabled", failing_since: /^20/ }]);
    const waits = ["webhooks", "deliveries", "--endpoint", endpoint.id, "--status", "pending", ...scope];
    const { data } = (await runJson(env, waits)) as { data: unknown };
    t.match(data, [{ id, status: "pending", attempts: "1", last_status: "503", type: "customer.created" }]);
    const metrics = async (): Promise<string> => await (await fetch(scene.app.urls.metrics ?? "")).text();
    const before = await metrics();
    t.match(before, /^calmonypay_webhook_attempts_total\{outcome="failed"\} 1$/m);
    t.match(before, /^calmonypay_webhook_deliveries_pending 1$/m);
    t.match(before, /^calmonypay_webhook_oldest_pending_seconds \d/m);
    t.match(before, /^calmonypay_webhook_endpoints_disabled 0$/m);
    receiver.answer = (response) => response.end();
    const recovered = ["webhooks", "recover", endpoint.id, "--since", "2020-01-01T00:00:00Z", ...scope];
    t.match(await runJson(env, recovered), { id: endpoint.id, recovered: "1" });
    await receivedBy(receiver, 1);
    await untilDelivery(scene, endpoint, "it is received", ({ status }) => status === "succeeded");
    t.match(await runJson(env, ["webhooks", "resend", id, ...scope]), { id, status: "pending" });
    t.equal((await receivedBy(receiver, 2)).body, receiver.received[0]?.body, "also what was received");
    await until("nothing waits", async () =>
      /^calmonypay_webhook_deliveries_pending 0$/m.test(await metrics()),
    );
  },
);
