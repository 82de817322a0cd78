import type { DescMethod } from "@bufbuild/protobuf";
import {
  createMethodImplSpec,
  createServiceImplSpec,
  type ConnectRouter,
  type Interceptor,
  type MethodImplSpec,
} from "@connectrpc/connect";

/** An implementation that a `routes` function registered. */
export interface RecordedRoute {
  readonly spec: MethodImplSpec;
  /** Interceptors of the registration itself; they replace the router's, as in Connect. */
  readonly interceptors: readonly Interceptor[] | undefined;
}

/** Runs a `routes` function on a router that only records registrations, by method and in order. */
export function recordRoutes(routes: (router: ConnectRouter) => void): Map<DescMethod, RecordedRoute> {
  const recorded = new Map<DescMethod, RecordedRoute>();
  const record = (spec: MethodImplSpec, interceptors: readonly Interceptor[] | undefined): void => {
    if (recorded.has(spec.method)) throw new Error(`${spec.method.toString()} is registered twice`);
    recorded.set(spec.method, { spec, interceptors });
  };
  const router: ConnectRouter = {
    handlers: [],
    service(service, implementation, options) {
      const { methods } = createServiceImplSpec(service, implementation);
      for (const spec of Object.values(methods)) record(spec, options?.interceptors);
      return router;
    },
    rpc(method, implementation, options) {
      record(createMethodImplSpec(method, implementation), options?.interceptors);
      return router;
    },
  };
  routes(router);
  return recorded;
}
