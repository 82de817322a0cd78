import type { PageRequest } from "../../checkout/page.js";

/** Converts the pagination of a list request. Default: ten objects. */
export function pageOf(request: {
  readonly limit?: number | undefined;
  readonly startingAfter?: string | undefined;
  readonly endingBefore?: string | undefined;
}): PageRequest {
  const { limit = 10, startingAfter, endingBefore } = request;
  return { limit, startingAfter, endingBefore };
}
