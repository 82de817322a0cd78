import type { DescField, DescOneof, Message } from "@bufbuild/protobuf";
import { Edition, FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { FieldProblem, quoted } from "../errors/field-problem.js";
import { CodeGenerator, propertySource } from "../compiled/codegen.js";

const { IMPLICIT } = FeatureSet_FieldPresence;

type Fields = Record<string, unknown>;
type GetField = (message: Message) => unknown;
type SetField = (message: Message, value: unknown) => void;
type Choice = { case: string | undefined; value?: unknown };

/** Compiles `setField` for one field. */
export function fieldSetter(field: DescField): SetField {
  if (field.oneof !== undefined) return (message, value) => setField(message, field, value);
  const own = new CodeGenerator().compile(`(m, v) => { ${propertySource("m", field)} = v; }`);
  return (own as SetField | undefined) ?? ((message, value) => setField(message, field, value));
}

/** Compiles `getField` for one field. */
export function fieldGetter(field: DescField): GetField {
  if (!isOwnProperty(field)) return (message) => getField(message, field);
  const own = new CodeGenerator().compile(`(m) => ${propertySource("m", field)}`);
  return (own as GetField | undefined) ?? ((message) => getField(message, field));
}

/**
 * Whether a field is a plain property of its message. A oneof's member is nested in another property, and
 * outside proto3 the defaults of unset fields are on the prototype.
 */
export function isOwnProperty({ oneof, parent }: DescField): boolean {
  return oneof === undefined && parent.file.edition === Edition.EDITION_PROTO3;
}

/** Sets a field of a protobuf-es message. Throws for a second member of a oneof. */
export function setField(message: Message, field: DescField, value: unknown): void {
  const fields = message as unknown as Fields;
  if (field.oneof === undefined) fields[field.localName] = value;
  else fields[field.oneof.localName] = choose(fields, field, field.oneof, value);
}

function choose(fields: Fields, field: DescField, oneof: DescOneof, value: unknown): Choice {
  const taken = (fields[oneof.localName] as Choice).case;
  if (taken !== undefined && taken !== field.localName) {
    const other = oneof.fields.find((member) => member.localName === taken)?.name ?? taken;
    throw new FieldProblem(`cannot be given together with ${quoted(other)}`, "parameter_conflict");
  }
  return { case: field.localName, value };
}

/** A field's value in protobuf-es's representation; undefined for an unset field with presence. */
export function getField(message: Message, field: DescField): unknown {
  const fields = message as unknown as Fields;
  // A field without presence always has a value.
  if (field.presence === IMPLICIT) return fields[field.localName];
  // Outside proto3, the defaults of unset fields are on the prototype.
  if (field.oneof === undefined)
    return Object.hasOwn(fields, field.localName) ? fields[field.localName] : undefined;
  const choice = fields[field.oneof.localName] as Choice;
  return choice.case === field.localName ? choice.value : undefined;
}
