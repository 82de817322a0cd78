import { type DescField, getOption, hasOption } from "@bufbuild/protobuf";
import { field as fieldOption } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

import type { CountMax } from "../../transcode/descriptors/count-limit.js";

/**
 * Largest size of a list or a map by the rules of the proto file. Readers stop there: reading and checking
 * ten thousand elements takes a hundred times longer than the largest valid request.
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
