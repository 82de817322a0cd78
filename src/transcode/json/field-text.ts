import { create, ScalarType, type DescEnum, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { FieldProblem } from "../errors/field-problem.js";
import { enumNumber } from "./json-reader.js";
import type { JsonStyle } from "./json-style.js";
import { styledText } from "./scalar-json.js";
import { scalarText, type TextReader } from "../text/scalar-text.js";
import { durationOf, fieldMaskOf, timestampOf } from "../text/well-known-text.js";

/**
 * Compiles the reader of a path variable or query parameter for a field, or one element of a list. Undefined
 * for types without a text form: messages, maps, lists of messages, Struct, Value, Any.
 */
export function fieldText(field: DescField, style: JsonStyle): TextReader | undefined {
  if (field.fieldKind === "map") return undefined;
  if (field.enum !== undefined) return enumText(field.enum, style);
  if (field.message !== undefined) return field.fieldKind === "list" ? undefined : messageText(field, style);
  const read = styledText(field.scalar, style);
  return "longAsString" in field && field.longAsString ? (text) => String(read(text)) : read;
}

function enumText(desc: DescEnum, style: JsonStyle): TextReader {
  const names = style.enumNames(desc);
  const integer = scalarText(ScalarType.INT32);
  return (text) => {
    if (!style.enumNumbers || !NUMERIC.test(text)) return enumNumber(names, text);
    const number = integer(text) as number;
    // Unlike in a body, an enum number without a name is a mistake in a URL.
    if (desc.value[number] === undefined) throw new FieldProblem(`does not have the value ${number}`);
    return number;
  };
}

const NUMERIC = /^-?\d/;

function messageText(field: DescField & { message: DescMessage }, style: JsonStyle): TextReader | undefined {
  const desc = field.message;
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return timestampOf;
    case "google.protobuf.Duration":
      return durationOf;
    case "google.protobuf.FieldMask":
      return (text) => fieldMaskOf(text, true);
    default:
      return isWrapperDesc(desc) ? wrapperText(field, desc.fields[0].scalar, style) : undefined;
  }
}

/** protobuf-es keeps a wrapper outside a oneof as the bare scalar. */
function wrapperText(
  field: DescField & { message: DescMessage },
  type: ScalarType,
  style: JsonStyle,
): TextReader {
  const read = styledText(type, style);
  if (field.oneof === undefined) return read;
  return (text) => create(field.message, { value: read(text) });
}
