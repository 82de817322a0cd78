import type { DescService } from "@bufbuild/protobuf";

import { Health } from "../../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as AlphaServerReflection } from "../../../gen/grpc/reflection/v1alpha/reflection_pb.js";

/**
 * The services without an API key: load balancers and orchestrators have none, and reflection reveals only
 * what `proto/` publishes. None of them handles merchants' data, and none has an HTTP rule.
 */
const OPEN_SERVICES: ReadonlySet<string> = new Set(
  [Health, ServerReflection, AlphaServerReflection].map(({ typeName }) => typeName),
);

/** Whether a service may be called without an API key. */
export function isOpen(service: DescService): boolean {
  return OPEN_SERVICES.has(service.typeName);
}
