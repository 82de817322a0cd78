import { type Field, fieldText, rootName } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";

/**
 * A request with all fields that it omits cloned from the transaction that its `xref` names (guide A-16),
 * except the card: also `amount`, `transactionUnique` and `orderRef`, which few callers want repeated.
 *
 * `cloneFields=a,b` clones only those, `cloneFields=!a,b` all but those.
 */
export function clonedRequest(request: readonly Field[], seed: SandboxTransactionRow): Field[] {
  const said = new Set(request.filter(([, value]) => value !== "").map(([name]) => rootName(name)));
  // The parts of an address belong together: a request that gives one replaces all.
  if (ADDRESS.some((name) => said.has(name))) for (const name of ADDRESS) said.add(name);
  const isWanted = wantedByName(fieldText(request, "cloneFields"));
  const cloned = seed.result.filter(([name]) => {
    const root = rootName(name);
    return CLONED.test(root) && !said.has(root) && isWanted(root);
  });
  return [...request.filter(([, value]) => value !== ""), ...cloned];
}

const CLONED =
  /^(type|countryCode|currencyCode|amount|transactionUnique|orderRef|items|merchantData|statementNarrative\d|customer\w+|merchantCategoryCode|taxAmount|grossAmount|netAmount)$/;

const ADDRESS = [
  "customerAddress",
  "customerTown",
  "customerCounty",
  "customerPostcode",
  "customerPostCode",
  "customerCountryCode",
];

function wantedByName(cloneFields: string): (name: string) => boolean {
  if (cloneFields === "") return () => true;
  const excludes = cloneFields.startsWith("!");
  const names = new Set(
    cloneFields
      .slice(excludes ? 1 : 0)
      .split(",")
      .map((name) => name.trim()),
  );
  return (name) => names.has(name) !== excludes;
}
