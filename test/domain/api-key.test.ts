import { createHash } from "node:crypto";

import t from "tap";

import { hashApiKey, last4OfApiKey, newApiKey } from "../../src/domain/api-key.js";

t.test("a key tells its mode and is never made twice", async (t) => {
  const keys = Array.from({ length: 1000 }, (_, index) => newApiKey(index % 2 === 0));
  t.equal(new Set(keys).size, 1000);
  t.ok(keys.every((key, index) => key.startsWith(index % 2 === 0 ? "sk_live_" : "sk_test_")));
  t.ok(keys.every((key) => /^sk_(live|test)_[0-9A-Za-z]{32}$/.test(key)));
});

t.test("a key is stored as its SHA-256, and shown as its end", async (t) => {
  const key = newApiKey(true);
  t.equal(hashApiKey(key), createHash("sha256").update(key).digest("hex"));
  t.not(hashApiKey(key), hashApiKey(`${key}x`));
  t.equal(last4OfApiKey("sk_test_abcdWXYZ"), "WXYZ");
});
