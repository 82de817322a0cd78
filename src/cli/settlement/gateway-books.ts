import { readFile } from "node:fs/promises";

import { currencyOfGateway } from "../../domain/money.js";
import type { GatewayEntry } from "../../domain/settlement/compare-accounts.js";
import { readCsv } from "./csv.js";

/**
 * Reads the gateway's own list of transactions from a file: CSV with the names of fields in the first line, or JSON, a
 * list of objects or one object a line. It needs `transactionID`, `transactionUnique`, `action`, `state`,
 * `amountReceived` and `currencyCode`; whatever else is there is ignored.
 */
export async function readGatewayBooks(file: string): Promise<GatewayEntry[]> {
  const text = await readFile(file, "utf8");
  const rows = /^\s*[[{]/.test(text) ? readJson(text) : [...readCsv(text)];
  return rows.map(entryOf);
}

function readJson(text: string): Record<string, unknown>[] {
  const isList = text.trimStart().startsWith("[");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const read: unknown = isList ? JSON.parse(text) : lines.map((line): unknown => JSON.parse(line));
  if (Array.isArray(read) && read.every((row) => typeof row === "object" && row !== null)) {
    return read as Record<string, unknown>[];
  }
  throw new Error("It is no list of transactions.");
}

function entryOf(row: Record<string, unknown>, index: number): GatewayEntry {
  const field = (name: string): string => {
    const value = row[name];
    if (typeof value === "string" || typeof value === "number") return String(value);
    throw new Error(`Transaction ${index + 1} has no ${name}.`);
  };
  const code = field("currencyCode");
  const currency = currencyOfGateway(code);
  if (currency === undefined) throw new Error(`Transaction ${index + 1} is in the unknown currency ${code}.`);
  return {
    transactionID: field("transactionID"),
    transactionUnique: field("transactionUnique"),
    action: field("action"),
    state: field("state"),
    amount: minorUnits(field("amountReceived"), currency.exponent, index),
    currency: currency.code,
  };
}

/** An amount with a decimal point is in major units (guide 1.7.8); without one it is in minor units. */
function minorUnits(text: string, exponent: number, index: number): number {
  const [, whole = "", point, part = ""] = /^(\d{1,12})(?:(\.)(\d*))?$/.exec(text) ?? [];
  const digits = point === undefined ? whole : whole + part.padEnd(exponent, "0");
  if (whole === "" || part.length > exponent) {
    throw new Error(`Transaction ${index + 1} has the amount ${text}, which is none.`);
  }
  return Number(digits);
}
