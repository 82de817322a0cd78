import { type Field, fieldText, MalformedMessage, parseFields, rootName } from "../../cardstream/fields.js";
import { isSigned } from "../../cardstream/signed-message.js";
import {
  type Fault,
  INVALID_CREDENTIALS,
  invalidField,
  MALFORMED_REQUEST,
  MISSING_REQUEST,
} from "./faults.js";
import type { SandboxAccount, SandboxContext } from "./context.js";

/** A request that a test-mode account signed. */
export interface SignedRequest {
  readonly account: SandboxAccount;
  readonly merchantID: string;
  /** As they arrived, with signature and card fields. */
  readonly fields: readonly Field[];
}

/**
 * Reads a body that a test-mode account must have signed: in full, or with `mayBePartial` the fields that its signature
 * names. Otherwise `fault` says what is wrong.
 */
export async function readSigned(
  { accounts, log }: SandboxContext,
  body: Buffer,
  mayBePartial = false,
): Promise<{ readonly request: SignedRequest } | { readonly fault: Fault }> {
  if (body.length === 0) return { fault: MISSING_REQUEST };
  const fields = parseRequest(body);
  if (fields === undefined) return { fault: MALFORMED_REQUEST };
  const merchantID = fieldText(fields, "merchantID");
  const account = await accounts.secretOf(merchantID);
  const covered = mayBePartial ? coveredBySignature(fields) : fields;
  if (account === undefined || !isSigned(covered, [account.secret])) {
    log.warn({ responseCode: INVALID_CREDENTIALS.responseCode }, "sandbox: a request was refused");
    return { fault: INVALID_CREDENTIALS };
  }
  return { request: { account, merchantID, fields } };
}

/**
 * The fields of a form that its signature covers: all, or those named in it (`hash|amount,action`), since image buttons
 * add fields of their own to forms (guide A-12). A result is never signed so.
 */
function coveredBySignature(fields: readonly Field[]): readonly Field[] {
  const [hash = "", names] = fieldText(fields, "signature").split("|", 2);
  if (names === undefined) return fields;
  const covered = new Set(names.split(","));
  covered.delete("signature");
  return [...fields.filter(([name]) => covered.has(rootName(name))), ["signature", hash]];
}

/**
 * Why a signed message was not sent by a merchant's server: it belongs to a browser's form, or is a result. A
 * shopper has such messages, and may post them to any address: the response must not be signed, nor reported
 * to the merchant.
 */
export function browserFault(fields: readonly Field[]): Fault | undefined {
  if (isResult(fields)) return MALFORMED_REQUEST;
  return fieldText(fields, "redirectURL") === "" ? undefined : invalidField("redirectURL");
}

/** True if the message is a gateway's response, which is signed with the secret that requests use. */
export function isResult(fields: readonly Field[]): boolean {
  return fieldText(fields, "responseCode") !== "";
}

/**
 * Undefined if the body is no form. It may contain a card, so the response does not say what is wrong with
 * it.
 */
export function parseRequest(body: Buffer): Field[] | undefined {
  try {
    return parseFields(body);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}
