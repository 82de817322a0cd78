import t from "tap";

import { readConfig } from "../../src/start/config.js";

t.test("a limit that is none, or a proxy that is no address, is refused by its name", async (t) => {
  for (const wrong of ["0", "9", "1000000", "many", "-1", "1e3", "100.5", "0x10"]) {
    t.throws(() => readConfig({ MAX_CONNECTIONS: wrong }), /MAX_CONNECTIONS.*from 10 to 999999/, wrong);
  }
  for (const wrong of ["proxy.example", "10.0.0.0/33", "10.0.0", "::1/129", "10.0.0.1;10.0.0.2"]) {
    t.throws(() => readConfig({ TRUSTED_PROXIES: wrong }), /TRUSTED_PROXIES/, wrong);
  }
  t.throws(
    () => readConfig({ MAX_CONNECTIONS: "x", TRUSTED_PROXIES: "y" }),
    /MAX_CONNECTIONS.*TRUSTED_PROXIES/,
  );
});

t.test("a limit and proxies are taken as they are said, and may be left out", async (t) => {
  const { maxConnections, trustedProxies } = readConfig({
    MAX_CONNECTIONS: " 10 ",
    TRUSTED_PROXIES: "10.0.0.0/8,192.0.2.1",
  });
  t.equal(maxConnections, 10);
  t.same(
    ["10.9.9.9", "192.0.2.1", "192.0.2.2"].map((address) => trustedProxies?.check(address)),
    [true, true, false],
  );
  t.match(readConfig({ MAX_CONNECTIONS: "", TRUSTED_PROXIES: " " }), {
    maxConnections: undefined,
    trustedProxies: undefined,
  });
});

t.test(
  "the days of an authorization are a setting, within what the gateway and a merchant can do",
  async (t) => {
    for (const name of ["AUTHORIZATION_DAYS", "OFF_SESSION_AUTHORIZATION_DAYS"]) {
      for (const wrong of ["0", "2.99", "30.01", "31", "-7", "7 days", "7,5", "1e1", "4.755"]) {
        t.throws(() => readConfig({ [name]: wrong }), new RegExp(`${name}: .*from 3 to 30`), wrong);
      }
    }
    t.same(readConfig({}).authorizationDays, { onSession: 7, offSession: 4.75 });
    const set = { AUTHORIZATION_DAYS: "30", OFF_SESSION_AUTHORIZATION_DAYS: " 3 " };
    t.same(readConfig(set).authorizationDays, { onSession: 30, offSession: 3 });
  },
);

t.test("private addresses are for the embedded start, unless the operator says otherwise", async (t) => {
  const server = { DATABASE_URL: "mysql://root@db.example:3306/pay" };
  t.throws(() => readConfig({ WEBHOOK_PRIVATE_ADDRESSES: "yes" }), /WEBHOOK_PRIVATE_ADDRESSES.*on, off/);
  t.equal(allowed({}), true);
  t.equal(allowed(server), false);
  t.equal(allowed({ ...server, WEBHOOK_PRIVATE_ADDRESSES: "on" }), true);
  t.equal(allowed({ WEBHOOK_PRIVATE_ADDRESSES: "off" }), false);
});

function allowed(env: NodeJS.ProcessEnv): boolean {
  return readConfig(env).webhookPrivateAddresses;
}
