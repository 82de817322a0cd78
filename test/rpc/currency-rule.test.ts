import { readFileSync } from "node:fs";

import { data } from "currency-codes";
import t from "tap";

import { currencyByCode } from "../../src/domain/money.js";

t.test("the rule in the proto file knows the currencies that the service knows, and no other", async (t) => {
  const proto = readFileSync("proto/calmonypay/v1/checkout_service.proto", "utf8");
  const listed = /matches\('\^\(([a-z|]+)\)\$'\)/.exec(proto)?.[1]?.split("|") ?? [];
  const known = [...data.map(({ code }) => code.toLowerCase()), "xcg"].filter((code) => currencyByCode(code));
  t.ok(known.length > 140);
  t.same(new Set(listed), new Set(known));
});
