import type { ServiceImpl } from "@connectrpc/connect";

import type { SetupIntentService } from "../../../gen/calmonypay/v1/setup_intent_service_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { getSetupIntent } from "../../checkout/sessions/get-setup-intent.js";
import { callerOf } from "../interceptors/authenticate.js";
import { expandIntents, expansionOf } from "../messages/expand.js";
import { setupIntentMessage } from "../messages/setup-intent-message.js";

/** SetupIntentService: message in, use case, message out. */
export function setupIntentHandlers(checkout: CheckoutContext): ServiceImpl<typeof SetupIntentService> {
  return {
    async getSetupIntent(request, { values }) {
      const caller = callerOf(values);
      const wanted = expansionOf(request, "SETUP_INTENT");
      const setupIntent = setupIntentMessage(await getSetupIntent(checkout, caller, request.id));
      await expandIntents({ checkout, caller }, [setupIntent], wanted);
      return { setupIntent };
    },
  };
}
