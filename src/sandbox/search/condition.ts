/**
 * The references of a condition such as `(transactionUnique='a')` or `(transactionUnique in ('a','b'))`;
 * undefined for any other. The original's language has more, but this service needs none of it, and a
 * half-understood condition would return the wrong transactions.
 */
export function readCondition(text: string): string[] | undefined {
  const condition = /^\s*\((.*)\)\s*$/.exec(text)?.[1] ?? text;
  const list = /^\s*transactionUnique\s*(?:=\s*(.+)|in\s*\((.+)\))\s*$/i.exec(condition);
  const values = (list?.[1] ?? list?.[2])?.trim() ?? "";
  if (!QUOTED_LIST.test(values) || (list?.[1] !== undefined && values.includes("','"))) return undefined;
  return [...values.matchAll(/'([^']*)'/g)].map(([, value]) => value ?? "");
}

/** Values contain no quote: the original's escape is not documented. */
const QUOTED_LIST = /^'[^']*'(?:\s*,\s*'[^']*')*$/;
