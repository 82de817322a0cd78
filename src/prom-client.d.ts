/**
 * Parts of prom-client that are imported one by one: its index reads ten times as many files, with the
 * metrics of the process and all of OpenTelemetry's interface, before the service can start.
 */
declare module "prom-client/lib/registry.js" {
  import { Registry } from "prom-client";

  export = Registry;
}

declare module "prom-client/lib/counter.js" {
  import { Counter } from "prom-client";

  export = Counter;
}

declare module "prom-client/lib/gauge.js" {
  import { Gauge } from "prom-client";

  export = Gauge;
}
