import type { Interceptor } from "@connectrpc/connect";
import t from "tap";
import { recordRoutes } from "../../../src/transcode/call/recorded-routes.js";
import { CoreService, StreamService } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

t.test("a method that is registered twice is refused", (t) => {
  const { getItem } = CoreService.method;
  t.throws(
    () => recordRoutes((router) => router.rpc(getItem, () => ({})).rpc(getItem, () => ({}))),
    /GetItem is registered twice/,
  );
  t.throws(
    () => recordRoutes((router) => router.service(CoreService, {}).rpc(getItem, () => ({}))),
    /registered twice/,
  );
  t.end();
});

const own: Interceptor = (next) => next;

t.test("all methods of a service are taken down in order, those without implementation included", (t) => {
  const recorded = recordRoutes((router) => {
    t.same(router.handlers, []);
    router.service(StreamService, {}, { interceptors: [own] }).service(CoreService, {});
  });
  t.same([...recorded.keys()], [...StreamService.methods, ...CoreService.methods]);
  t.same(recorded.get(StreamService.method.watchItem)?.interceptors, [own]);
  t.equal(recorded.get(CoreService.method.getItem)?.interceptors, undefined);
  t.equal(recorded.get(StreamService.method.watchItem)?.spec.kind, "server_streaming");
  t.end();
});

t.test("an implementation keeps its own this", async (t) => {
  class Items {
    readonly name = "items";
    getItem() {
      return { title: this.name };
    }
  }
  const recorded = recordRoutes((router) => router.service(CoreService, new Items()));
  const impl = recorded.get(CoreService.method.getItem)?.spec.impl as () => Promise<unknown>;
  t.match(await impl(), { title: "items" });
});
