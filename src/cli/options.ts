import { text } from "node:stream/consumers";

import { InvalidArgumentError, Option } from "commander";

import type { Owner } from "../domain/owner.js";

/** `--mode live|test`. */
export const modeOption = (): Option =>
  new Option("--mode <mode>", "live, where real money moves, or test")
    .choices(["live", "test"])
    .makeOptionMandatory();

/** `--json`. */
export const jsonOption = (): Option => new Option("--json", "print one JSON object").default(false);

/** `--merchant ID`. */
export const merchantOption = (): Option =>
  new Option("--merchant <id>", "the merchant, mer_...").makeOptionMandatory();

/** `--country GB`, for the gateway's countryCode. */
export const countryOption = (): Option =>
  new Option("--country <code>", "the merchant's country, two letters of ISO 3166, such as GB");

/** Whose object a command is about. */
export function ownerOf(options: { merchant: string; mode: string }): Owner {
  return { merchantId: options.merchant, livemode: options.mode === "live" };
}

/** A secret given as an option: `-` reads it from standard input, which does not show in the process list. */
export async function readSecret(option: string): Promise<string> {
  const secret = option === "-" ? (await text(process.stdin)).replace(/\r?\n$/, "") : option;
  if (secret === "") throw new InvalidArgumentError("The gateway secret is empty.");
  return secret;
}
