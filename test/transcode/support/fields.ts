import type { DescField, DescMessage } from "@bufbuild/protobuf";

/** A field by its proto name. */
export function fieldNamed(desc: DescMessage, name: string): DescField {
  const found = desc.fields.find((field) => field.name === name);
  if (found === undefined) throw new Error(`${desc.typeName} has no field ${name}`);
  return found;
}
