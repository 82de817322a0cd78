import type { HttpResponse } from "../../lib/http.js";
import { connectionOf } from "./connection.js";

/** Real messages of the gateway have some 6 KB, and are worked on at once. */
const LARGE_BYTES = 16 * 1024;

/**
 * Works on a body that anyone may send: a large one in its address's turn, as requests begin in turns. Otherwise a
 * hundred bodies that are complete at the same time keep all other clients waiting until the last of them is parsed.
 * Only what `work` does before it first awaits is done in the turn.
 */
export function workInTurn<T>(
  response: HttpResponse,
  { length }: Buffer,
  work: () => Promise<T>,
): Promise<T> {
  const connection = length > LARGE_BYTES ? connectionOf(exchangeOf(response)) : undefined;
  if (connection === undefined) return work();
  return new Promise((resolve) => connection.inTurn(() => resolve(work())));
}

function exchangeOf(response: HttpResponse): object {
  return "stream" in response ? response.stream : response;
}
