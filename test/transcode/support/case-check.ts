import { equals, fromJson, toJson } from "@bufbuild/protobuf";
import type { Case, Expectation, ExpectedResponse } from "./cases.js";
import type { RawResponse } from "./raw-http.js";
import type { Seen } from "./recording-stub.js";

/** What is not as an expectation says; empty where all of it is. */
export function differences(expect: Expectation, response: RawResponse, seen: Seen | undefined): string[] {
  const found: (string | false)[] = [
    expect.rpc !== undefined && callDifference(expect, seen),
    expect.rpc === undefined && expect.status !== response.status && `status ${response.status}`,
    expect.grpc_code !== undefined && codeOf(response) !== expect.grpc_code && `body ${response.body}`,
    ...(expect.allow ?? []).map(
      (method) => !allows(response, method) && `allow ${response.headers["allow"]}`,
    ),
    ...headerDifferences(expect.headers, response),
    ...(expect.body_contains ?? []).map((text) => !response.body.includes(text) && `body ${response.body}`),
    ...(expect.body_must_not_contain ?? []).map((text) => response.body.includes(text) && `leaks ${text}`),
    ...metadataDifferences(expect, seen),
    ...(expect.response === undefined ? [] : responseDifferences(expect.response, response)),
  ];
  return found.filter((difference) => difference !== false);
}

/** Whether the case allows a handler to be called at all: an error of the handler's own comes after its call. */
export function mustNotCall({ expect, stub }: Case): boolean {
  return expect.rpc === undefined && stub === undefined;
}

function callDifference({ rpc, request_json: json }: Expectation, seen: Seen | undefined): string | false {
  if (seen === undefined) return "no handler was called";
  const { method, message } = seen;
  const name = `${method.parent.typeName}/${method.name}`;
  if (name !== rpc) return `called ${name}`;
  return (
    !equals(method.input, message, fromJson(method.input, json ?? {})) &&
    `saw ${JSON.stringify(toJson(method.input, message))}`
  );
}

function codeOf({ body }: RawResponse): number | undefined {
  return (JSON.parse(body) as { code?: number }).code;
}

function allows({ headers }: RawResponse, method: string): boolean {
  return headers["allow"]?.split(", ").includes(method) ?? false;
}

function headerDifferences(headers: Expectation["headers"], response: RawResponse): (string | false)[] {
  return Object.entries(headers ?? {}).map(([name, value]) => {
    const actual = response.headers[name] ?? "";
    return actual !== value && actual.split(";")[0] !== value && `${name} is ${actual}`;
  });
}

function metadataDifferences({ metadata }: Expectation, seen: Seen | undefined): (string | false)[] {
  return Object.entries(metadata ?? {}).map(
    ([name, value]) => seen?.metadata.get(name) !== value && `the handler did not see ${name}`,
  );
}

function responseDifferences(expect: ExpectedResponse, response: RawResponse): (string | false)[] {
  const lines = response.body.split("\n").slice(0, -1);
  return [
    response.status !== expect.status && `status ${response.status}`,
    ...headerDifferences(expect.headers, response),
    expect.body !== undefined && response.body !== expect.body && `body ${response.body}`,
    expect.json_contains !== undefined &&
      !contains(JSON.parse(response.body), expect.json_contains) &&
      response.body,
    ...(expect.ndjson_contains ?? []).map(
      (json, index) => !contains(lineOf(lines, index), json) && response.body,
    ),
    expect.ndjson_first !== undefined && !contains(lineOf(lines, 0), expect.ndjson_first) && response.body,
    expect.ndjson_last_has !== undefined && !(expect.ndjson_last_has in lineOf(lines, -1)) && response.body,
  ];
}

function lineOf(lines: readonly string[], index: number): object {
  return JSON.parse(lines.at(index) ?? "{}") as object;
}

function contains(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return actual === expected;
  if (typeof actual !== "object" || actual === null) return false;
  const members = actual as Record<string, unknown>;
  return Object.entries(expected).every(([key, value]) => key in members && contains(members[key], value));
}
