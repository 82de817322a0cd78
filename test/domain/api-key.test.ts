import t from "tap";

import { hashApiKey, last4OfApiKey, newApiKey } from "../../src/domain/api-key.js";

t.test("a key tells its mode, and is random and nothing but letters and digits behind it", async (t) => {
  t.match(newApiKey(true), /^sk_live_[0-9A-Za-z]{32}$/);
  t.match(newApiKey(false), /^sk_test_[0-9A-Za-z]{32}$/);
  t.equal(new Set(Array.from({ length: 1000 }, () => newApiKey(true))).size, 1000);
});

t.test("a key is stored as SHA-256 in hex, which shows nothing of it", async (t) => {
  // The first answer of FIPS 180-4's examples.
  t.equal(hashApiKey("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const key = newApiKey(true);
  t.not(hashApiKey(key), hashApiKey(`${key} `));
  t.notMatch(hashApiKey(key), key.slice("sk_live_".length));
});

t.test("lists show the last four characters and no more", async (t) => {
  t.equal(last4OfApiKey("sk_live_0123456789abcdefghijklmnopqrwxyz"), "wxyz");
});
