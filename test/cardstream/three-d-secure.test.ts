import t from "tap";

import type { Field } from "../../src/cardstream/fields.js";
import {
  browserFields,
  continuationFields,
  isDeviceMethod,
  readChallenge,
} from "../../src/cardstream/three-d-secure.js";

/** As in an answer of the vendor's test accounts. */
const ANSWER: readonly Field[] = [
  ["responseCode", "65802"],
  ["threeDSRef", "UDNLRVk6dHJhbnNhY3Rpb25JRD0yMDM5Mjc="],
  ["threeDSURL", "https://acs.example/?method"],
  ["threeDSRequest[threeDSMethodData]", "eyJ0IjoxfQ"],
  ["threeDSRequest[more][0]", "a b"],
];

const without = (name: string): Field[] => ANSWER.filter(([each]) => !each.startsWith(name));
const at = (url: string): Field[] => [...without("threeDSURL"), ["threeDSURL", url]];

t.test("a challenge that lacks a part, or leads to no page of the web, is none", async (t) => {
  for (const name of ["threeDSRef", "threeDSURL", "threeDSRequest"]) {
    t.equal(readChallenge(without(name), false), undefined, name);
  }
  for (const url of [
    "",
    "acs.example",
    "javascript:alert(1)",
    "data:text/html,1",
    "https://a:b@acs.example/",
  ]) {
    t.equal(readChallenge(at(url), false), undefined, url);
  }
  t.equal(readChallenge(at("http://acs.example/"), true), undefined, "a live one is encrypted");
});

t.test("a challenge is what the browser carries, as the gateway gave it", async (t) => {
  const challenge = readChallenge(ANSWER, true);
  t.same(challenge, {
    ref: "UDNLRVk6dHJhbnNhY3Rpb25JRD0yMDM5Mjc=",
    url: "https://acs.example/?method",
    request: [
      ["threeDSMethodData", "eyJ0IjoxfQ"],
      ["more[0]", "a b"],
    ],
  });
  t.ok(challenge && isDeviceMethod(challenge));
  const creq = { ref: "r", url: "https://acs.example/", request: [["creq", "e30"]] } as const;
  t.notOk(isDeviceMethod(creq));
  t.ok(readChallenge(at("http://localhost:8080/sandbox/acs/"), false));
});

t.test("what the issuer has posted goes on as a record, sub-fields included", async (t) => {
  const response: Field[] = [
    ["cres", "e30"],
    ["a[b][c]", "1"],
  ];
  const fields = continuationFields({
    ref: "r",
    response,
    browser: [],
    callbackUrl: "https://pay.example/c",
  });
  t.same(fields, [
    ["threeDSRef", "r"],
    ["callbackURL", "https://pay.example/c"],
    ["threeDSResponse[cres]", "e30"],
    ["threeDSResponse[a][b][c]", "1"],
  ]);
});

t.test("a browser is told of by what it says itself, at no length", async (t) => {
  const headers = { userAgent: "u".repeat(9999), accept: "*/*", language: undefined, encoding: "br" };
  t.same(browserFields(headers, undefined), [
    ["deviceChannel", "browser"],
    ["deviceIdentity", "u".repeat(500)],
    ["deviceAcceptContent", "*/*"],
    ["deviceAcceptEncoding", "br"],
  ]);
  t.match(browserFields({ ...headers, userAgent: "u" }, "203.0.113.7").at(-1), [
    "remoteAddress",
    "203.0.113.7",
  ]);
});
