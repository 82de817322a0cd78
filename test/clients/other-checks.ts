import { createServer, request as send } from "node:http";

import type { Test } from "tap";

import { until } from "../support/database.js";
import { listen } from "../support/listen.js";
import { receivedBy, startReceiver } from "../support/receiver.js";
import { type Check, failsWith, ORDER, type Verdict } from "./shop.js";

/** Checks of keys, idempotency, retries, events and webhooks. */
export const OTHER_CHECKS: Readonly<Record<string, readonly [Verdict, Check]>> = {
  "a wrong key": [
    "works",
    async (t, { library }) => {
      const call = library({ key: "sk_test_nobody" }).customers.list();
      t.equal((await failsWith(t, "StripeAuthenticationError", call)).statusCode, 401);
    },
  ],
  idempotencyKey: [
    "works",
    async (t, { stripe }) => {
      const options = { idempotencyKey: "order 17" };
      const first = await stripe.checkout.sessions.create(ORDER, options);
      t.equal((await stripe.checkout.sessions.create(ORDER, options)).id, first.id);
      const other = stripe.checkout.sessions.create({ ...ORDER, client_reference_id: "18" }, options);
      await failsWith(t, "StripeIdempotencyError", other);
    },
  ],
  maxNetworkRetries: [
    "works",
    async (t, { library, stripe, app }) => {
      const before = (await stripe.checkout.sessions.list({ limit: 100 })).data.length;
      const relay = await openForgetfulRelay(t, app.local);
      const session = await library({ url: relay.url, retries: 2 }).checkout.sessions.create(ORDER);
      t.equal(relay.lost(), 1, "the answer to the first request was lost");
      t.equal(session.status, "open");
      t.equal(
        (await stripe.checkout.sessions.list({ limit: 100 })).data.length,
        before + 1,
        "it was made once",
      );
    },
  ],
  "events.list, retrieve": [
    "works",
    async (t, { stripe }) => {
      await until(
        "an event is numbered",
        async () => (await stripe.events.list({ limit: 1 })).data.length > 0,
      );
      const { data } = await stripe.events.list({ limit: 1 });
      const event = await stripe.events.retrieve(data[0]?.id ?? "");
      t.match(event, { object: "event", type: String, data: { object: { object: String } } });
    },
  ],
  webhookEndpoints: [
    "works",
    async (t, { stripe }) => {
      const receiver = await startReceiver(t);
      const { id, secret = "" } = await stripe.webhookEndpoints.create({
        url: receiver.url,
        enabled_events: ["checkout.session.expired"],
      });
      const { id: session } = await stripe.checkout.sessions.create(ORDER);
      await stripe.checkout.sessions.expire(session);
      const { body, headers } = await receivedBy(receiver, 0);
      const event = stripe.webhooks.constructEvent(body, headers["stripe-signature"] ?? "", secret);
      t.match(event, {
        type: "checkout.session.expired",
        data: { object: { id: session, mode: "payment" } },
      });
      t.throws(() => stripe.webhooks.constructEvent(`${body} `, headers["stripe-signature"] ?? "", secret));
      t.match(await stripe.webhookEndpoints.retrieve(id), { id, status: "enabled" });
      t.match((await stripe.webhookEndpoints.list()).data, [{ id }]);
      t.match(await stripe.webhookEndpoints.del(id), { id, deleted: true });
    },
  ],
};

/** A relay that loses the first answer, after the service has done what it was asked for. */
async function openForgetfulRelay(t: Test, service: string) {
  let lost = 0;
  const server = createServer((request, response) => {
    const { method, headers, url = "" } = request;
    const onward = send(new URL(url, service), { method, headers }, (answer) => {
      if (lost === 0) {
        lost++;
        request.socket.destroy();
        answer.resume();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  const url = await listen(t, (request, response) => void server.emit("request", request, response));
  return { url, lost: () => lost };
}
