import t from "tap";

import { parseUrl } from "../../../src/lib/hosts/parse-url.js";

t.test("a text that is no absolute URL has none", async (t) => {
  for (const text of ["", "shop.example", "/done", "https://", "https://a b.example/"]) {
    t.equal(parseUrl(text), undefined, text);
  }
});

t.test("letters beyond ASCII are letters, however many URLs were read before", async (t) => {
  const letters = "https://münchen.example/größe";
  // Until the function is optimized, and some more.
  for (let index = 0; index < 50_000; index++) parseUrl(`https://shop.example/${index}`);
  t.equal(parseUrl(letters)?.href, "https://xn--mnchen-3ya.example/gr%C3%B6%C3%9Fe");
});
