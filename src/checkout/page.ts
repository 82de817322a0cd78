import type { ListPage } from "../db/query/list-page.js";
import type { MerchantScope } from "../domain/merchant-scope.js";
import { Refusal } from "../domain/refusal.js";

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

/** What differs between the lists of a merchant. */
export interface List<Row, Found extends MerchantScope> {
  /** For the caller who names an object that there is not: `refund`. */
  readonly noun: string;
  /** The object with this id, whatever merchant owns it. */
  readonly find: (id: string) => Promise<Found | undefined>;
  /** Reads rows, the newest first. `from` has the objects that `rows` names by id. */
  readonly read: (rows: ListPage, from: Cursors<Found>) => Promise<readonly Row[]>;
}

/** The objects between which a page lies. */
export interface Cursors<Found> {
  readonly olderThan: Found | undefined;
  readonly newerThan: Found | undefined;
}

/** Reads one page of a merchant's list. Refuses a page that begins at an object that is not the merchant's. */
export async function listPage<Row, Found extends MerchantScope>(
  scope: MerchantScope,
  page: PageRequest,
  list: List<Row, Found>,
): Promise<Page<Row>> {
  const olderThan = await findCursor(scope, list, page.startingAfter, "starting_after");
  const newerThan = await findCursor(scope, list, page.endingBefore, "ending_before");
  return pageOfRows(await list.read(rowsToRead(page), { olderThan, newerThan }), page);
}

async function findCursor<Found extends MerchantScope>(
  { merchantId, livemode }: MerchantScope,
  { noun, find }: Pick<List<unknown, Found>, "noun" | "find">,
  id: string | undefined,
  param: string,
): Promise<Found | undefined> {
  if (id === undefined) return undefined;
  const found = await find(id);
  if (found?.merchantId === merchantId && found.livemode === livemode) return found;
  throw new Refusal("CURSOR_NOT_FOUND", `No such ${noun}: ${id}.`, param);
}

/**
 * The rows to read for a page of a list, the newest first: one more than requested, which shows whether more
 * follow.
 */
function rowsToRead({ limit, startingAfter, endingBefore }: PageRequest): ListPage {
  return { olderThan: startingAfter, newerThan: endingBefore, limit: limit + 1 };
}

/** The page of the rows read. */
function pageOfRows<Row>(rows: readonly Row[], { limit, endingBefore }: PageRequest): Page<Row> {
  const data = rows.slice(0, limit);
  return { data: endingBefore === undefined ? data : data.toReversed(), hasMore: rows.length > limit };
}
