import type { DescMessage, Message } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator, type Violation } from "@bufbuild/protovalidate";
import type { Interceptor } from "@connectrpc/connect";

import { Refusal } from "../domain/refusal.js";

/**
 * Holds every unary request to the `buf.validate` rules of its proto file.
 *
 * Refuses with all violations at once. A rule that does not compile is our bug, not the caller's fault: it is thrown as
 * it is and ends as INTERNAL.
 */
export function validate(): Interceptor {
  const validator = createValidator();
  return (next) => async (request) => {
    if (!request.stream) check(validator, request.method.input, request.message);
    return await next(request);
  };
}

function check(validator: ReturnType<typeof createValidator>, schema: DescMessage, message: Message): void {
  const result = validator.validate(schema, message);
  if (result.kind === "error") throw result.error;
  if (result.kind === "valid") return;
  const violations = result.violations.map((violation) => ({
    field: pathToString(violation.field),
    description: describe(violation),
  }));
  const [first] = result.violations;
  const missing = first !== undefined && MISSING_RULES.has(first.ruleId);
  throw new Refusal(
    missing ? "PARAMETER_MISSING" : "PARAMETER_INVALID",
    violations[0]?.description ?? "The request is not valid.",
    violations,
  );
}

/** Rules whose violation means that there is nothing, in Stripe's words a missing parameter. */
const MISSING_RULES: ReadonlySet<string> = new Set(["required", "repeated.min_items"]);

function describe(violation: Violation): string {
  const name = pathToString(violation.field);
  if (MISSING_RULES.has(violation.ruleId)) return `Missing required parameter: ${name}.`;
  return `Invalid ${name}: ${violation.message}.`;
}
