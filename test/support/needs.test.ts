import t from "tap";

import { isToldOnServer, needsOf } from "./needs.js";

const compiled = (name: string): string => `dist/test/${name}.test.js`;

t.test("a test of pure code waits for no program of the system", async (t) => {
  const none = {
    database: false,
    browser: false,
    loadGenerators: false,
    python: false,
    grpcForPython: false,
    protocForPython: false,
  };
  t.same(needsOf([compiled("domain/money"), compiled("cardstream/signed-message")]), none);
});

t.test("what a test needs is found by what it imports", async (t) => {
  t.match(needsOf([compiled("stories/refunds")]), { database: true, browser: false, loadGenerators: false });
  t.match(needsOf([compiled("stories/browser")]), { browser: true });
  t.match(needsOf([compiled("bench/bench")]), { loadGenerators: true });
  t.match(needsOf([compiled("domain/money"), compiled("simulation/server")]), { database: true });
  t.match(needsOf([compiled("stories/webhook-guide")]), { python: true, grpcForPython: false });
  t.match(needsOf([compiled("clients/python-stream")]), { python: true, grpcForPython: true });
  t.match(needsOf([compiled("client/client-package")]), { grpcForPython: true, protocForPython: true });
});

t.test("a second run, on another server, leaves out what is told in the embedded file only", async (t) => {
  t.notOk(isToldOnServer(compiled("stories/failure-bodies")));
  t.ok(isToldOnServer(compiled("stories/refunds")));
});
