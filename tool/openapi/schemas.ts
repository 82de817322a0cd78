import type { DescEnum, DescField, DescMessage, JsonObject } from "@bufbuild/protobuf";

import { expandedFields } from "../../src/transcode/json/expanded-fields.js";
import { plainStyle } from "../../src/transcode/json/plain-dialect.js";
import { CONDITIONS } from "./conditions.js";
import { canBeUnset, constraintsOf, isRequired, rulesOf } from "./constraints.js";
import { scalarSchema } from "./scalars.js";
import { descriptionOf } from "./texts.js";

/**
 * Requests may omit optional fields, and must not have unknown ones. Responses have every field, `null` where
 * it is unset.
 */
export type Side = "request" | "answer";

/** JSON Schemas of messages, collected as components as they are referenced. */
export class Schemas {
  readonly #components: Record<string, JsonObject> = {};
  /** The message of each component, and whether it is for requests or responses. */
  readonly #scopes = new Map<string, string>();

  get components(): Readonly<Record<string, JsonObject>> {
    return this.#components;
  }

  /** A reference to the message's component. */
  message(desc: DescMessage, side: Side): JsonObject {
    return this.#component(desc, side, () => ({
      description: descriptionOf(desc),
      ...this.object(desc.fields, side),
      ...(side === "request" ? CONDITIONS[desc.typeName] : {}),
    }));
  }

  /** An object of these fields. */
  object(fields: readonly DescField[], side: Side): JsonObject {
    const expanded = expandedOf(fields);
    const alternatives = fields.filter(isAlternative);
    const shown = fields.filter((field) => ![...expanded.values(), ...alternatives.slice(1)].includes(field));
    const properties = shown.map((field) => {
      if (isAlternative(field)) return [nameOf(field), this.#oneOf(alternatives, side)];
      const object = expanded.get(field.name);
      const schema =
        object === undefined ? this.#property(field, side) : this.#idOrObject(field, object, side);
      return [nameOf(field), schema];
    });
    const required = shown
      .filter((field) => (side === "answer" ? !isLeftOut(field) : isRequired(field)))
      .map(nameOf);
    return {
      type: "object",
      properties: Object.fromEntries(properties) as JsonObject,
      ...(required.length === 0 ? {} : { required }),
      ...(side === "request" ? { additionalProperties: false } : {}),
    };
  }

  /** A field's value, where it is set. */
  value(field: DescField, side: Side): JsonObject {
    const rules = rulesOf(field);
    const constraints = constraintsOf(field, rules);
    const one = this.#single(field, side);
    if (field.fieldKind === "list") {
      const items = rules?.type.case === "repeated" ? rules.type.value.items : undefined;
      return { type: "array", items: { ...one, ...constraintsOf(field, items) }, ...constraints };
    }
    if (field.fieldKind === "map") {
      const { keys, values } = rules?.type.case === "map" ? rules.type.value : {};
      const additionalProperties = { ...one, ...constraintsOf(field, values) };
      const names = keys === undefined ? {} : { propertyNames: constraintsOf(field, keys) };
      return { type: "object", ...names, additionalProperties, ...constraints };
    }
    return { ...one, ...constraints };
  }

  #property(field: DescField, side: Side): JsonObject {
    const value = this.value(field, side);
    const schema = side === "answer" && canBeUnset(field) && !isLeftOut(field) ? orNull(value) : value;
    return { ...schema, description: descriptionOf(field) };
  }

  /** An expandable id. */
  #idOrObject(field: DescField, object: DescField, side: Side): JsonObject {
    const orUnset = canBeUnset(field) ? [{ type: "null" }] : [];
    const anyOf = [this.value(field, side), this.value(object, side), ...orUnset];
    return { anyOf, description: descriptionOf(field) };
  }

  /** What is one of several messages. */
  #oneOf(fields: readonly DescField[], side: Side): JsonObject {
    const description = fields[0]?.oneof === undefined ? "" : descriptionOf(fields[0].oneof);
    return { oneOf: fields.map((field) => this.value(field, side)), description };
  }

  /** The value of a field that has one, or one value of a list or map. */
  #single(field: DescField, side: Side): JsonObject {
    if (field.message !== undefined) return this.message(field.message, side);
    return field.enum === undefined ? scalarSchema(field) : this.#enumeration(field.enum);
  }

  #enumeration(desc: DescEnum): JsonObject {
    return this.#component(desc, "request and answer", () => {
      const names = plainStyle.enumNames(desc);
      // Zero stands for an unset field: responses never have it, and it means nothing in a request.
      const values = desc.values.filter(({ number }) => number !== 0);
      const list = values.map((value) => `- \`${names.name(value.number)}\`: ${descriptionOf(value)}`);
      return {
        description: `${descriptionOf(desc)}\n\n${list.join("\n")}`,
        type: "string",
        enum: values.map(({ number }) => names.name(number) ?? ""),
      };
    });
  }

  #component(desc: DescMessage | DescEnum, side: string, schema: () => JsonObject): JsonObject {
    if (desc.typeName.startsWith("google.")) throw new Error(`There is no schema for ${desc.typeName} yet`);
    const scope = `${desc.typeName} (${side})`;
    const known = this.#scopes.get(desc.name);
    if (known === undefined) {
      this.#scopes.set(desc.name, scope);
      this.#components[desc.name] = {}; // Reserves its place before the components inside.
      this.#components[desc.name] = schema();
    } else if (known !== scope) {
      throw new Error(`${known} and ${scope} look different, and would share one name`);
    }
    return { $ref: `#/components/schemas/${desc.name}` };
  }
}

/** The fields that replace others where they are set, by the names of the replaced ones. */
function expandedOf([first]: readonly DescField[]): Map<string, DescField> {
  return first === undefined ? new Map() : expandedFields(first.parent, plainStyle);
}

/** Whether a field shares its name with the others of its oneof. */
/** Whether a field is not there where it is unset. */
function isLeftOut(field: DescField): boolean {
  return canBeUnset(field) && plainStyle.leftOut?.has(field.name) === true;
}

function isAlternative(field: DescField): boolean {
  return field.oneof?.name === plainStyle.alternatives;
}

function nameOf(field: DescField): string {
  return plainStyle.fieldName(field);
}

function orNull(schema: JsonObject): JsonObject {
  if ("$ref" in schema) return { anyOf: [schema, { type: "null" }] };
  return { ...schema, type: [schema["type"] ?? "", "null"] };
}
