import type { DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";

import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
} from "../../../gen/grpc/health/v1/health_pb.js";
import type { Readiness } from "../../checkout/readiness.js";

/**
 * `grpc.health.v1`: health of the process (the empty name) and of each of `services` by its name. All share
 * one process and one database, and so one state.
 */
export function healthHandlers(
  readiness: Readiness,
  services: readonly DescService[],
): ServiceImpl<typeof Health> {
  const names = (): string[] => ["", ...services.map(({ typeName }) => typeName)];
  return {
    async check({ service }) {
      if (!names().includes(service))
        throw new ConnectError(`There is no service ${service}.`, Code.NotFound);
      return { status: statusOf(await readiness.now()) };
    },

    /** The protocol has a watch of an unknown service send SERVICE_UNKNOWN and go on. */
    async *watch({ service }, { signal }) {
      const known = names().includes(service);
      let told: Status | undefined;
      for await (const ready of readiness.changes(signal)) {
        const status = known ? statusOf(ready) : Status.SERVICE_UNKNOWN;
        if (status !== told) yield { status };
        told = status;
      }
    },

    async list() {
      const status = statusOf(await readiness.now());
      return { statuses: Object.fromEntries(names().map((name) => [name, { status }])) };
    },
  };
}

function statusOf(ready: boolean): Status {
  return ready ? Status.SERVING : Status.NOT_SERVING;
}
