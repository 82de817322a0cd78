import type { DescMessage, Message } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator, type Violation } from "@bufbuild/protovalidate";

import { type RefusalReason, Refusal } from "../../domain/refusal.js";
import { matchesRegex } from "./regex.js";

/** One per process: it compiles a message's rules at its first use, which takes up to 0.1 s. */
const validator = createValidator({ regexMatch: matchesRegex });

/** Throws a Refusal that names the proto file's rules which the message violates, 20 at most. */
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

/** Violations reported. Those of the worst request would be megabytes of headers over gRPC. */
const REPORTED_MAX = 20;

/**
 * Rules whose violation has its own reason: protovalidate's rules about missing values, and CEL rules of this
 * API.
 */
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

/** Descriptions, for people, of patterns that many fields share. */
const PATTERNS_IN_WORDS: Record<string, string> = {
  "^\\P{Cc}*$": "must not hold control characters",
  "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$":
    "must not hold control characters other than tabs and line breaks",
  "^[^\\[\\]\\x00-\\x1f\\x7f-\\x9f]*$": "must not hold square brackets or control characters",
};
