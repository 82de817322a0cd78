import { type DescField, type DescMessage, getOption, hasOption, type Message } from "@bufbuild/protobuf";

import {
  field as fieldOption,
  message as messageOption,
  oneof,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { fieldGetter } from "../../transcode/descriptors/message-fields.js";
import { CodeGenerator } from "../../transcode/compiled/codegen.js";
import { memoizeRecursive, type PerTypeFunction } from "../../transcode/descriptors/memoize-recursive.js";
import type { Check } from "./known-cel.js";
import { checksOf, requiredCheck, UNSURE } from "./fast-rules.js";

/**
 * True where a message surely satisfies the `buf.validate` rules of its proto file. False where it may
 * violate one, or where a kind of rule is unknown here: protovalidate then decides, and words the error. Most
 * requests are valid, and protovalidate takes ten times as long to find that.
 */
export type FastValidator = (message: Message) => boolean;

/**
 * Compiles the rules of a type and its nested types. Where the process forbids generated code, every message
 * is unsure.
 */
export const fastValidator = memoizeRecursive<[Message], boolean>((desc, of) => {
  const unknown = hasOption(desc, messageOption) || desc.oneofs.some((one) => hasOption(one, oneof));
  return unknown ? UNSURE : (fieldsValidity(desc, of) ?? UNSURE);
});

type ValidityOf = PerTypeFunction<[Message], boolean>;

/** One expression, which stops at the first field that may violate a rule. */
function fieldsValidity(desc: DescMessage, of: ValidityOf): FastValidator | undefined {
  const code = new CodeGenerator();
  const fields = desc.fields.map((field) => `(${fieldSource(field, code, of)})`);
  const source = `(m) => { let v; return ${["true", ...fields].join(" && ")}; }`;
  return code.compile(source) as FastValidator | undefined;
}

function fieldSource(field: DescField, code: CodeGenerator, of: ValidityOf): string {
  const rules = hasOption(field, fieldOption) ? getOption(field, fieldOption) : undefined;
  // protobuf-es keeps a oneof's member elsewhere.
  if (field.oneof !== undefined) return String(rules === undefined && field.message === undefined);
  const call = (check: Check): string => `${code.name(check)}(v)`;
  const checks = [...(rules === undefined ? [] : checksOf(rules, field)), ...insideOf(field, of)];
  const omitNulls = checks.length === 0 ? "true" : `(v === undefined || (${checks.map(call).join(" && ")}))`;
  const required = rules?.required === true ? `${call(requiredCheck(field))} && ` : "";
  return `v = ${code.name(fieldGetter(field))}(m), ${required}${omitNulls}`;
}

/** Checks of the messages inside a field, by the rules of their own type. */
function insideOf(field: DescField, of: ValidityOf): readonly Check[] {
  if (field.message === undefined) return [];
  const valid = of(field.message);
  if (field.fieldKind === "list") return [(list) => (list as Message[]).every((each) => valid(each))];
  if (field.fieldKind === "map")
    return [(map) => Object.values(map as Record<string, Message>).every((each) => valid(each))];
  return [(message) => valid(message as Message)];
}
