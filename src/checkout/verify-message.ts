import { type Field, fieldText, MalformedMessage, parseFields } from "../cardstream/fields.js";
import { verifyResult } from "../cardstream/result.js";
import { isSigned } from "../cardstream/signature.js";
import { parseAttemptReference } from "../domain/attempt-reference.js";
import type { GatewayResult } from "../domain/gateway-result.js";
import type { Owner } from "../domain/owner.js";
import type { Checkout } from "./checkout.js";
import type { GatewayMessage } from "./gateway-message.js";
import { type Signer, signersFor, signersNamed } from "./gateway-account.js";
import { findSubject, type Subject } from "./subject.js";

/** A message whose account signed all of it, and whose it is. */
export interface VerifiedMessage {
  readonly result: GatewayResult;
  /** Whose account signed it. */
  readonly owner: Owner;
  /** What it is about. Undefined where nothing of ours has its `transactionUnique`. */
  readonly subject: Subject | undefined;
}

/** Why a message is not believed, for the log. */
export type RefusedMessage =
  | "malformed"
  | "no such account"
  | "bad signature"
  | "another account's merchantID"
  | "another session's return page";

/**
 * Finds whose a message is, and verifies that the owner's account signed it.
 *
 * The owner follows from `transactionUnique` alone, and decides which secrets count: a message that another account
 * signed, however validly, is not believed about it. The session in the address that a browser posted to only
 * says where the browser goes; where it differs from the message's own, the message is refused.
 */
export async function verifyMessage(
  checkout: Checkout,
  { body, pathSessionId }: GatewayMessage,
): Promise<VerifiedMessage | RefusedMessage> {
  const fields = readFields(body);
  if (fields === undefined) return "malformed";
  const reference = parseAttemptReference(fieldText(fields, "transactionUnique"));
  const subject = await findSubject(checkout, reference);
  if (subject === undefined) return await verifyWithoutSubject(checkout, fields);
  const isElsewhere = pathSessionId !== undefined && pathSessionId !== subject.session?.id;
  return isElsewhere ? "another session's return page" : await verifyFor(checkout, fields, subject);
}

function readFields(body: Buffer): Field[] | undefined {
  try {
    return parseFields(body);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

async function verifyFor(
  checkout: Checkout,
  fields: readonly Field[],
  subject: Subject,
): Promise<VerifiedMessage | RefusedMessage> {
  const owner = ownerOf(subject.session ?? subject.intent);
  const signers = await signersFor(checkout, owner);
  if (signers.length === 0) return "no such account";
  const named = signers.filter(({ merchantID }) => merchantID === fieldText(fields, "merchantID"));
  if (named.length === 0) return "another account's merchantID";
  const result = verifyResult(fields, named.map(secretOf));
  return result === undefined ? "bad signature" : { result, owner, subject };
}

/** Several merchants may share a gateway account: the first one whose secret fits owns the message. */
async function verifyWithoutSubject(
  checkout: Checkout,
  fields: readonly Field[],
): Promise<VerifiedMessage | RefusedMessage> {
  const signers = await signersNamed(checkout, fieldText(fields, "merchantID"));
  if (signers.length === 0) return "no such account";
  const result = verifyResult(fields, signers.map(secretOf));
  // Asked one by one only now: anybody can send a message that none of them has signed.
  const owner = result && signers.find(({ secret }) => isSigned(fields, [secret]));
  if (result === undefined || owner === undefined) return "bad signature";
  return { result, owner: ownerOf(owner), subject: undefined };
}

function secretOf({ secret }: Signer): string {
  return secret;
}

function ownerOf({ merchantId, livemode }: Owner): Owner {
  return { merchantId, livemode };
}
