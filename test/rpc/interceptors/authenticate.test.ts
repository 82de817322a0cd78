import t from "tap";

import type { ApiKeyRow } from "../../../src/db/tables/api-keys.js";
import { cacheKeys } from "../../../src/rpc/interceptors/authenticate.js";

/** A table of one key, and how often somebody looked into it. */
function oneKey() {
  const key: ApiKeyRow = {
    id: "key_1",
    merchantId: "mer_1",
    livemode: true,
    hash: "known",
    last4: "abcd",
    createdAt: 0,
    revokedAt: null,
  };
  const state = { key, looks: 0, time: 0 };
  const find = cacheKeys(
    async (hash) => {
      state.looks++;
      return hash === "known" ? { ...state.key } : undefined;
    },
    () => state.time,
  );
  return { state, find };
}

t.test("an unknown key is looked up each time, and so is one that was revoked", async (t) => {
  const { state, find } = oneKey();
  t.equal(await find("other"), undefined);
  t.equal(await find("other"), undefined);
  t.equal(state.looks, 2);
  state.key.revokedAt = 1;
  t.equal((await find("known"))?.revokedAt, 1);
  state.key.revokedAt = null;
  t.equal((await find("known"))?.revokedAt, null);
  t.equal(state.looks, 4);
});

t.test("a key that is revoked is refused a second after it was looked up, at the latest", async (t) => {
  const { state, find } = oneKey();
  await find("known");
  state.key.revokedAt = 5;
  state.time = 999;
  t.equal((await find("known"))?.revokedAt, null);
  t.equal(state.looks, 1);
  state.time = 1000;
  t.equal((await find("known"))?.revokedAt, 5);
  t.equal((await find("known"))?.revokedAt, 5);
});

t.test("the second begins before the look, not with its answer", async (t) => {
  const { state } = oneKey();
  const late = cacheKeys(
    async () => {
      const seen = { ...state.key };
      state.time += 600;
      return seen;
    },
    () => state.time,
  );
  await late("known");
  state.key.revokedAt = 1;
  state.time += 400;
  t.equal((await late("known"))?.revokedAt, 1);
});
