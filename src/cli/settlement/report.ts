import { type Command, Option } from "commander";

import { requireMerchant } from "../../checkout/merchants/create-api-key.js";
import { accountLines } from "../../checkout/settlement/account-lines.js";
import { listMerchants } from "../../db/tables/merchants.js";
import { type AccountSums, addLine } from "../../domain/settlement/account-line.js";
import { modeOption } from "../options.js";
import { type OperatorRegistry, withRegistry } from "../registry.js";
import { compareWithBooks } from "./compare-with-books.js";
import { readDate, readTimeZone, spanOfDays } from "./day.js";
import type { ReportOptions } from "./report-options.js";
import { csvOutput, jsonOutput, type ReportOutput } from "./report-output.js";

/** `report`. */
export function addReportCommand(report: Command, env: NodeJS.ProcessEnv): void {
  report
    .requiredOption("--day <date>", "the day, such as 2026-11-29", readDate)
    .option("--until <date>", "the last day, where there is more than one", readDate)
    .addOption(modeOption())
    .option("--merchant <id>", "of this merchant alone, mer_...; otherwise of all")
    .option(
      "--time-zone <zone>",
      "whose midnights the day lies between, such as Europe/London",
      readTimeZone,
      "UTC",
    )
    .addOption(new Option("--format <format>", "of the output").choices(["csv", "json"]).default("csv"))
    .option(
      "--compare <file>",
      "print only what differs from the gateway's own list of the day's transactions (CSV or JSON) and end with 1 if " +
        "anything does; needs --merchant",
    )
    .addHelpText("after", HELP)
    .action(async (options: ReportOptions) => {
      await withRegistry(env, async (registry) => {
        if (options.merchant !== undefined) await requireMerchant(registry, options.merchant);
        if (options.compare === undefined) await writeReport(registry, options);
        else await compareWithBooks(registry, options, options.compare);
      });
    });
}

const HELP = `
A payment or held payment is of the day on which its result was recorded, a refund of that on which it was asked for: by
the merchant's clock, in test mode its test clock. Amounts are in minor units (amount) and in major ones (amount_decimal).
Lines with the kind "sum" at the end have, for each currency, the payments, those of them that the gateway has rejected,
the refunds that were made or are pending, what is held, and the net: payments less rejected ones and refunds. There are
no fees in it.

The gateway's list for --compare needs the columns transactionID, transactionUnique, action, state, amountReceived and
currencyCode. It may reach beyond the day: what is on record on another day is no difference.`;

async function writeReport(registry: OperatorRegistry, options: ReportOptions): Promise<void> {
  const span = spanOfDays(options.day, options.until ?? options.day, options.timeZone);
  const output = await outputOf(options);
  const sums = new Map<string, AccountSums>();
  for (const merchantId of await merchantsOf(registry, options)) {
    const scope = { merchantId, livemode: options.mode === "live" };
    for await (const line of accountLines(registry.db, scope, span)) {
      addLine(sums, line);
      await output.line({ ...line, merchant: merchantId });
    }
  }
  await output.end(sums);
}

async function merchantsOf(
  { db }: OperatorRegistry,
  { merchant }: ReportOptions,
): Promise<readonly string[]> {
  return merchant === undefined ? (await listMerchants(db.manager)).map(({ id }) => id) : [merchant];
}

function outputOf({ format, day, until, timeZone, mode }: ReportOptions): Promise<ReportOutput> {
  return format === "csv" ? csvOutput() : jsonOutput({ day, until: until ?? day, time_zone: timeZone, mode });
}
