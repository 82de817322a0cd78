import type { DescMessage, Message } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator, type Violation } from "@bufbuild/protovalidate";

import { type RefusalReason, Refusal } from "../../domain/refusal.js";
import { matchesRegex } from "./regex.js";

/** One a process: it compiles the rules of a message when it first meets one, which takes up to 0.1 s. */
const validator = createValidator({ regexMatch: matchesRegex });

/** Throws a refusal that names each rule of the proto file which the message breaks. */
export function protovalidate(schema: DescMessage, message: Message): void {
  const result = validator.validate(schema, message);
  if (result.kind === "error") throw result.error;
  if (result.kind === "valid") return;
  const violations = result.violations.slice(0, REPORTED_MAX).map((violation) => ({
    field: pathToString(violation.field),
    description: describe(violation),
  }));
  const [first] = result.violations;
  const reason = first === undefined ? undefined : REASONS[first.ruleId];
  const text = violations[0]?.description ?? "The request is not valid.";
  throw new Refusal(reason ?? "PARAMETER_INVALID", text, violations);
}

/** More than anybody mends at once; the most that a request can break would be megabytes of headers over gRPC. */
const REPORTED_MAX = 20;

/** Rules whose violation has a word of its own: those of protovalidate for what is missing, and ours in CEL. */
const REASONS: Record<string, RefusalReason> = {
  required: "PARAMETER_MISSING",
  "repeated.min_items": "PARAMETER_MISSING",
  currency: "CURRENCY_UNKNOWN",
  one_currency: "CURRENCIES_MIXED",
  url: "URL_INVALID",
};

function describe(violation: Violation): string {
  const name = pathToString(violation.field);
  if (REASONS[violation.ruleId] === "PARAMETER_MISSING") return `Missing required parameter: ${name}.`;
  const patterns = Object.keys(PATTERNS_IN_WORDS);
  const pattern = patterns.find((each) => violation.message.endsWith(`\`${each}\``)) ?? "";
  return `Invalid ${name}: ${PATTERNS_IN_WORDS[pattern] ?? violation.message}.`;
}

/** What patterns that many fields share ask of a text, for people. */
const PATTERNS_IN_WORDS: Record<string, string> = {
  "^\\P{Cc}*$": "must not hold control characters",
  "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$":
    "must not hold control characters other than tabs and line breaks",
  "^[^\\[\\]\\x00-\\x1f\\x7f-\\x9f]*$": "must not hold square brackets or control characters",
};
