import { type Field, fieldText, MalformedMessage, parseFields } from "../cardstream/fields.js";
import { isSigned } from "../cardstream/signature.js";
import { type Fault, INVALID_CREDENTIALS, MALFORMED_REQUEST, MISSING_REQUEST } from "./faults.js";
import type { SandboxAccount, SandboxParts } from "./parts.js";

/** A request that a test-mode account signed in full. */
export interface SignedRequest {
  readonly account: SandboxAccount;
  readonly merchantID: string;
  /** As they arrived, signature and card fields included. */
  readonly fields: readonly Field[];
}

/** Reads a body that must be signed, in full, by a test-mode account; `fault` says what it is where it is not. */
export async function readSigned(
  { accounts, log }: SandboxParts,
  body: Buffer,
): Promise<{ readonly request: SignedRequest } | { readonly fault: Fault }> {
  if (body.length === 0) return { fault: MISSING_REQUEST };
  const fields = readFields(body);
  if (fields === undefined) return { fault: MALFORMED_REQUEST };
  const merchantID = fieldText(fields, "merchantID");
  const account = await accounts.secretOf(merchantID);
  if (account === undefined || !isSigned(fields, [account.secret])) {
    log.warn({ responseCode: INVALID_CREDENTIALS.responseCode }, "sandbox: a request was refused");
    return { fault: INVALID_CREDENTIALS };
  }
  return { request: { account, merchantID, fields } };
}

/** Undefined where the body is no form. It may hold a card: what is wrong with it is not told. */
export function readFields(body: Buffer): Field[] | undefined {
  try {
    return parseFields(body);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}
