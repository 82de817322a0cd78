import { type Field, fieldText } from "../../cardstream/fields.js";
import { signed } from "../../cardstream/signed-message.js";
import { keptFields } from "./echoed-fields.js";
import { type Fault, invalidField } from "../protocol/faults.js";
import type { SandboxContext } from "../protocol/context.js";
import { APPROVED_FIELDS } from "./outcomes.js";
import { gatewayTimestamp, newRequestId } from "./references.js";
import { formReply, type Reply } from "../protocol/reply.js";
import { faultFields } from "./result-fields.js";
import { readSigned, type SignedRequest } from "../protocol/signed-request.js";

/** The outcome of a sandbox-only call: fields to return besides the usual ones, or its fault. */
export type OrderAnswer = { readonly returned: readonly Field[] } | { readonly fault: Fault };

/**
 * Answers a call that only the sandbox has, in the manner of the direct endpoint: signed form in, signed form
 * out.
 *
 * The form must contain the call's `action`: so no form or result that a shopper's browser has seen, though
 * signed by the same secret, is accepted here or gets a signed response.
 */
export async function answerOrder(
  parts: SandboxContext,
  body: Buffer,
  action: string,
  carryOut: (request: SignedRequest) => Promise<OrderAnswer>,
): Promise<Reply> {
  const time = parts.clock.now();
  const refusal = (fault: Fault, fields: readonly Field[]): Field[] =>
    faultFields(fault, keptFields(fields), time, newRequestId());
  const read = await readSigned(parts, body);
  if ("fault" in read) return formReply(refusal(read.fault, []));
  const { account, fields, merchantID } = read.request;
  if (fieldText(fields, "action") !== action) return formReply(refusal(invalidField("action"), []));
  const answer = await carryOut(read.request);
  if ("fault" in answer) return formReply(signed(refusal(answer.fault, fields), account.secret));
  const result: Field[] = [
    ["merchantID", merchantID],
    ["action", action],
    ...answer.returned,
    ...Object.entries(APPROVED_FIELDS),
    ["timestamp", gatewayTimestamp(time)],
  ];
  return formReply(signed(result, account.secret));
}
