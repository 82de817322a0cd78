import type { DescEnum, DescField, Registry } from "@bufbuild/protobuf";
import type { CountMax } from "../descriptors/count-limit.js";

/** The names of an enum's values in one dialect. */
export interface EnumNames {
  /** The number of a name; undefined for a name that the enum does not have. */
  readonly number: (name: string) => number | undefined;
  /** The name of a number; undefined for a number that the enum does not name. */
  readonly name: (number: number) => string | undefined;
}

/** The choices in which dialects differ; see `createJsonDialect`. */
export interface JsonStyle {
  /** A field's name in responses. Requests may use its proto name and its JSON name in every dialect. */
  readonly fieldName: (field: DescField) => string;
  /**
   * `text` writes 64-bit integers as ProtoJSON does, in quotes. `number` writes JSON numbers, and refuses in both
   * directions what a JSON number cannot hold exactly.
   */
  readonly int64: "text" | "number";
  /** Whether the text of an integer may have an exponent, `"1e2"`, as a JSON number always may. */
  readonly exponents: boolean;
  readonly enumNames: (desc: DescEnum) => EnumNames;
  /** Whether requests may give enum values by number. Responses do for a number without a name. */
  readonly enumNumbers: boolean;
  /**
   * What is written for an unset message or `optional` field: nothing, or `null` (except where null is a
   * value).
   */
  readonly unset: "omit" | "null";
  /** Names of `optional` fields that are left out where they are unset, whatever `unset` says. Default: none. */
  readonly leftOut?: ReadonlySet<string>;
  /** Whether fields without presence are written if they have their default (0, "", [], ...). */
  readonly defaults: "omit" | "write";
  /** Whether a FieldMask uses proto names instead of lowerCamelCase in responses, and may do so in requests. */
  readonly fieldMask: "camel" | "proto";
  /**
   * Ends the name of a message field that, where it is set, is written in place of the field named like it without the
   * ending: `customer_expanded` over `customer`. It has no key of its own. Empty: no field is special.
   */
  readonly expandedSuffix: string;
  /**
   * Name of a oneof that is written as one member of that name, whichever of its messages is set: `object`, which is
   * either a customer or a refund. Empty: each field of a oneof is a member of its own.
   */
  readonly alternatives: string;
  /** Largest size of a list or a map. Default: unlimited. */
  readonly countMax?: CountMax;
  /** Whether a body that is the whole request may be a form of the fields instead of JSON. Default: no. */
  readonly forms?: boolean;
  /** A query parameter's name as a dotted field path. */
  readonly parameterPath: (name: string) => string;
  /** The types that a `google.protobuf.Any` may hold. Without it, only an empty Any can be read or written. */
  readonly registry?: Registry;
}
