import { Code, type ConnectError } from "@connectrpc/connect";
import t from "tap";
import { BadRequestSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { callerError } from "../../../src/transcode/errors/field-error.js";
import { FieldProblem, inside } from "../../../src/transcode/errors/field-problem.js";
import { reasonOf } from "../../../src/transcode/errors/request-error.js";

function errorAt(path: string, problem: FieldProblem): ConnectError {
  return callerError(path === "" ? problem : inside(path, problem)) as ConnectError;
}

t.test("a problem becomes a sentence about its field, with the field as a violation", (t) => {
  const cases: [string, FieldProblem, string, string | undefined][] = [
    [
      "items[0].amount",
      new FieldProblem("must be a number"),
      'The parameter "items[0].amount" must be a number.',
      "items[0].amount",
    ],
    ["", new FieldProblem("must be an object"), "The request body must be an object.", undefined],
    ["a.nope", new FieldProblem("", "parameter_unknown"), 'Unknown parameter: "a.nope".', "a.nope"],
    ["a", new FieldProblem("Not JSON.", "body_malformed"), "Not JSON.", undefined],
    ["a\nb", new FieldProblem("is wrong"), 'The parameter "a?b" is wrong.', "a?b"],
  ];
  for (const [path, problem, message, field] of cases) {
    const error = errorAt(path, problem);
    t.equal(error.rawMessage, message);
    t.equal(error.code, Code.InvalidArgument);
    t.equal(reasonOf(error), problem.reason);
    t.equal(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field, field);
  }
  t.end();
});

t.test("anything else is handed on as it is", (t) => {
  const bug = new TypeError("x is not a function");
  t.equal(callerError(bug), bug);
  t.end();
});
