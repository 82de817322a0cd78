import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";

import { fastValidator } from "../validation/fast-validator.js";

/**
 * Checks a request against the `buf.validate` rules of its proto file.
 *
 * Throws one Refusal for all violations. The error of a rule that does not compile is thrown unchanged and
 * becomes INTERNAL: a bug of this service, no fault of the caller.
 */
export function checkRules(schema: DescMessage, message: Message): void | Promise<void> {
  return fastValidator(schema)(message) ? undefined : checkWhole(schema, message);
}

/** `checkRules` as an interceptor, for calls that Connect serves. Of a stream each message is checked as it comes. */
export function validate(): Interceptor {
  return (next) => async (request) => {
    const { input } = request.method;
    if (request.stream) return await next({ ...request, message: checked(input, request.message) });
    await checkRules(input, request.message);
    return await next(request);
  };
}

async function* checked(schema: DescMessage, messages: AsyncIterable<Message>): AsyncGenerator<Message> {
  for await (const message of messages) {
    await checkRules(schema, message);
    yield message;
  }
}

/** Loads protovalidate now, for a service that must not import modules later. */
export async function readWholeCheck(): Promise<void> {
  await wholeCheck();
}

async function checkWhole(schema: DescMessage, message: Message): Promise<void> {
  (await wholeCheck()).protovalidate(schema, message);
}

/**
 * Imported at first use: protovalidate and its CEL are a hundred files, which most operator commands never
 * need.
 */
const wholeCheck = () => import("../validation/protovalidate.js");
