import type { ListPage } from "../db/query/list-page.js";

/** Where a caller wants a page of a list to begin: behind one object, or before another, or at the top. */
export interface PageRequest {
  readonly limit: number;
  readonly startingAfter: string | undefined;
  readonly endingBefore: string | undefined;
}

/** One page of a list, and whether there is more behind it. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly hasMore: boolean;
}

/**
 * The rows to read for a page of a list that has the newest first: one more than asked for tells whether
 * there is more.
 */
export function rowsToRead({ limit, startingAfter, endingBefore }: PageRequest): ListPage {
  return { olderThan: startingAfter, newerThan: endingBefore, limit: limit + 1 };
}

/** The page that those rows make. */
export function pageOfRows<Row>(rows: readonly Row[], { limit, endingBefore }: PageRequest): Page<Row> {
  const data = rows.slice(0, limit);
  return { data: endingBefore === undefined ? data : data.toReversed(), hasMore: rows.length > limit };
}
