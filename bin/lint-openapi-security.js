/**
 * Lints `gen/openapi.json` by Spectral's own rules and those of OWASP: a part of `npm run lint`. What is left out is
 * left out here, with its reason. Warnings are advice, and not shown.
 */
import { readFileSync } from "node:fs";
import spectral from "@stoplight/spectral-core";
import parsers from "@stoplight/spectral-parsers";
import owasp from "@stoplight/spectral-owasp-ruleset";
import rulesets from "@stoplight/spectral-rulesets";

/** Rules that would have the document say what is not so. */
const LEFT_OUT = {
  "owasp:api2:2023-no-http-basic":
    "Basic carries the same key as Bearer, over the same TLS: `curl -u` and Stripe's older libraries send it so.",
  "owasp:api4:2023-rate-limit":
    "There are no headers of rate limits: clients are limited by connections and requests under way, and a refused one gets 503 with Retry-After.",
  "owasp:api8:2023-define-cors-origin":
    "No answer of the API has CORS headers: a key is a secret of the merchant's server, and no browser may call with it.",
};

/** Rules for what is sent to the service. In an answer a limit would be a promise that binds its next version. */
const FOR_REQUESTS = new Set([
  "owasp:api4:2023-array-limit",
  "owasp:api4:2023-integer-limit",
  "owasp:api4:2023-string-limit",
]);

/** Spectral's number of an error. */
const ERROR = "0";

const text = readFileSync("gen/openapi.json", "utf8");
const document = JSON.parse(text);
const sent = componentsSent();
const linter = new spectral.Spectral();
const left = Object.fromEntries(Object.keys(LEFT_OUT).map((name) => [name, "off"]));
linter.setRuleset({
  extends: [
    [rulesets.oas, "all"],
    [owasp, "all"],
  ],
  rules: left,
});
const found = await linter.run(new spectral.Document(text, parsers.Json, "gen/openapi.json"));
const errors = found.filter(
  ({ severity, code, path }) =>
    String(severity) === ERROR && (!FOR_REQUESTS.has(code) || (isSent(path) && !isBounded(code, path))),
);
for (const { code, message, path } of errors)
  process.stderr.write(`${path.join(".")}: ${message} (${code})\n`);
process.exitCode = errors.length === 0 ? 0 : 1;

/** The schemas that a request's body or parameters are made of. */
function componentsSent() {
  const names = new Set();
  const follow = (part) => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (names.has(name)) continue;
      names.add(name);
      follow(document.components.schemas[name]);
    }
  };
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    follow([operation.requestBody, operation.parameters]);
  }
  return names;
}

/** Whether a place in the document is a part of what is sent. */
function isSent([first, second, third, ...rest]) {
  if (first === "components" && second === "schemas") return sent.has(third);
  return !rest.includes("responses") && first === "paths";
}

/** Whether a text's pattern limits its length, too: it repeats nothing without an end. */
function isBounded(code, path) {
  const { pattern } = path.reduce((part, name) => part[name], document);
  return code.endsWith("string-limit") && pattern !== undefined && !/[*+]|,}/.test(pattern);
}
