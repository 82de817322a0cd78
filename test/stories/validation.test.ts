import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { status } from "@grpc/grpc-js";
import t from "tap";

import { BadRequestSchema } from "../../gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../gen/google/rpc/status_pb.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { onSqlite } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { aLineItem, anOrder } from "../support/orders.js";

const many = (count: number, value = "v"): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key ${index}`, value]));

/** An order that breaks one rule, and the field that the rule is about. */
const WRONG: [Record<string, unknown>, string][] = [
  [{ line_items: Array.from({ length: 101 }, () => aLineItem()) }, "line_items"],
  [{ line_items: [{ quantity: 1 }] }, "line_items[0].price_data"],
  [{ line_items: [aLineItem({}, 0)] }, "line_items[0].quantity"],
  [{ line_items: [aLineItem({}, -1)] }, "line_items[0].quantity"],
  [{ line_items: [aLineItem({ unit_amount: 100_000_000 })] }, "line_items[0].price_data.unit_amount"],
  [{ line_items: [aLineItem({ currency: "" })] }, "line_items[0].price_data.currency"],
  [{ line_items: [aLineItem({ currency: "pounds" })] }, "line_items[0].price_data.currency"],
  [{ line_items: [aLineItem({ currency: "xau" })] }, "line_items[0].price_data.currency"],
  [{ line_items: [aLineItem({ product_data: { name: "" } })] }, "line_items[0].price_data.product_data.name"],
  [
    { line_items: [aLineItem({ product_data: { name: "a\tb" } })] },
    "line_items[0].price_data.product_data.name",
  ],
  [
    { line_items: [aLineItem({ product_data: { name: "a\u0085b" } })] },
    "line_items[0].price_data.product_data.name",
  ],
  [
    { line_items: [aLineItem({ product_data: { name: "n".repeat(251) } })] },
    "line_items[0].price_data.product_data.name",
  ],
  [{ line_items: [aLineItem(), aLineItem({ currency: "eur" })] }, "line_items"],
  [{ success_url: "shop.example/ok" }, "success_url"],
  [{ success_url: "https:/shop.example" }, "success_url"],
  [{ success_url: "https://a@shop.example" }, "success_url"],
  [{ success_url: "https://shop.example/a b" }, "success_url"],
  [{ cancel_url: `https://shop.example/${"x".repeat(4980)}` }, "cancel_url"],
  [{ client_reference_id: "r".repeat(201) }, "client_reference_id"],
  [{ metadata: many(51) }, "metadata"],
  [{ metadata: { ["k".repeat(41)]: "v" } }, `metadata["${"k".repeat(41)}"]`],
  [{ metadata: { "a[b]": "v" } }, 'metadata["a[b]"]'],
  [{ metadata: { "": "v" } }, 'metadata[""]'],
  [{ metadata: { a: "v".repeat(501) } }, 'metadata["a"]'],
];

await onSqlite(t, "every rule is held on both faces, by the name of its field", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const client = await connect(app.urls.grpc);
  t.teardown(() => client.close());
  for (const [change, param] of WRONG) {
    const overJson = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder(change));
    t.match(overJson, { status: 400, json: { error: { type: "invalid_request_error", param } } }, param);
    const overGrpc = await client.call("createCheckoutSession", anOrder(change), testKey);
    t.equal(overGrpc.error?.code, status.INVALID_ARGUMENT);
    t.equal(violations(overGrpc.error?.metadata.get("grpc-status-details-bin")[0])[0], param);
  }
});

await onSqlite(t, "all that is wrong is told at once", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const client = await connect(app.urls.grpc);
  t.teardown(() => client.close());
  const order = {
    line_items: [aLineItem({ currency: "xyz" }, 0)],
    success_url: "x",
    metadata: { "a[b]": "c" },
  };
  const { error } = await client.call("createCheckoutSession", order, testKey);
  t.same(
    new Set(violations(error?.metadata.get("grpc-status-details-bin")[0])),
    new Set([
      "line_items[0].price_data.currency",
      "line_items[0].quantity",
      "success_url",
      'metadata["a[b]"]',
    ]),
  );
});

await onSqlite(
  t,
  "a list or a map that is too long is told alone, since nobody reads on",
  async (t, engine) => {
    const config = testConfig(engine);
    const { testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const client = await connect(app.urls.grpc);
    t.teardown(() => client.close());
    for (const [change, param] of [
      [{ line_items: Array.from({ length: 101 }, () => aLineItem()), success_url: "x" }, "line_items"],
      [{ metadata: many(51), success_url: "x" }, "metadata"],
      [{ expand: Array.from({ length: 21 }, () => "customer"), success_url: "x" }, "expand"],
    ] as const) {
      const message = new RegExp(`"${param}" must not have more than \\d+ elements`);
      const overJson = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder(change));
      t.match(overJson, { status: 400, json: { error: { param, message } } }, param);
      const { error } = await client.call("createCheckoutSession", anOrder(change), testKey);
      t.same(violations(error?.metadata.get("grpc-status-details-bin")[0]), [param]);
      t.match(error?.details, message);
    }
  },
);

await onSqlite(t, "the widest order that is allowed is taken", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const order = anOrder({
    line_items: Array.from({ length: 100 }, () =>
      aLineItem({ currency: "GbP", unit_amount: 9_999_999, product_data: { name: "😀".repeat(250) } }, 100),
    ),
    success_url: `https://shop.example/${"x".repeat(4979)}`,
    client_reference_id: "ü".repeat(200),
    metadata: many(50, "ß".repeat(500)),
  });
  const { status, json } = await app.call("POST", "/v1/checkout/sessions", testKey, order);
  t.equal(status, 200);
  t.match(json, { currency: "gbp", amount_total: 99_999_990_000 });
});

/** The fields of `google.rpc.BadRequest` in the details of a gRPC status. */
function violations(details: unknown): string[] {
  const { details: all } = fromBinary(StatusSchema, details as Buffer);
  const badRequests = all.map((detail) => anyUnpack(detail, BadRequestSchema));
  return badRequests.flatMap((detail) => detail?.fieldViolations.map(({ field }) => field) ?? []);
}
