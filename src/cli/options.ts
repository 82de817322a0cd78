import { text } from "node:stream/consumers";

import { InvalidArgumentError, Option } from "commander";

import type { MerchantScope } from "../domain/merchant-scope.js";
import { publicUrlOf, readConfig } from "../start/config.js";

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

/** `--key sk_test_...`: commands that call the service as a merchant does. */
export const keyOption = (): Option =>
  new Option("--key <key>", "the merchant's API key, sk_test_...").makeOptionMandatory();

/** `--api URL`, see `serviceUrl`. */
export const apiOption = (): Option =>
  new Option(
    "--api <url>",
    "the address of the running service; otherwise PUBLIC_URL, or PORT of this machine",
  );

/** The address of the running service: as given, or as a service with this environment has it. */
export function serviceUrl(env: NodeJS.ProcessEnv, given: string | undefined): string {
  if (given !== undefined) return given;
  const config = readConfig(env);
  if (config.publicUrl !== undefined || config.port !== 0) return publicUrlOf(config, config.port);
  throw new InvalidArgumentError(
    "PORT is 0: say with --api at which address the service has begun to listen.",
  );
}

/** `--country GB`, for the gateway's countryCode. */
export const countryOption = (): Option =>
  new Option("--country <code>", "the merchant's country, two letters of ISO 3166, such as GB");

/** The merchant and mode that a command concerns. */
export function scopeOf(options: { merchant: string; mode: string }): MerchantScope {
  return { merchantId: options.merchant, livemode: options.mode === "live" };
}

/**
 * The secrets given as options: `-` reads one from standard input, which does not show in the process list. Where both
 * are `-`, the gateway secret is the first line and the REST token the second.
 */
export async function readSecrets(options: {
  readonly gatewaySecret?: string;
  readonly gatewayRestToken?: string;
}): Promise<{ readonly secret: string | undefined; readonly restToken: string | undefined }> {
  const { gatewaySecret, gatewayRestToken } = options;
  const lines = [gatewaySecret, gatewayRestToken].includes("-")
    ? (await text(process.stdin)).split(/\r?\n/)
    : [];
  const read = (option: string | undefined): string | undefined =>
    option === "-" ? (lines.shift() ?? "") : option;
  const secret = read(gatewaySecret);
  const restToken = read(gatewayRestToken);
  if (secret === "") throw new InvalidArgumentError("The gateway secret is empty.");
  if (restToken === "") throw new InvalidArgumentError("The REST token is empty.");
  return { secret, restToken };
}
