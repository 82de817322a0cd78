import t from "tap";
import { FieldProblem, inside, quoted } from "../../../src/transcode/errors/field-problem.js";

t.test("the way to a problem is joined as it leaves the values it was in", (t) => {
  const problem = new FieldProblem("must be a number");
  for (const step of ["amount", "[0]", "items"]) t.equal(inside(step, problem), problem);
  t.equal(problem.path, "items[0].amount");
  t.equal(problem.reason, "parameter_invalid");
  const other = new TypeError("a bug");
  t.equal(inside("items", other), other);
  t.end();
});

t.test("a caller's text is quoted on one line and at bounded length", (t) => {
  t.equal(quoted("a\r\nb\u0000\u2028\u202e"), '"a??b???"');
  t.equal(quoted("é 😀"), '"é 😀"');
  t.equal(quoted("x".repeat(1000)).length, 205);
  t.equal(quoted("x".repeat(200)), `"${"x".repeat(200)}"`);
  t.end();
});
