import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { Interceptor, UnaryRequest } from "@connectrpc/connect";

import { type SurelyValid, sureValidity } from "./sure-validity.js";

/**
 * Holds every unary request to the `buf.validate` rules of its proto file.
 *
 * Refuses with all violations at once. A rule that does not compile is our bug, not the caller's fault: it is thrown as
 * it is and ends as INTERNAL.
 */
export function validate(): Interceptor {
  return (next) => {
    const checkFirst = async (request: UnaryRequest) => {
      await check(request.method.input, request.message);
      return await next(request);
    };
    return (request) =>
      request.stream || surely(request.method.input, request.message) ? next(request) : checkFirst(request);
  };
}

/** Compiled when a type is first met, once a process. */
const compiled = new Map<DescMessage, SurelyValid>();

function surely(schema: DescMessage, message: Message): boolean {
  let valid = compiled.get(schema);
  if (valid === undefined) compiled.set(schema, (valid = sureValidity(schema)));
  return valid(message);
}

/** protovalidate and its CEL are a hundred files, which a service reads when somebody sends the first doubtful request. */
async function check(schema: DescMessage, message: Message): Promise<void> {
  const { checkMessage } = await import("./check-message.js");
  checkMessage(schema, message);
}
