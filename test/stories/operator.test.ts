import t from "tap";

import { gatewayAccounts } from "../../src/db/tables/gateway-accounts.js";
import { startTestApp, testConfig } from "../support/app.js";
import { environmentOf, run, runAlone, runJson } from "../support/command.js";
import { eachEmptyEngine, eachEngine } from "../support/database.js";
import { anOrder } from "../support/orders.js";

const CREATE = ["merchants", "create", "--name", "Books & Co", "--country", "GB"];

await t.test("wrong commands say what would be right", async (t) => {
  const env = { DATA_DIR: t.testdir() };
  const wrong: [string[], RegExp][] = [
    [["merchants", "create"], /--name/],
    [[...CREATE.slice(0, 4), "--country", "Britain"], /--country: .*ISO 3166/],
    [[...CREATE, "--gateway-merchant-id", "123456"], /--gateway-secret go together/],
    [[...CREATE, "--gateway-merchant-id", "123456", "--gateway-secret", "-"], /secret is empty/],
    [
      [...CREATE, "--gateway-merchant-id", "100856", "--gateway-secret", "Circle4Take40Idea"],
      /published.*--allow-published-secret/,
    ],
    [[...CREATE, "--gateway-rest-token", "token"], /--gateway-secret go together/],
    [
      [...CREATE, "--gateway-merchant-id", "1", "--gateway-secret", "s", "--gateway-rest-token", "-"],
      /REST token is empty/,
    ],
    [
      [...CREATE, "--gateway-merchant-id", "1", "--gateway-secret", "s", "--gateway-rest-token", "a b"],
      /--gateway-rest-token: .*without a space/,
    ],
    [["keys", "create", "--merchant", "mer_nobody", "--mode", "live"], /--merchant: No such merchant/],
    [["keys", "create", "--merchant", "mer_nobody", "--mode", "real"], /live, test/],
    [["keys", "revoke", "key_nobody"], /No such key/],
    [["customers", "create", "--merchant", "mer_nobody", "--mode", "test"], /No such merchant/],
    [["fly"], /unknown command/],
  ];
  for (const [args, complaint] of wrong) {
    const { code, stdout, stderr } = await run(env, args);
    t.equal(code, 1, args.join(" "));
    t.match(stderr, complaint);
    t.equal(stdout, "");
  }
  t.match(await run({ PORT: "many", LOG_LEVEL: "loud", DATABASE_URL: "postgres://x" }, ["keys", "list"]), {
    code: 1,
    stderr: /PORT.*DATABASE_URL.*LOG_LEVEL/,
  });
  t.match(await run({}, ["merchants", "create", "--help"]), { code: 0, stdout: /--gateway-secret/ });
});

await eachEmptyEngine(
  t,
  "merchants, keys and customers are made while the service runs",
  async (t, engine) => {
    const config = testConfig(engine);
    const env = environmentOf(config);
    t.same(Object.keys(await runJson(env, ["migrate"])), ["applied"]);
    const app = await startTestApp(t, config);
    const account = ["--gateway-merchant-id", "100856", "--gateway-secret", "-"];
    const create = await runAlone(env, [...CREATE, ...account, "--json"], "a secret of our own\n");
    const merchant = JSON.parse(create.stdout) as Record<string, string>;
    t.match(merchant, { id: /^mer_/, name: "Books & Co", country: "GB", gateway_merchant_id: "100856" });
    const scope = (mode: string): string[] => ["--merchant", merchant["id"] ?? "", "--mode", mode];
    const { key, id } = await runJson(env, ["keys", "create", ...scope("live")]);
    t.match(key, /^sk_live_[0-9A-Za-z]{32}$/);
    await runJson(env, [
      "customers",
      "create",
      ...scope("live"),
      "--id",
      "cus_mine",
      "--email",
      "a@b.example",
    ]);
    t.match(await run(env, ["customers", "create", ...scope("live"), "--id", "cus_mine"]), {
      code: 1,
      stderr: /already/,
    });
    const created = await app.call("POST", "/v1/checkout/sessions", key, anOrder({ customer: "cus_mine" }));
    t.equal(created.status, 200);
    const listed = await run(env, ["keys", "list"]);
    t.match(listed.stdout, new RegExp(`${id}.*live.*${key?.slice(-4)}`));
    t.notMatch(listed.stdout, key ?? "");
    t.match(await runJson(env, ["keys", "revoke", id ?? ""]), { id, revoked: /^2/ });
    const refused = await app.call("GET", `/v1/checkout/sessions/${created.json.id}`, key);
    t.match(refused, { status: 401, json: { error: { code: "api_key_revoked" } } });
  },
);

await eachEngine(
  t,
  "a merchant without a live account gets no live key until it has one",
  async (t, engine) => {
    const env = environmentOf(testConfig(engine));
    const { id = "" } = await runJson(env, CREATE);
    const live = ["keys", "create", "--merchant", id, "--mode", "live"];
    t.match(await run(env, live), { code: 1, stderr: /no live gateway account/ });
    const account = ["--gateway-merchant-id", "100856", "--gateway-secret", "Circle4Take40Idea"];
    await runJson(env, ["merchants", "update", id, ...account, "--allow-published-secret"]);
    t.match(await runJson(env, live), { key: /^sk_live_/ });
  },
);

await eachEngine(
  t,
  "the token of the transaction search is kept sealed, and can be changed",
  async (t, engine) => {
    const config = testConfig(engine);
    const env = environmentOf(config);
    const account = ["--gateway-merchant-id", "100856", "--gateway-secret", "-", "--gateway-rest-token", "-"];
    const { id = "" } = await runJson(env, [...CREATE, ...account], "a secret of our own\nfirst-token\n");
    const app = await startTestApp(t, config);
    const stored = async () => {
      const rows = await app.db.manager.find(gatewayAccounts, { where: { merchantId: id } });
      const live = rows.find(({ livemode }) => livemode);
      const test = rows.find(({ livemode }) => !livemode);
      t.ok(test?.restTokenSealed, "the test account has one from the start");
      t.notOk(live?.restTokenSealed?.includes("token"));
      return live?.restTokenSealed?.toString("hex");
    };
    const first = await stored();
    t.ok(first);
    const changed = await runJson(
      env,
      ["merchants", "update", id, "--gateway-rest-token", "-"],
      "second-token\n",
    );
    t.notMatch(JSON.stringify(changed), "second-token");
    t.not(await stored(), first);
  },
);
