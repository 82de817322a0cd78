import type { ListPage } from "../db/query/list-page.js";

/** The page of a list that a caller requests: after one object, before another, or from the top. */
export interface PageRequest {
  readonly limit: number;
  readonly startingAfter: string | undefined;
  readonly endingBefore: string | undefined;
}

/** One page of a list, and whether more follows. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly hasMore: boolean;
}

/**
 * The rows to read for a page of a list, the newest first: one more than requested, which shows whether more
 * follow.
 */
export function rowsToRead({ limit, startingAfter, endingBefore }: PageRequest): ListPage {
  return { olderThan: startingAfter, newerThan: endingBefore, limit: limit + 1 };
}

/** The page of the rows read. */
export function pageOfRows<Row>(rows: readonly Row[], { limit, endingBefore }: PageRequest): Page<Row> {
  const data = rows.slice(0, limit);
  return { data: endingBefore === undefined ? data : data.toReversed(), hasMore: rows.length > limit };
}
