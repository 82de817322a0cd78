import * as fc from "fast-check";
import t from "tap";

import { checkRedirectUrl, redirectUrl } from "../../src/domain/redirect-url.js";
import { Refusal } from "../../src/domain/refusal.js";

const ID = "cs_VbehKxU0lqnGx9aTQbYt1nQbW2x3z";

const REFUSED = [
  "",
  "shop.example/done",
  "/done",
  "//shop.example/done",
  "https:shop.example",
  "https:/shop.example",
  "https:///shop.example",
  "https://",
  "https://?a=1",
  "https://#a",
  "https:\\\\shop.example",
  "ftp://shop.example/",
  "javascript:alert(1)",
  "data:text/html,x",
  "httpsx://shop.example/",
  " https://shop.example/",
  "https://shop example/",
  "https://shop.example/a b",
  "https://shop.example/\n",
  "https://shop.example/\r\nset-cookie: a=b",
  "ht\ntps://shop.example/",
  "https://shop.example/\0",
  "https://shop.example:99999/",
  "https://shop.example:{CHECKOUT_SESSION_ID}/",
  "https://[::1",
  "https://sh%00op.example/",
  "https://user@shop.example/",
  "https://user:password@shop.example/",
  "https://:password@shop.example/",
  "https://{CHECKOUT_SESSION_ID}@shop.example/",
];

for (const template of REFUSED) {
  t.test(`${JSON.stringify(template)} is refused, naming the field`, async (t) => {
    const refusal = refusalOf(template);
    t.match(refusal, { reason: "URL_INVALID", violations: [{ field: "success_url" }] });
  });
}

const ACCEPTED: readonly [template: string, address: string][] = [
  ["https://shop.example", "https://shop.example/"],
  ["http://localhost:3000/done", "http://localhost:3000/done"],
  ["HTTPS://Shop.Example/Done", "https://shop.example/Done"],
  [
    "https://shop.example/done?session_id={CHECKOUT_SESSION_ID}",
    `https://shop.example/done?session_id=${ID}`,
  ],
  ["https://shop.example/{CHECKOUT_SESSION_ID}#{CHECKOUT_SESSION_ID}", `https://shop.example/${ID}#${ID}`],
  ["https://shop.example/{checkout_session_id}", "https://shop.example/%7Bcheckout_session_id%7D"],
  [
    "https://shop.example/?to=https://user@other.example",
    "https://shop.example/?to=https://user@other.example",
  ],
  ["https://münchen.example/größe", "https://xn--mnchen-3ya.example/gr%C3%B6%C3%9Fe"],
  ["https://shop.example/a%20b?x=%0D%0A", "https://shop.example/a%20b?x=%0D%0A"],
  ["http://[::1]:8080/", "http://[::1]:8080/"],
  ["https://{CHECKOUT_SESSION_ID}.shop.example/", `https://${ID.toLowerCase()}.shop.example/`],
];

for (const [template, address] of ACCEPTED) {
  t.test(`${template} is accepted`, async (t) => {
    t.equal(refusalOf(template), undefined);
    t.equal(redirectUrl(template, ID), address);
  });
}

t.test("whatever is accepted becomes an address that fits into a header", async () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.constantFrom(
      "{CHECKOUT_SESSION_ID}",
      "/",
      "?",
      "#",
      "@",
      ":",
      "\\",
      "%",
      "\r\n",
      "..",
      "shop.example",
    ),
  );
  const template = fc.array(piece, { maxLength: 8 }).map((pieces) => `https://${pieces.join("")}`);
  fc.assert(
    fc.property(template, (text) => {
      if (refusalOf(text) !== undefined) return true;
      const address = redirectUrl(text, ID);
      return /^https:\/\/[\x21-\x7e]+$/.test(address) && !address.includes("{CHECKOUT_SESSION_ID}");
    }),
    { numRuns: 2000 },
  );
});

function refusalOf(template: string): Refusal | undefined {
  try {
    checkRedirectUrl(template, "success_url");
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
