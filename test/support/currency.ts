import { type Currency, currencyByCode } from "../../src/domain/money.js";

/** A currency that the test knows to be there. */
export function currency(code: string): Currency {
  const found = currencyByCode(code);
  if (found === undefined) throw new Error(`No such currency: ${code}`);
  return found;
}
