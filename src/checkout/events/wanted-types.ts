import { EVENT_TYPES, type EventType, isEventPattern, isWanted } from "../../domain/event.js";
import { Refusal } from "../../domain/refusal.js";

/**
 * The types that a caller asks for by their names and groups such as `refund.*`; undefined for all. Throws a Refusal
 * about `param` if there is no such type.
 */
export function wantedTypes(patterns: readonly string[], param: string): readonly EventType[] | undefined {
  if (patterns.length === 0) return undefined;
  const unknown = patterns.find((pattern) => !isEventPattern(pattern));
  if (unknown !== undefined) {
    throw new Refusal("PARAMETER_INVALID", `There is no type of event like ${unknown}.`, param);
  }
  return EVENT_TYPES.filter((type) => isWanted(type, patterns));
}
