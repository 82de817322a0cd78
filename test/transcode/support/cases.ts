import { readFileSync } from "node:fs";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** What the handler does for a case: see `about` in the case file. */
export interface Stub {
  readonly response?: JsonValue;
  readonly error?: { readonly code: number; readonly message: string };
  readonly throw?: string;
  readonly stream?: readonly JsonValue[];
  readonly echo?: boolean;
  readonly delay_ms?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request, to be sent byte for byte. */
export interface CaseRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly body_base64?: string;
}

/** What must come of it. */
export interface Expectation {
  readonly rpc?: string;
  readonly request_json?: JsonObject;
  readonly status?: number;
  readonly grpc_code?: number;
  readonly allow?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body_contains?: readonly string[];
  readonly body_must_not_contain?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly response?: ExpectedResponse;
}

/** What must be in the answer of a handler. */
export interface ExpectedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly json_contains?: JsonObject;
  readonly ndjson_contains?: readonly JsonObject[];
  readonly ndjson_first?: JsonObject;
  readonly ndjson_last_has?: string;
}

/** One case of the reference. */
export interface Case {
  readonly name: string;
  readonly level: string;
  readonly http: CaseRequest;
  readonly expect: Expectation;
  readonly stub?: Stub;
  readonly alternatives?: readonly { readonly who: readonly string[]; readonly expect: Expectation }[];
}

interface CaseFile {
  readonly cases: readonly Case[];
  readonly templates: readonly { readonly template: string; readonly valid: boolean }[];
  readonly rules: readonly { readonly rule: string }[];
}

/** The reference's table, from the root of the project whichever file of `dist` asks. */
export const caseFile = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/transcoding-cases.json", import.meta.url), "utf8"),
) as CaseFile;

/** The cases set a limit of their own. */
export const CASE_BODY_BYTES_MAX = 65_536;
