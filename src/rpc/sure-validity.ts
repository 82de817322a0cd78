import { type DescField, type DescMessage, getOption, hasOption, type Message } from "@bufbuild/protobuf";

import {
  field as fieldOption,
  message as messageOption,
  oneof,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { fieldGetter } from "../transcode/message-fields.js";
import type { Check } from "./sure-expressions.js";
import { checkOf, every, requiredCheck } from "./sure-rules.js";

/**
 * Whether a message is sure to keep the `buf.validate` rules of its proto file. False where it may break one, or where a rule is
 * of a kind that is not known here: then protovalidate has to say, in its own words. Most requests are right, and protovalidate
 * takes ten times as long to find that.
 */
export type SurelyValid = (message: Message) => boolean;

/** Compiles the rules of a type and of all types inside. */
export function sureValidity(desc: DescMessage): SurelyValid {
  return new Compiler().message(desc);
}

class Compiler {
  readonly #compiled = new Map<DescMessage, SurelyValid>();

  message(desc: DescMessage): SurelyValid {
    const known = this.#compiled.get(desc);
    if (known !== undefined) return known;
    const checks: SurelyValid[] = [];
    const check: SurelyValid = (message) => {
      for (const each of checks) if (!each(message)) return false;
      return true;
    };
    this.#compiled.set(desc, check); // Before its fields: one of them may be of this type.
    const unknown = hasOption(desc, messageOption) || desc.oneofs.some((one) => hasOption(one, oneof));
    if (unknown) checks.push(() => false);
    else for (const field of desc.fields) checks.push(this.#field(field));
    return check;
  }

  #field(field: DescField): SurelyValid {
    // A member of a oneof lies elsewhere.
    if (field.oneof !== undefined) return () => !hasOption(field, fieldOption) && field.message === undefined;
    const rules = hasOption(field, fieldOption) ? getOption(field, fieldOption) : undefined;
    const required = rules?.required === true ? requiredCheck(field) : undefined;
    const inside = this.#inside(field);
    const check = every([rules && checkOf(rules, field), inside].filter((one) => one !== undefined));
    const valueOf = fieldGetter(field);
    return (message) => {
      const value = valueOf(message);
      if (required !== undefined && !required(value)) return false;
      return value === undefined || check(value);
    };
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
