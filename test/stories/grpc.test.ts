import { status } from "@grpc/grpc-js";
import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { anOrder } from "../support/orders.js";

await eachEngine(
  t,
  "gRPC refuses a call without a valid key, and names the field that is wrong",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const client = await connect(app.urls.grpc);
    t.teardown(() => client.close());
    for (const key of [undefined, "sk_test_nobody"]) {
      const { error } = await client.call("createCheckoutSession", anOrder(), key);
      t.equal(error?.code, status.UNAUTHENTICATED);
    }
    const order = anOrder({ success_url: "ftp://yourapp.com" });
    const { error } = await client.call("createCheckoutSession", order, testKey);
    t.equal(error?.code, status.INVALID_ARGUMENT);
    const details = String(error?.metadata.get("grpc-status-details-bin")[0]);
    t.match(details, /URL_INVALID/);
    t.match(details, /success_url/);
    t.equal(
      (await client.call("getCheckoutSession", { id: "cs_nobody" }, testKey)).error?.code,
      status.NOT_FOUND,
    );
  },
);

await eachEngine(t, "a session created over gRPC is the same over JSON", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const client = await connect(app.urls.grpc);
  t.teardown(() => client.close());
  const { answer } = await client.call("createCheckoutSession", anOrder({ customer: "cus_abc123" }), testKey);
  const session = answer.checkout_session;
  t.match(session, {
    object: "checkout.session",
    status: "CHECKOUT_SESSION_STATUS_OPEN",
    amount_total: "2999",
  });
  const overJson = (await app.call("GET", `/v1/checkout/sessions/${session.id}`, testKey)).json;
  t.match(overJson, {
    id: session.id,
    url: session.url,
    customer: "cus_abc123",
    created: Number(session.created),
  });
  const again = await client.call("getCheckoutSession", { id: session.id }, testKey);
  t.same(again.answer.checkout_session, session);
});

await eachEngine(
  t,
  "a call over gRPC is logged once, with the id that its answer carries",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const client = await connect(app.urls.grpc);
    t.teardown(() => client.close());
    const { error } = await client.call("getCheckoutSession", { id: "cs_nobody" }, testKey);
    const [id] = error?.metadata.get("request-id") ?? [];
    t.match(id, /^req_/);
    const lines = app.logged.map((line) => JSON.parse(line) as { requestId?: string });
    t.match(
      lines.filter(({ requestId }) => requestId === id),
      [{ msg: "call", rpc: "calmonypay.v1.CheckoutService/GetCheckoutSession", code: "NotFound" }],
    );
  },
);
