import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";

import { fastValidator } from "../validation/fast-validator.js";

/**
 * Holds the message of a unary request to the `buf.validate` rules of its proto file.
 *
 * Refuses with all violations at once. A rule that does not compile is our bug, not the caller's fault: it is thrown as
 * it is and ends as INTERNAL.
 */
export function checkRules(schema: DescMessage, message: Message): void | Promise<void> {
  return fastValidator(schema)(message) ? undefined : checkWhole(schema, message);
}

/** The same where there are interceptors only. */
export function validate(): Interceptor {
  return (next) => async (request) => {
    if (!request.stream) await checkRules(request.method.input, request.message);
    return await next(request);
  };
}

/** Reads what checks doubtful messages, for a service that must not have to read it later. */
export async function readWholeCheck(): Promise<void> {
  await wholeCheck();
}

async function checkWhole(schema: DescMessage, message: Message): Promise<void> {
  (await wholeCheck()).protovalidate(schema, message);
}

/**
 * protovalidate and its CEL are a hundred files: for a program that only imports this one, they are not worth
 * reading.
 */
const wholeCheck = () => import("../validation/protovalidate.js");
