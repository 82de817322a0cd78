import { type Field, fieldText, MalformedMessage, parseFields } from "../../cardstream/fields.js";
import { isSigned } from "../../cardstream/signature.js";
import {
  type Fault,
  INVALID_CREDENTIALS,
  invalidField,
  MALFORMED_REQUEST,
  MISSING_REQUEST,
} from "./faults.js";
import type { SandboxAccount, SandboxContext } from "./context.js";

/** A request that a test-mode account signed in full. */
export interface SignedRequest {
  readonly account: SandboxAccount;
  readonly merchantID: string;
  /** As they arrived, signature and card fields included. */
  readonly fields: readonly Field[];
}

/** Reads a body that must be signed, in full, by a test-mode account; `fault` says what it is where it is not. */
export async function readSigned(
  { accounts, log }: SandboxContext,
  body: Buffer,
): Promise<{ readonly request: SignedRequest } | { readonly fault: Fault }> {
  if (body.length === 0) return { fault: MISSING_REQUEST };
  const fields = parseRequest(body);
  if (fields === undefined) return { fault: MALFORMED_REQUEST };
  const merchantID = fieldText(fields, "merchantID");
  const account = await accounts.secretOf(merchantID);
  if (account === undefined || !isSigned(fields, [account.secret])) {
    log.warn({ responseCode: INVALID_CREDENTIALS.responseCode }, "sandbox: a request was refused");
    return { fault: INVALID_CREDENTIALS };
  }
  return { request: { account, merchantID, fields } };
}

/**
 * Why a signed message is none that a merchant's server sent: it leads a browser back, or is a result. A
 * shopper has such messages, and may post them anywhere as often as they like: what answers one must not be
 * signed, nor told to the merchant.
 */
export function browserFault(fields: readonly Field[]): Fault | undefined {
  if (isResult(fields)) return MALFORMED_REQUEST;
  return fieldText(fields, "redirectURL") === "" ? undefined : invalidField("redirectURL", 66074);
}

/** True where the message is an answer of a gateway's, which is signed by the same secret as a request. */
export function isResult(fields: readonly Field[]): boolean {
  return fieldText(fields, "responseCode") !== "";
}

/** Undefined where the body is no form. It may hold a card: what is wrong with it is not told. */
export function parseRequest(body: Buffer): Field[] | undefined {
  try {
    return parseFields(body);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}
