import { type DescField, getOption, hasOption } from "@bufbuild/protobuf";
import { field as fieldOption } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

import type { CountMax } from "../../transcode/descriptors/count-limit.js";

/**
 * How many elements the rules of the proto file let a list or a map have. Readers stop there: to read ten
 * thousand elements, and check each of them, takes a hundred times longer than the largest request that keeps
 * the rules.
 */
export const countMax: CountMax = (field: DescField) => {
  if (!hasOption(field, fieldOption)) return Infinity;
  const { type } = getOption(field, fieldOption);
  if (type.case === "repeated") return limitOf(type.value.maxItems);
  return type.case === "map" ? limitOf(type.value.maxPairs) : Infinity;
};

function limitOf(max: bigint): number {
  return max === 0n ? Infinity : Number(max);
}
