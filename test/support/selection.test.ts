import t from "tap";
import { tapArguments } from "./selection.js";

t.test("a file that is not there, or is no test, is refused by name", async (t) => {
  t.throws(() => tapArguments(["test/absent.test.ts"]), { message: /test\/absent\.test\.ts/ });
  t.throws(() => tapArguments(["bin/test.js"]), { message: /bin\/test\.js is not a test file/ });
  t.throws(() => tapArguments(["bin"]), { message: /no test file in bin/ });
});

t.test("a test's source stands for what is compiled from it, a folder for the tests below it", async (t) => {
  t.same(tapArguments(["./test/tidy.test.ts"]), ["dist/test/tidy.test.js"]);
  t.same(tapArguments(["dist/test/tidy.test.js"]), ["dist/test/tidy.test.js"]);
  const below = tapArguments(["test/support"]);
  t.ok(below.includes("dist/test/support/selection.test.js"));
  t.notOk(below.includes("dist/test/support/selection.js"));
});

t.test("tap's options pass as they are, with their values", async (t) => {
  t.same(tapArguments(["-g", "refuses", "--jobs=1", "test/tidy.test.ts"]), [
    "-g",
    "refuses",
    "--jobs=1",
    "dist/test/tidy.test.js",
  ]);
  t.same(tapArguments([]), []);
});
