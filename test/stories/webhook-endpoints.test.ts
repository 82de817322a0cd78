import t, { type Test } from "tap";

import {
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
} from "../support/app.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import type { ResolveHost } from "../../src/lib/hosts/host-addresses.js";

/** Names as this file's name servers have them. */
const NAMES: Record<string, string[]> = {
  "shop.example.com": ["93.184.215.14"],
  "inner.example.com": ["10.0.0.5"],
  "both.example.com": ["93.184.215.14", "169.254.169.254"],
  "mapped.example.com": ["::ffff:127.0.0.1"],
};

const resolve: ResolveHost = (host) =>
  NAMES[host] === undefined ? Promise.reject(new Error("ENOTFOUND")) : Promise.resolve(NAMES[host]);

const URL_TO_POST_TO = "https://shop.example.com/hooks";
const ENDPOINTS = "/v1/webhook_endpoints";

async function start(
  t: Test,
  engine: TestEngine,
  privateAddresses = false,
): Promise<{ app: TestApp; merchant: TestMerchant }> {
  const config = testConfig(engine, { webhookPrivateAddresses: privateAddresses });
  const merchant = await createTestMerchant(config);
  return { merchant, app: await startTestApp(t, config, { resolve }) };
}

/** Each trick with the reason that the merchant gets. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["shop.example.com", /no absolute URL/],
  ["http://shop.example.com", /must begin with https/],
  ["ftp://shop.example.com", /must begin with https/],
  ["file:///etc/passwd", /must begin with https/],
  ["https://user@shop.example.com", /user or password/],
  ["https://:pw@shop.example.com", /user or password/],
  ["https://shop.example.com/#a", /fragment/],
  ["https://shop.example.com:22", /its port/],
  ...[80, 0, 25, 1023].map((port) => [`https://shop.example.com:${port}`, /its port/] as const),
  ["https://shop.example.com:65536", /no absolute URL/],
  ["https://xn--/", /no absolute URL/],
  ["https://shop.example.com@127.0.0.1", /user or password/],
  ["https:\\\\127.0.0.1\\", /is not an address/],
  ["HTTPS:///127.0.0.1", /is not an address/],
  ["https://nowhere.example.com", /could not be resolved/],
  ["https://inner.example.com", /has an address that is not/],
  ["https://both.example.com", /has an address that is not/],
  ["https://mapped.example.com", /has an address that is not/],
  ...`localhost localhost. db.internal 127.0.0.1 127.1 2130706433 0x7f000001 0177.0.0.1 0.0.0.0 0 127.0.0.1.
    10.0.0.1 192.168.0.1 172.16.0.1 100.64.0.1 169.254.169.254 [::] [::1] [::ffff:127.0.0.1]
    [::ffff:a9fe:a9fe] [64:ff9b::a9fe:a9fe] [64:ff9b:1::a00:1] [2002:7f00:1::] [2001::1] [fe80::1]
    [fc00::1] [fd00:ec2::254] [ff02::1] [::127.0.0.1] [0:0:0:0:0:ffff:7f00:1] [fd20:ce::254]
    0x7f.0x0.0x0.0x1 00000177.0.0.1 １２７.０.０.１ 127。0。0。1 ①②⑦.0.0.1 ｌｏｃａｌｈｏｓｔ %6c%6f%63alhost shop.localhost
    localhost.localdomain 255.255.255.255`
    .split(/\s+/)
    .map((host) => [`https://${host}/`, /is not (an address|a name) on the public internet/] as const),
];

await eachEngine(t, "an endpoint is created, read, listed, changed and deleted", async (t, engine) => {
  const { app, merchant } = await start(t, engine);
  const { testKey: key, liveKey } = merchant;
  const order = {
    url: URL_TO_POST_TO,
    enabled_events: ["checkout.session.completed", "refund.*"],
    description: "orders",
    metadata: { team: "one" },
  };
  const made = await app.call("POST", ENDPOINTS, key, order, { "idempotency-key": "one" });
  t.equal(made.status, 200, made.text);
  const { secret, ...shown } = made.json;
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  t.match(shown, {
    object: "webhook_endpoint",
    status: "enabled",
    livemode: false,
    api_version: "v1",
    ...order,
  });
  const again = await app.call("POST", ENDPOINTS, key, order, { "idempotency-key": "one" });
  t.equal(again.headers.get("idempotent-replayed"), "true");
  t.same(again.json, made.json, "also its secret");
  const path = `${ENDPOINTS}/${shown.id}`;
  t.same((await app.call("GET", path, key)).json, { ...shown, secret: null });
  t.equal((await app.call("GET", path, liveKey)).status, 404, "the other mode does not have it");
  const changes = {
    enabled_events: ["*"],
    description: "",
    metadata: { team: "", place: "here" },
    disabled: true,
  };
  const changed = (await app.call("POST", path, key, changes)).json;
  t.match(changed, {
    enabled_events: ["*"],
    description: null,
    status: "disabled",
    disabled_reason: "by_merchant",
  });
  t.same(changed.metadata, { place: "here" });
  t.equal(
    (await app.call("POST", `${path}/send_test_event`, key, {})).json.error.code,
    "webhook_endpoint_disabled",
  );
  t.match((await app.call("POST", path, key, { disabled: false })).json, {
    status: "enabled",
    disabled_reason: null,
  });
  t.same(
    (await app.call("GET", ENDPOINTS, key)).json.data.map((one: { id: string }) => one.id),
    [shown.id],
  );
  t.same((await app.call("DELETE", path, key)).json, {
    id: shown.id,
    object: "webhook_endpoint",
    deleted: true,
  });
  t.equal((await app.call("GET", path, key)).status, 404);
  t.same((await app.call("GET", ENDPOINTS, key)).json.data, []);
});

await eachEngine(t, "a secret is rolled, and shown by that call alone", async (t, engine) => {
  const { app, merchant } = await start(t, engine);
  const { testKey: key } = merchant;
  const order = { url: URL_TO_POST_TO, enabled_events: ["*"] };
  const { id, secret } = (await app.call("POST", ENDPOINTS, key, order)).json;
  const before = Math.floor(Date.now() / 1000);
  const rolled = (await app.call("POST", `${ENDPOINTS}/${id}/roll_secret`, key, {})).json;
  t.not(rolled.secret, secret);
  t.ok(rolled.previous_secret_expires_at - before >= 86_400 - 5, "a day's overlap by default");
  t.ok(rolled.previous_secret_expires_at - before <= 86_400 + 60);
  const cut = (await app.call("POST", `${ENDPOINTS}/${id}/roll_secret`, key, { overlap_seconds: 0 })).json;
  t.equal(cut.previous_secret_expires_at, null);
  t.equal((await app.call("GET", `${ENDPOINTS}/${id}`, key)).json.secret, null);
});

await eachEngine(
  t,
  "what cannot be an endpoint is refused by name, whichever call brings it",
  async (t, engine) => {
    const { app, merchant } = await start(t, engine);
    const { testKey, liveKey } = merchant;
    const create = (key: string, order: object) => app.call("POST", ENDPOINTS, key, order);
    const unknown = await create(testKey, {
      url: URL_TO_POST_TO,
      enabled_events: ["refund.*", "invoice.paid"],
    });
    t.equal(unknown.status, 400);
    t.equal(unknown.json.error.param, "enabled_events[1]");
    t.match(unknown.json.error.message, /invoice\.paid.*checkout\.session\.completed/);
    const { id } = (await create(liveKey, { url: URL_TO_POST_TO, enabled_events: ["*"] })).json;
    for (const [url, reason] of REFUSED) {
      for (const path of [ENDPOINTS, `${ENDPOINTS}/${id}`]) {
        const answer = await app.call("POST", path, liveKey, { url, enabled_events: ["*"] });
        t.equal(answer.status, 400, url);
        t.match(answer.json?.error, { code: "webhook_url_refused", param: "url", message: reason }, url);
      }
    }
    for (const url of [
      "http://shop.example.com",
      "http://shop.example.com:8080/a",
      "https://shop.example.com:8443",
    ])
      t.equal((await create(testKey, { url, enabled_events: ["*"] })).status, 200, `in test mode ${url}`);
    t.match((await create(testKey, { url: "http://127.0.0.1:3000", enabled_events: ["*"] })).json, {
      error: { code: "webhook_url_refused" },
    });
  },
);

await eachEngine(
  t,
  "a merchant has 16 endpoints in each mode, also where calls come at once",
  async (t, engine) => {
    const { app, merchant } = await start(t, engine);
    const order = { url: URL_TO_POST_TO, enabled_events: ["*"] };
    const calls = Array.from({ length: 20 }, () => app.call("POST", ENDPOINTS, merchant.testKey, order));
    const answers = await Promise.all(calls);
    t.equal(answers.filter(({ status }) => status === 200).length, 16);
    const refused = answers.filter(({ status }) => status !== 200);
    t.same(new Set(refused.map(({ json }) => json.error.code)), new Set(["too_many_webhook_endpoints"]));
    t.equal(
      (await app.call("POST", ENDPOINTS, merchant.liveKey, order)).status,
      200,
      "the other mode has its own",
    );
  },
);

await eachEngine(
  t,
  "where the operator allows it, test mode alone posts to this machine",
  async (t, engine) => {
    const { app, merchant } = await start(t, engine, true);
    const order = { url: "http://127.0.0.1:3000/hook", enabled_events: ["*"] };
    t.equal((await app.call("POST", ENDPOINTS, merchant.testKey, order)).status, 200);
    const live = await app.call("POST", ENDPOINTS, merchant.liveKey, {
      ...order,
      url: "https://127.0.0.1:3000",
    });
    t.equal(live.json.error.code, "webhook_url_refused");
    for (const host of ["0.0.0.0", "169.254.169.254", "[fd00:ec2::254]"]) {
      const answer = await app.call("POST", ENDPOINTS, merchant.testKey, {
        ...order,
        url: `http://${host}:8080`,
      });
      t.equal(answer.json.error.code, "webhook_url_refused", host);
    }
  },
);
