import { type DescField, type DescMessage, getOption, hasOption, type Message } from "@bufbuild/protobuf";

import {
  field as fieldOption,
  message as messageOption,
  oneof,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { fieldGetter } from "../transcode/message-fields.js";
import { OwnCode } from "../transcode/own-code.js";
import type { Check } from "./sure-expressions.js";
import { checksOf, requiredCheck, UNSURE } from "./sure-rules.js";

/**
 * Whether a message is sure to keep the `buf.validate` rules of its proto file. False where it may break one, or where a rule is
 * of a kind that is not known here: then protovalidate has to say, in its own words. Most requests are right, and protovalidate
 * takes ten times as long to find that.
 */
export type SurelyValid = (message: Message) => boolean;

/** Compiles the rules of a type and of all types inside. In a process that runs no code made from text nothing is sure. */
export function sureValidity(desc: DescMessage): SurelyValid {
  return new Compiler().message(desc);
}

class Compiler {
  readonly #compiled = new Map<DescMessage, SurelyValid>();

  message(desc: DescMessage): SurelyValid {
    const known = this.#compiled.get(desc);
    if (known !== undefined) return known;
    const compiled: { check: SurelyValid } = { check: UNSURE };
    this.#compiled.set(desc, (message) => compiled.check(message)); // Before its fields: one of them may be of this type.
    const unknown = hasOption(desc, messageOption) || desc.oneofs.some((one) => hasOption(one, oneof));
    if (!unknown) compiled.check = this.#fields(desc) ?? UNSURE;
    this.#compiled.set(desc, compiled.check);
    return compiled.check;
  }

  /** One expression, which ends with the first field that may break a rule. */
  #fields(desc: DescMessage): SurelyValid | undefined {
    const code = new OwnCode();
    const fields = desc.fields.map((field) => `(${this.#field(field, code)})`);
    return code.compile(`(m) => { let v; return ${["true", ...fields].join(" && ")}; }`) as
      SurelyValid | undefined;
  }

  #field(field: DescField, code: OwnCode): string {
    const rules = hasOption(field, fieldOption) ? getOption(field, fieldOption) : undefined;
    // A member of a oneof lies elsewhere.
    if (field.oneof !== undefined) return String(rules === undefined && field.message === undefined);
    const call = (check: Check): string => `${code.name(check)}(v)`;
    const inside = this.#inside(field);
    const checks = [...(rules === undefined ? [] : checksOf(rules, field)), ...(inside ? [inside] : [])];
    const present = checks.length === 0 ? "true" : `(v === undefined || (${checks.map(call).join(" && ")}))`;
    const required = rules?.required === true ? `${call(requiredCheck(field))} && ` : "";
    return `v = ${code.name(fieldGetter(field))}(m), ${required}${present}`;
  }

  /** The messages that a field holds keep the rules of their own type. */
  #inside(field: DescField): Check | undefined {
    if (field.message === undefined) return undefined;
    const valid = this.message(field.message);
    if (field.fieldKind === "list") return (list) => (list as Message[]).every(valid);
    if (field.fieldKind === "map") return (map) => Object.values(map as Record<string, Message>).every(valid);
    return (message) => valid(message as Message);
  }
}
