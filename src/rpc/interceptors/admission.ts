import type { DescMethod } from "@bufbuild/protobuf";
import type { ContextValues } from "@connectrpc/connect";

import type { CheckoutContext } from "../../checkout/context.js";
import { findApiKeyByHash } from "../../db/tables/api-keys.js";
import type { Admit } from "../../transcode/call/call.js";
import { logRefused, requestIdOf } from "./access-log.js";
import { authenticate, cacheKeys } from "./authenticate.js";
import { errorForCaller } from "./error-interceptor.js";
import { limitAdmission } from "./time-limit.js";

/**
 * Admits a call of any protocol by its API key, before its body is read, or logs and refuses it. The
 * interceptors handle an admitted call.
 */
export function admission(checkout: CheckoutContext, testMode: boolean): Admit {
  const admit = authenticate(
    cacheKeys((hash) => findApiKeyByHash(checkout.db.manager, hash)),
    testMode,
  );
  const refuse = (thrown: unknown, method: DescMethod, values: ContextValues): never => {
    const error = errorForCaller(checkout.log, thrown, requestIdOf(values), method.name);
    logRefused(checkout.log, method, values, error);
    throw error;
  };
  return (method, headers, values) => {
    try {
      const admitting = admit(method, headers, values);
      return (
        admitting &&
        limitAdmission(admitting, values).catch((error: unknown) => refuse(error, method, values))
      );
    } catch (error) {
      return refuse(error, method, values);
    }
  };
}
