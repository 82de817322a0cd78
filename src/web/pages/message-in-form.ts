import { bodyText, type Field, parseFields } from "../../cardstream/fields.js";

/**
 * Converts a gateway message to hidden form fields, so that the browser can post it again: the message's own
 * fields, or the whole message as one field where they are not valid UTF-8, which a page cannot hold.
 */
export function messageAsFields(body: Buffer): readonly Field[] {
  const fields = parseFields(body);
  const isPageText = fields.every(([name, value]) => name.isWellFormed() && value.isWellFormed());
  return isPageText ? fields : [[WHOLE_MESSAGE, bodyText(body)]];
}

/**
 * Extracts the gateway's message from a browser's form post: as the gateway sent it, or as `messageAsFields`
 * wrapped it.
 */
export function messageFromFields(body: Buffer): Buffer {
  if (!body.subarray(0, BEGINNING.length).equals(BEGINNING)) return body;
  const [field] = parseFields(body);
  return Buffer.from(field?.[1] ?? "");
}

/**
 * The gateway has no field of this name. The wrapped message is believed only where it is signed, like any
 * other.
 */
const WHOLE_MESSAGE = "calmony_pay_gateway_message";
const BEGINNING = Buffer.from(`${WHOLE_MESSAGE}=`);
