import { Refusal } from "./refusal.js";

/** A merchant's own keys and values. */
export type Metadata = Readonly<Record<string, string>>;

/** A change of metadata. */
export interface MetadataChange {
  /** Keys to set, and those with an empty value to delete. */
  readonly metadata?: Metadata;
  /** Whether all keys are deleted first. Undefined: no. */
  readonly clearMetadata?: boolean;
}

/** Merges as Stripe does: a given key is set, an empty value deletes its key, other keys stay. */
export function mergedMetadata(before: Metadata, { metadata, clearMetadata }: MetadataChange): Metadata {
  const entries = Object.entries({ ...(clearMetadata === true ? {} : before), ...metadata }).filter(
    ([, value]) => value !== "",
  );
  if (entries.length <= METADATA_KEYS_MAX) return Object.fromEntries(entries);
  throw new Refusal("PARAMETER_INVALID", `Metadata has at most ${METADATA_KEYS_MAX} keys.`, "metadata");
}

const METADATA_KEYS_MAX = 50;
