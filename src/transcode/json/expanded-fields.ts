import type { DescField, DescMessage } from "@bufbuild/protobuf";
import type { JsonStyle } from "./json-style.js";

/** The fields of a message that replace others where they are set, by the names of the replaced ones. */
export function expandedFields(
  desc: DescMessage,
  { expandedSuffix }: Pick<JsonStyle, "expandedSuffix">,
): Map<string, DescField> {
  if (expandedSuffix === "") return new Map();
  const names = new Set(desc.fields.map((field) => field.name));
  const expanded = desc.fields.filter(
    (field) => field.fieldKind === "message" && field.name.endsWith(expandedSuffix),
  );
  const entries = expanded.map((field) => [field.name.slice(0, -expandedSuffix.length), field] as const);
  return new Map(entries.filter(([name]) => names.has(name)));
}
