import { compareAccounts } from "../../checkout/settlement/compare-accounts.js";
import type { OperatorRegistry } from "../registry.js";
import { write } from "../output.js";
import { csvLine } from "./csv.js";
import { spanOfDays } from "./day.js";
import { readGatewayBooks } from "./gateway-books.js";
import type { ReportOptions } from "./report-options.js";

/** Prints each difference between the accounts and the gateway's list; any of them is the exit code 1. */
export async function compareWithBooks(
  { db }: OperatorRegistry,
  options: ReportOptions,
  file: string,
): Promise<void> {
  const { merchant: merchantId, mode, day, until, timeZone, format } = options;
  if (merchantId === undefined)
    throw new Error("--merchant: A list of the gateway's is that of one merchant.");
  const span = spanOfDays(day, until ?? day, timeZone);
  const books = await readGatewayBooks(file).catch((error: unknown) => {
    throw new Error(`--compare: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
  const scope = { merchantId, livemode: mode === "live" };
  const { differences, lines, entries } = await compareAccounts(db, scope, span, books);
  if (format === "json") write(JSON.stringify({ lines, transactions: entries, differences }));
  else {
    write("difference,id,transaction,says");
    for (const { kind, id, transaction, says } of differences) write(csvLine([kind, id, transaction, says]));
    process.stderr.write(
      `${lines} lines and ${entries} transactions compared, ${differences.length} differences\n`,
    );
  }
  if (differences.length > 0) process.exitCode = 1;
}
