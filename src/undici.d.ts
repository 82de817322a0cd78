/**
 * The part of undici that is used, imported by itself: its index reads five times as many files, with `fetch`,
 * WebSockets and caches, before the service can start.
 */
declare module "undici/lib/dispatcher/client.js" {
  import { Client } from "undici";

  export = Client;
}
