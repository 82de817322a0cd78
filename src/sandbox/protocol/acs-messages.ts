import { createHmac } from "node:crypto";

import type { Field } from "../../cardstream/fields.js";
import { isEqualInConstantTime } from "../../lib/constant-time.js";

/** Names one round of a transaction's authentication to the gateway, as the original's reference does. */
export function referenceOf({ transactionID, round }: Round): string {
  return Buffer.from(`P3KEY:transactionID=${transactionID}&round=${round}`).toString("base64");
}

/** One round of a transaction's authentication. */
export interface Round {
  readonly transactionID: string;
  readonly round: number;
}

/** Reads a reference. Undefined if the sandbox did not make it. */
export function roundNamed(reference: string): Round | undefined {
  const text = Buffer.from(reference, "base64").toString();
  const [, transactionID, round] = /^P3KEY:transactionID=(\d{1,40})&round=(\d)$/.exec(text) ?? [];
  return transactionID === undefined ? undefined : { transactionID, round: Number(round) };
}

/** The name of what the shopper's browser carries in a round in which the issuer only looks at the browser. */
export const METHOD_DATA = "threeDSMethodData";

/** What an issuer's page is given of a transaction, and gives back: JSON in base64url, as EMVCo has it. */
interface Message {
  readonly threeDSServerTransID: string;
  readonly round: number;
  readonly transStatus?: "Y" | "N";
  readonly authenticationValue?: string;
}

/** What the shopper's browser carries to the issuer's page in this round. */
export function requestMessage({ transactionID, round }: Round): string {
  return encode({ threeDSServerTransID: transactionID, round });
}

/** The round that an issuer's page was opened for. Undefined: for none. */
export function roundOfMessage(text: string): Round | undefined {
  const { threeDSServerTransID, round } = decode(text);
  if (typeof threeDSServerTransID !== "string" || typeof round !== "number") return undefined;
  return { transactionID: threeDSServerTransID, round };
}

/** What the issuer's page says of the shopper, so that the shopper cannot say it. */
export function responseMessage(round: Round, transStatus: "Y" | "N", secret: string): string {
  const { transactionID: threeDSServerTransID } = round;
  const authenticationValue = markOf(round, transStatus, secret);
  return encode({ threeDSServerTransID, round: round.round, transStatus, authenticationValue });
}

/** True where the issuer's page has said of this very round that the shopper authenticated. */
export function isAuthenticated(response: readonly Field[], round: Round, secret: string): boolean {
  const { transStatus, authenticationValue } = decode(
    response.find(([name]) => name === "threeDSResponse[cres]")?.[1] ?? "",
  );
  return (
    transStatus === "Y" &&
    typeof authenticationValue === "string" &&
    isEqualInConstantTime(authenticationValue, markOf(round, "Y", secret))
  );
}

function markOf({ transactionID, round }: Round, transStatus: string, secret: string): string {
  return createHmac("sha256", secret)
    .update(`cres ${transactionID} ${round} ${transStatus}`)
    .digest("base64");
}

function encode(message: Message): string {
  return Buffer.from(JSON.stringify(message)).toString("base64url");
}

function decode(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(Buffer.from(text, "base64url").toString()) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // Whoever posts to the issuer's page may post anything.
  }
}
