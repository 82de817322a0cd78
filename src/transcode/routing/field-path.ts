import { create, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { hasCustomJsonRepresentation } from "@bufbuild/protobuf/wkt";
import { DEPTH_MAX } from "../json/json-text.js";
import { getField, setField } from "../descriptors/message-fields.js";

/** A path from a message to a field, through singular message fields. */
export interface FieldPath {
  readonly fields: readonly DescField[];
  readonly leaf: DescField;
  /** The path in proto names. */
  readonly name: string;
}

/** Resolves a list of names to a field. Returns what is wrong, as the end of a sentence, where there is none. */
export function resolvePath(desc: DescMessage, names: readonly string[]): FieldPath | string {
  const fields: DescField[] = [];
  let parent: DescMessage | undefined = desc;
  for (const name of names) {
    if (parent === undefined) return "leads through a field that has no fields of its own";
    const field = fieldNamed(parent, name);
    if (field === undefined) return `names an unknown field of ${parent.typeName}`;
    fields.push(field);
    parent =
      field.fieldKind === "message" && !hasCustomJsonRepresentation(field.message)
        ? field.message
        : undefined;
  }
  const leaf = fields.at(-1);
  if (leaf === undefined) return "names no field";
  // A deeper message could not be sent as JSON or in binary form.
  if (fields.length > DEPTH_MAX) return `is more than ${DEPTH_MAX} fields deep`;
  return { fields, leaf, name: fields.map((field) => field.name).join(".") };
}

/** A field by its proto name or its JSON name. */
function fieldNamed(desc: DescMessage, name: string): DescField | undefined {
  const fields = fieldsByName.get(desc) ?? indexFields(desc);
  return fields.get(name);
}

const fieldsByName = new WeakMap<DescMessage, Map<string, DescField>>();

function indexFields(desc: DescMessage): Map<string, DescField> {
  const fields = new Map<string, DescField>();
  for (const field of desc.fields) fields.set(field.jsonName, field);
  for (const field of desc.fields) fields.set(field.name, field); // A proto name takes precedence, as in the rules.
  fieldsByName.set(desc, fields);
  return fields;
}

/** The message that holds the path's last field; creates missing messages on the way. */
export function holderOf(message: Message, path: FieldPath): Message {
  if (path.fields.length === 1) return message;
  let holder = message;
  for (const field of path.fields.slice(0, -1)) holder = childOf(holder, field);
  return holder;
}

function childOf(message: Message, field: DescField): Message {
  const child = getField(message, field) as Message | undefined;
  if (child !== undefined || field.fieldKind !== "message") return child as Message;
  const made = create(field.message);
  setField(message, field, made);
  return made;
}
