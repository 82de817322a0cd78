import { encodeFields, type Field, parseFields } from "../../src/cardstream/fields.js";
import { isSigned, signed } from "../../src/cardstream/signed-message.js";
import type { SandboxTransactionRow } from "../../src/sandbox/tables/sandbox-transactions.js";
import { ACCOUNT, CARD, formOf, payAndReturn, type Stand } from "./stand.js";

/** An answer of the direct endpoint by field. */
export type Answer = Record<string, string>;

/** Asks the direct endpoint as the stand's merchant, and reads the signed answer. */
export async function ask(stand: Stand, request: Record<string, string>): Promise<Answer> {
  return await post(stand, "/direct/", request);
}

/** Settles what is captured. */
export async function settle(stand: Stand, request: Record<string, string> = {}): Promise<Answer> {
  return await post(stand, "/settle", { action: "SETTLE", ...request });
}

/** Says what is to go wrong for the stand's merchant from now on. */
export async function setFaults(stand: Stand, faults: string): Promise<Answer> {
  return await post(stand, "/faults", { action: "FAULTS", faults }, "PUT");
}

/** Pays an order of its own and answers what stands in the books. */
export async function paid(
  stand: Stand,
  amount = 2000,
  typed: Record<string, string> = {},
): Promise<SandboxTransactionRow> {
  const attempt = (await stand.transactions()).length + 1;
  await payAndReturn(stand, formOf(stand, { amount, attempt }), { ...CARD, ...typed });
  return await found(stand, ({ transactionUnique }) => transactionUnique.endsWith(`-${attempt}`));
}

/** A transaction in the books as it is now. */
export async function found(
  stand: Stand,
  wanted: (row: SandboxTransactionRow) => boolean,
): Promise<SandboxTransactionRow> {
  const row = (await stand.transactions()).find(wanted);
  if (row === undefined) throw new Error("There is no such transaction.");
  return row;
}

/** Posts fields as they are, signed or not. */
export async function postFields(
  stand: Stand,
  path: string,
  fields: readonly Field[],
  method: "POST" | "PUT" = "POST",
): Promise<Response> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return await fetch(stand.url + path, { method, headers, body: encodeFields(fields) });
}

async function post(
  stand: Stand,
  path: string,
  request: Record<string, string>,
  method: "POST" | "PUT" = "POST",
): Promise<Answer> {
  const fields = Object.entries({ merchantID: ACCOUNT.merchantID, ...request });
  const response = await postFields(stand, path, signed(fields, ACCOUNT.secret), method);
  const answer = parseFields(Buffer.from(await response.arrayBuffer()));
  if (response.status !== 200) throw new Error(`Answered ${response.status}`);
  if (!isSigned(answer, [ACCOUNT.secret])) throw new Error("The answer is not signed.");
  return Object.fromEntries(answer);
}
