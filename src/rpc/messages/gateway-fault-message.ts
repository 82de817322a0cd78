import { create } from "@bufbuild/protobuf";

import {
  type GatewayFault as Message,
  type GatewayFaults,
  GatewayFaultSchema,
  GatewayFaultsSchema,
  GatewayFaultType as Type,
  GatewayFaultTypeSchema,
  type NewGatewayFault,
} from "../../../gen/calmonypay/v1/test_helpers_service_pb.js";
import type { GatewayFault } from "../../checkout/testing/gateway-faults.js";

/** The message of what goes wrong at the sandbox gateway. */
export function gatewayFaultsMessage(faults: readonly GatewayFault[]): GatewayFaults {
  return create(GatewayFaultsSchema, { object: "test_helpers.gateway_faults", faults: faults.map(message) });
}

/** A fault in the gateway's own words. */
export function gatewayFaultOf({ type, milliseconds }: NewGatewayFault): GatewayFault {
  return {
    name: NAMES.get(type) ?? "",
    milliseconds: milliseconds === undefined ? undefined : Number(milliseconds),
  };
}

/**
 * A sandbox in a process of its own may be newer, and know a kind that is not known here: it is shown without
 * a name.
 */
function message({ name, milliseconds }: GatewayFault): Message {
  const type = TYPES.get(name) ?? Type.UNSPECIFIED;
  return create(GatewayFaultSchema, {
    type,
    ...(milliseconds === undefined ? {} : { milliseconds: BigInt(milliseconds) }),
  });
}

/** `callback_dropped` is the gateway's word for CALLBACK_DROPPED. */
const NAMES = new Map(
  GatewayFaultTypeSchema.values.map(({ number, localName }) => [number as Type, localName.toLowerCase()]),
);

const TYPES = new Map([...NAMES].map(([type, name]) => [name, type]));
