import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { type ContextValues, createContextKey } from "@connectrpc/connect";

import { Health } from "../../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as AlphaServerReflection } from "../../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { type ApiKeyRow, findApiKeyByHash } from "../../db/tables/api-keys.js";
import { hashApiKey, KEY_KEPT_MS } from "../../domain/api-key.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { createCache } from "../../lib/cache.js";
import type { Admit } from "../../transcode/call/call.js";
import { logRefused, requestIdOf } from "./access-log.js";
import { errorForCaller } from "./error-interceptor.js";
import { limitKeyLookup } from "./time-limit.js";

/**
 * Admits a call of any protocol by its API key, before its body is read, or logs and refuses it. The
 * interceptors handle an admitted call.
 */
export function admitByApiKey(checkout: CheckoutContext, testMode: boolean): Admit {
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
        limitKeyLookup(admitting, values).catch((error: unknown) => refuse(error, method, values))
      );
    } catch (error) {
      return refuse(error, method, values);
    }
  };
}

/**
 * Finds a stored key by the SHA-256 hash of its text, in lower-case hex. Returns a cached key without a
 * promise, as for most calls.
 */
type FindKey = (hash: string) => ApiKeyRow | undefined | Promise<ApiKeyRow | undefined>;

/**
 * Requires `authorization: Bearer sk_...` of every call, or `Basic` with the key as the user name, except of the
 * open services, and sets its caller.
 * Runs before the body is read, so that a call without a key costs a check of the headers only. Throws a
 * Refusal.
 *
 * The lookup is by hash: its timing reveals something about hashes only, which an attacker cannot steer.
 */
function authenticate(findKey: FindKey, testMode: boolean): Admit {
  return (method, headers, values) => {
    if (isOpen(method.parent)) return undefined;
    const found = findKey(hashApiKey(keyIn(headers.authorization)));
    if (found instanceof Promise) return found.then((key) => noteCaller(values, key, testMode));
    return noteCaller(values, found, testMode);
  };
}

/** Keys cached, of some hundred bytes each; far more than are used within a second. */
const KEYS_MAX = 10_000;

/** A timer may end a millisecond early: no cached key is accepted once the wait of `keys revoke` is over. */
const CACHED_MS = KEY_KEPT_MS - 1;

/**
 * Wraps `find` with a cache of valid keys for one second: a revoked key may be accepted for up to 1 s, and
 * `keys revoke` waits for that. Unknown and revoked keys are not cached, so that they cannot fill the memory.
 * `now` is a test's clock.
 */
export function cacheKeys(find: FindKey, now?: () => number): FindKey {
  const known = createCache<string, ApiKeyRow>({ max: KEYS_MAX, keptMs: CACHED_MS, ...(now && { now }) });
  return (hash) => known.get(hash) ?? look(hash);

  async function look(hash: string): Promise<ApiKeyRow | undefined> {
    // Counted from before the lookup, which may read the key just before it is revoked.
    const start = known.perf.now();
    const key = await find(hash);
    if (key === undefined || key.revokedAt !== null) known.delete(hash);
    else known.set(hash, key, { start });
    return key;
  }
}

function noteCaller(values: ContextValues, found: ApiKeyRow | undefined, testMode: boolean): void {
  const key = valid(found);
  if (!key.livemode && !testMode) {
    throw new Refusal("TEST_MODE_OFF", "Test keys do not work here: this server runs without the sandbox.");
  }
  setCaller(values, { merchantId: key.merchantId, livemode: key.livemode });
}

function valid(key: ApiKeyRow | undefined): ApiKeyRow {
  if (key === undefined) throw new Refusal("API_KEY_UNKNOWN", "Invalid API key.");
  if (key.revokedAt !== null) throw new Refusal("API_KEY_REVOKED", "This API key was revoked.");
  return key;
}

/** The key is the token, or the user name of basic authentication, as `curl -u sk_...:` sends it. */
function keyIn(header: string | undefined): string {
  const given = header?.trim() ?? "";
  const key = /^bearer +(\S+)$/i.exec(given)?.[1] ?? userNameIn(given);
  if (key !== undefined && key !== "") return key;
  throw new Refusal(
    "API_KEY_MISSING",
    "You did not provide an API key: send `Authorization: Bearer sk_...`.",
  );
}

/** The password is empty with Stripe's libraries, and proves nothing: the key alone does. */
function userNameIn(header: string): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  return encoded === undefined
    ? undefined
    : /^([^:]*):/.exec(Buffer.from(encoded, "base64").toString("latin1"))?.[1];
}

/** Sets the merchant and mode of the call's API key: the call sees only their objects. */
function setCaller(values: ContextValues, caller: MerchantScope): void {
  values.set(callerKey, caller);
}

/** The merchant and mode of the call. Throws where `authenticate` did not run, which is a bug. */
export function callerOf(values: ContextValues): MerchantScope {
  const caller = values.get(callerKey);
  if (caller === undefined) throw new Error("The call was not authenticated.");
  return caller;
}

const callerKey = createContextKey<MerchantScope | undefined>(undefined, { description: "caller" });

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
