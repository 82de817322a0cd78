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

/** Converts the sandbox gateway's pending faults to their message. */
export function gatewayFaultsMessage(faults: readonly GatewayFault[]): GatewayFaults {
  return create(GatewayFaultsSchema, { object: "test_helpers.gateway_faults", faults: faults.map(message) });
}

/** Converts a requested fault to the sandbox gateway's form. */
export function gatewayFaultOf({ type, milliseconds }: NewGatewayFault): GatewayFault {
  return {
    name: NAMES.get(type) ?? "",
    milliseconds: milliseconds === undefined ? undefined : Number(milliseconds),
  };
}

/** A sandbox in another process may be newer and report a kind unknown here, which is shown as unspecified. */
function message({ name, milliseconds }: GatewayFault): Message {
  const type = TYPES.get(name) ?? Type.UNSPECIFIED;
  return create(GatewayFaultSchema, {
    type,
    ...(milliseconds === undefined ? {} : { milliseconds: BigInt(milliseconds) }),
  });
}

/** The sandbox gateway writes CALLBACK_DROPPED as `callback_dropped`. */
const NAMES = new Map(
  GatewayFaultTypeSchema.values.map(({ number, localName }) => [number as Type, localName.toLowerCase()]),
);

const TYPES = new Map([...NAMES].map(([type, name]) => [name, type]));
