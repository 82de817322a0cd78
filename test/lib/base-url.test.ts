import * as fc from "fast-check";
import t from "tap";

import { basePathOf, parseBaseUrl, urlBelow } from "../../src/lib/base-url.js";

const REFUSED: Readonly<Record<string, RegExp>> = {
  "": /kind http/,
  "pay.example.com": /kind http/,
  "ftp://pay.example.com": /kind http/,
  "https:pay.example.com": /kind http/,
  "https://": /kind http/,
  "https:///pay": /kind http/,
  "https://pay.example.com:": /kind http/,
  "https://pay.example.com:99999": /kind http/,
  "https://pay.example.com:0": /port 0/,
  "https://pay.example.com//a": /kind http/,
  "https://pay.example.com/%zz": /kind http/,
  "https://pay.example.com/a/../b": /without \. and \.\./,
  "https://pay.example.com/%2e%2e/b": /without \. and \.\./,
  "https://pay.example.com/?x=1": /query/,
  "https://pay.example.com?": /query/,
  "https://pay.example.com/#x": /fragment/,
  "https://shop@pay.example.com": /user/,
  "https://shop:secret@pay.example.com": /user/,
  "https://pay.example.com\\@other.example": /backslash/,
  "https://pay example.com": /spaces/,
  "https://pay.exam\tple.com": /spaces/,
  "https://pay.example.com\u0000": /control/,
  "https://bücher.example": /ASCII/,
  "https://pay.example.com/ü": /ASCII/,
  "https://pay%2eexample.com": /kind http/,
  "https://pay.example.com.": /extra dot/,
  "https://pay..example.com": /extra dot/,
  "http://127.1": /as 127\.0\.0\.1/,
  "http://0x7f.0.0.1": /as 127\.0\.0\.1/,
  "http://2130706433": /as 127\.0\.0\.1/,
  "http://[0:0::1]": /as \[::1\]/,
  [`https://pay.example.com/${"a".repeat(500)}`]: /500 characters/,
};

for (const [text, fault] of Object.entries(REFUSED)) {
  t.test(`${JSON.stringify(text.slice(0, 60))} is no base URL`, async (t) => {
    t.throws(() => parseBaseUrl(text), { message: fault });
    t.notMatch(
      messageOf(() => parseBaseUrl(text)),
      "secret",
      "no password is repeated",
    );
  });
}

t.test("a base URL is answered without a slash at its end, host and scheme in small letters", async (t) => {
  t.equal(parseBaseUrl("https://pay.example.com/"), "https://pay.example.com");
  t.equal(parseBaseUrl("HTTPS://Pay.Example.com:443//"), "https://pay.example.com");
  t.equal(parseBaseUrl("http://localhost:8080"), "http://localhost:8080");
  t.equal(parseBaseUrl("http://[::1]:8080/"), "http://[::1]:8080");
  t.equal(parseBaseUrl("http://10.0.0.1/pay/v1/"), "http://10.0.0.1/pay/v1");
  t.equal(parseBaseUrl("https://xn--bcher-kva.example/a%20b"), "https://xn--bcher-kva.example/a%20b");
  t.equal(parseBaseUrl("http://pay_service:80"), "http://pay_service");
});

t.test("what is taken leads where it is written, with any path behind it, and is taken again", async () => {
  const part = fc.stringMatching(/^[\w.~!$&'()*+,;=:@%?#\\ -]{0,6}$/);
  const text = fc
    .tuple(fc.constantFrom("http://", "https://", "HTTP://"), fc.array(part), fc.constantFrom("", ":80", "/"))
    .map(([scheme, parts, end]) => `${scheme}a${parts.join("/")}${end}`);
  fc.assert(
    fc.property(fc.oneof(text, fc.webUrl()), (given) => {
      const taken = takenOf(given);
      if (taken === undefined) return;
      const { host, pathname, search, hash, username } = new URL(`${taken}/pay/x`);
      const read = `${new URL(taken).protocol}//${host}${pathname}`;
      if (read !== `${taken}/pay/x` || search + hash + username !== "") throw new Error(`${given}: ${read}`);
      if (parseBaseUrl(taken) !== taken) throw new Error(`${given}: taken differently again`);
    }),
  );
});

t.test("a base URL may end with slashes", async (t) => {
  t.equal(urlBelow("https://gateway.example//", "/direct/"), "https://gateway.example/direct/");
});

function takenOf(text: string): string | undefined {
  try {
    return parseBaseUrl(text);
  } catch {
    return undefined;
  }
}

function messageOf(act: () => unknown): string {
  try {
    act();
    return "";
  } catch (error) {
    return String(error);
  }
}

t.test("the path of a base URL is empty, or begins with a slash and ends without one", async (t) => {
  for (const [url, path] of [
    ["https://h.example", ""],
    ["http://localhost:8080", ""],
    ["https://h.example/", ""],
    ["https://h.example/shop/pay", "/shop/pay"],
    ["http://[::1]:80/a/", "/a"],
  ] as const)
    t.equal(basePathOf(url), path, url);
});
