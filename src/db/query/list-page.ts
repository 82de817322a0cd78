/** Where a page of a list begins, and how long it is. Ids begin with their time, so they sort by age. */
export interface ListPage {
  /** Only what is older than the object of this id. */
  readonly olderThan?: string | undefined;
  /** Only what is newer than it, the nearest first. */
  readonly newerThan?: string | undefined;
  readonly limit: number;
}
