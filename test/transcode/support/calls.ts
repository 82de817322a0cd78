import { createContextValues } from "@connectrpc/connect";
import type { Call } from "../../../src/transcode/call/call.js";

/** A call without anything special about it, but for the parts given. */
export function call(parts: Partial<Call> = {}): Call {
  return {
    header: new Headers(),
    signal: new AbortController().signal,
    contextValues: createContextValues(),
    requestMethod: "GET",
    url: "http://localhost/v1/items/42",
    ...parts,
  };
}
