import { readFileSync } from "node:fs";

import { type Field, rootName } from "../../src/cardstream/fields.js";

/** One published or recomputed signature; `test/fixtures/cardstream-signature-vectors.json` says where each is from. */
export interface Vector {
  readonly name: string;
  readonly secret: string;
  readonly fields: readonly Field[];
  /** The roots that a partial signature lists; undefined where it is a full one. */
  readonly partial: readonly string[] | undefined;
  /** The fields that the hash is over. */
  readonly covered: readonly Field[];
  /** 128 hex digits, without the list of a partial signature. */
  readonly hash: string;
  readonly signingText: string;
}

/** As it stands in the file. Fields are pairs where their order or nesting matters. */
interface StoredVector {
  readonly name: string;
  readonly secret: string;
  readonly fields: Record<string, string> | Field[];
  readonly partial_fields?: string[];
  readonly expected_signature: string;
  readonly signing_string_without_secret: string;
}

// Compiled, this stands in dist/test/support.
const file = new URL("../../../test/fixtures/cardstream-signature-vectors.json", import.meta.url);

/** All of them, as fields of the kind that our own code works with. */
export const vectors = (JSON.parse(readFileSync(file, "utf8")) as StoredVector[]).map(readVector);

function readVector(stored: StoredVector): Vector {
  const fields = Array.isArray(stored.fields) ? stored.fields : Object.entries(stored.fields);
  const partial = stored.partial_fields;
  return {
    name: stored.name,
    secret: stored.secret,
    fields,
    partial,
    covered: fields.filter(([name]) => partial?.includes(rootName(name)) ?? true),
    hash: stored.expected_signature.split("|")[0] ?? "",
    signingText: stored.signing_string_without_secret,
  };
}
