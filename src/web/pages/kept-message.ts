import { bodyText, type Field, parseFields } from "../../cardstream/fields.js";

/**
 * The hidden fields by which a browser keeps a message of the gateway, to bring it again: its own fields, or
 * where these hold bytes that a page cannot, since they are not UTF-8, the whole message as one field.
 */
export function keepMessage(body: Buffer): readonly Field[] {
  const fields = parseFields(body);
  const isPageText = fields.every(([name, value]) => name.isWellFormed() && value.isWellFormed());
  return isPageText ? fields : [[WHOLE_MESSAGE, bodyText(body)]];
}

/** The message in what a browser brought: it comes as the gateway sent it, or as `keepMessage` made it. */
export function keptMessage(body: Buffer): Buffer {
  if (!body.subarray(0, BEGINNING.length).equals(BEGINNING)) return body;
  const [field] = parseFields(body);
  return Buffer.from(field?.[1] ?? "");
}

/** No field of the gateway's has this name. What stands in it counts only as far as it is signed, as ever. */
const WHOLE_MESSAGE = "calmony_pay_gateway_message";
const BEGINNING = Buffer.from(`${WHOLE_MESSAGE}=`);
