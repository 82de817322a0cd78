import { assert, oneof, property, string, webUrl } from "fast-check";
import t from "tap";

import { checkRedirectUrl, redirectUrl } from "../../src/domain/redirect-url.js";
import { Refusal } from "../../src/domain/refusal.js";

t.test("what is no absolute http or https URL is refused by the name of its field", async (t) => {
  const wrong = [
    "",
    "/ok",
    "//shop.example/ok",
    "shop.example",
    "https:shop.example",
    "https:/shop.example",
    "https:///shop.example",
    "https://",
    "ftp://shop.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://shop.example/a b",
    "https://shop.example/\nx",
    "https://shop.example/\u0000",
    " https://shop.example/",
    "https://shop example/",
    "https://user@shop.example/",
    "https://user:pw@shop.example/",
    "https://:pw@shop.example/",
    "https://shop.example:99999/",
  ];
  for (const url of wrong) {
    const refused = t.throws(() => checkRedirectUrl(url, "success_url"), Refusal, JSON.stringify(url));
    t.match(refused, { reason: "URL_INVALID", violations: [{ field: "success_url" }] });
  }
});

t.test("http and https URLs are taken, also with the session's place in them", async (t) => {
  for (const url of [
    "https://shop.example",
    "HTTP://shop.example:8080/a?b=c#d",
    "https://shop.example/ok?session={CHECKOUT_SESSION_ID}",
    "https://{CHECKOUT_SESSION_ID}.shop.example/",
    "https://größe.example/straße",
  ]) {
    t.doesNotThrow(() => checkRedirectUrl(url, "cancel_url"), url);
  }
});

t.test("the session's id is filled in wherever its place is, then the URL is normalised", async (t) => {
  t.equal(redirectUrl("https://Shop.Example", "cs_1"), "https://shop.example/");
  t.equal(
    redirectUrl("https://shop.example/{CHECKOUT_SESSION_ID}?s={CHECKOUT_SESSION_ID}&q=ü", "cs_1"),
    "https://shop.example/cs_1?s=cs_1&q=%C3%BC",
  );
});

t.test("a URL that was taken can be sent in a header", async (t) => {
  const header = /^[\x21-\x7e]+$/;
  assert(
    property(oneof(webUrl({ withQueryParameters: true, withFragments: true }), string()), (url) => {
      try {
        checkRedirectUrl(url, "success_url");
      } catch {
        return true; // Refused: nothing will be sent.
      }
      return header.test(redirectUrl(url, "cs_1"));
    }),
  );
  t.pass();
});
