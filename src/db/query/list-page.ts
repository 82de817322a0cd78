/** Start and length of a page of a list. Ids begin with their time of creation, so they sort by age. */
export interface ListPage {
  /** Lists only rows older than the object with this id. */
  readonly olderThan?: string | undefined;
  /** Lists only rows newer than the object with this id, the nearest first. */
  readonly newerThan?: string | undefined;
  readonly limit: number;
}
