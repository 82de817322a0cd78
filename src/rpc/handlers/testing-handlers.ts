import type { ServiceImpl } from "@connectrpc/connect";

import type { TestHelpersService } from "../../../gen/calmonypay/v1/test_helpers_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { getGatewayFaults, setGatewayFaults } from "../../checkout/testing/gateway-faults.js";
import { advanceTestClock } from "../../checkout/test-clock.js";
import { markReplayed, idempotentCallOf } from "../interceptors/idempotency-key.js";
import { callerOf } from "../interceptors/authenticate.js";
import { gatewayFaultOf, gatewayFaultsMessage } from "../messages/gateway-fault-message.js";

/** TestHelpersService: message in, use case, message out. */
export function testHelpersHandlers(checkout: CheckoutContext): ServiceImpl<typeof TestHelpersService> {
  return {
    async advanceTestClock(request, context) {
      const caller = callerOf(context.values);
      const call = idempotentCallOf(context.values);
      const clock = await advanceTestClock(checkout, caller, Number(request.seconds) * 1000, call);
      markReplayed(context, clock.replayed);
      return { testClock: { object: "test_helpers.clock", ahead: BigInt(clock.ahead / 1000) } };
    },

    async setGatewayFaults(request, context) {
      const caller = callerOf(context.values);
      const call = idempotentCallOf(context.values);
      const set = await setGatewayFaults(checkout, caller, request.faults.map(gatewayFaultOf), call);
      markReplayed(context, set.replayed);
      return { gatewayFaults: gatewayFaultsMessage(set.faults) };
    },

    async getGatewayFaults(_request, { values }) {
      return { gatewayFaults: gatewayFaultsMessage(await getGatewayFaults(checkout, callerOf(values))) };
    },
  };
}
