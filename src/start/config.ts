import type { BlockList } from "node:net";

import { parseBaseUrl } from "../lib/base-url.js";
import { parseServerUrl } from "../db/mysql/server-url.js";
import { AUTHORIZATION_DAYS, type AuthorizationDays } from "../domain/captures/authorization.js";
import { parseKey } from "../lib/key-file.js";
import { readSmallFile } from "../lib/small-file.js";
import { parseProxies } from "../web/connections/client-address.js";

/** The checked configuration, from environment variables. README documents each. */
export interface Config {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly grpcPort: number;
  readonly metricsPort: number | "off";
  /** Undefined: the embedded database in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Undefined: `http://localhost:` and the port. */
  readonly publicUrl: string | undefined;
  /** Undefined: the public URL. */
  readonly hppUrl: string | undefined;
  readonly cardstreamUrl: string;
  /** Undefined: the file in `dataDir`, for the embedded database only. */
  readonly secretsKey: Buffer | undefined;
  readonly sandbox: boolean;
  /** Undefined: the sandbox of this process. */
  readonly sandboxUrl: string | undefined;
  readonly logLevel: string;
  /** Whether test mode may post events to addresses of this machine and of private networks. */
  readonly webhookPrivateAddresses: boolean;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** Undefined: 4000, or fewer where the process may open fewer files. */
  readonly maxConnections: number | undefined;
  /** Trusted proxies in front of the service. Undefined: none. */
  readonly trustedProxies: BlockList | undefined;
  readonly authorizationDays: AuthorizationDays;
}

/** Reads the environment once. An empty variable counts as missing. Throws one error that names every problem. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const read = new EnvironmentReader(env);
  const config: Config = {
    host: read.text("HOST") ?? "127.0.0.1",
    port: read.port("PORT") ?? 8080,
    grpcPort: read.port("GRPC_PORT") ?? 50051,
    metricsPort: read.text("METRICS_PORT") === "off" ? "off" : (read.port("METRICS_PORT") ?? 9464),
    databaseUrl: read.databaseUrl("DATABASE_URL"),
    dataDir: read.text("DATA_DIR") ?? "data",
    publicUrl: read.webUrl("PUBLIC_URL"),
    hppUrl: read.webUrl("HPP_URL"),
    cardstreamUrl: read.webUrl("CARDSTREAM_URL") ?? "https://gateway.cardstream.com",
    secretsKey: read.parsed("SECRETS_KEY", (text) => parseKey(text, "SECRETS_KEY")),
    sandbox: read.choice("SANDBOX", ["on", "off"]) !== "off",
    sandboxUrl: read.webUrl("SANDBOX_URL"),
    logLevel: read.choice("LOG_LEVEL", LOG_LEVELS) ?? "info",
    webhookPrivateAddresses: readPrivateAddresses(read),
    tls: readTls(read),
    maxConnections: read.parsed("MAX_CONNECTIONS", parseConnections),
    trustedProxies: read.parsed("TRUSTED_PROXIES", parseProxies),
    authorizationDays: {
      onSession: read.parsed("AUTHORIZATION_DAYS", parseDays) ?? AUTHORIZATION_DAYS.onSession,
      offSession: read.parsed("OFF_SESSION_AUTHORIZATION_DAYS", parseDays) ?? AUTHORIZATION_DAYS.offSession,
    },
  };
  if (config.port === config.grpcPort && config.port !== 0)
    read.problems.push("GRPC_PORT must be another port than PORT");
  read.throwProblems();
  return config;
}

/** Where clients reach the service: `PUBLIC_URL`, or else a port of this machine. */
export function publicUrlOf({ publicUrl, tls }: Pick<Config, "publicUrl" | "tls">, port: number): string {
  return publicUrl ?? `${tls === undefined ? "http" : "https"}://localhost:${port}`;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

function parseConnections(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text) && Number(text) >= 10) return Number(text);
  throw new Error("must be a number from 10 to 999999");
}

/**
 * At least three: the merchant is told two days before. At most thirty, for which the gateway takes a CAPTURE (guide
 *
 */
function parseDays(text: string): number {
  const days = /^\d{1,2}(?:\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
  if (days >= 3 && days <= 30) return days;
  throw new Error("must be a number of days from 3 to 30, with two decimals at most");
}

/** On by default where nothing is set up: that is a developer's machine, whose receivers run there, too. */
function readPrivateAddresses(read: EnvironmentReader): boolean {
  const choice = read.choice("WEBHOOK_PRIVATE_ADDRESSES", ["on", "off"]);
  return choice === undefined ? read.text("DATABASE_URL") === undefined : choice === "on";
}

function readTls(read: EnvironmentReader): Config["tls"] {
  const cert = read.parsed("TLS_CERT", readSmallFile);
  const key = read.parsed("TLS_KEY", readSmallFile);
  if (cert !== undefined && key !== undefined) return { cert, key };
  if ((read.text("TLS_CERT") === undefined) !== (read.text("TLS_KEY") === undefined))
    read.problems.push("TLS_CERT and TLS_KEY go together");
  return undefined;
}

/** Reads variables and collects their problems, so that one failed start names all. */
class EnvironmentReader {
  readonly problems: string[] = [];
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  text(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === "" ? undefined : value;
  }

  choice(name: string, choices: readonly string[]): string | undefined {
    const text = this.text(name);
    if (text === undefined || choices.includes(text)) return text;
    return this.#problem(`${name} must be one of ${choices.join(", ")}`);
  }

  port(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
    return port <= 65_535 ? port : this.#problem(`${name} must be a port from 0 to 65535`);
  }

  /** An http or https URL without a slash at the end. */
  webUrl(name: string): string | undefined {
    const text = this.text(name);
    try {
      return text === undefined ? undefined : parseBaseUrl(text);
    } catch (error) {
      return this.#problem(`${name} ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  databaseUrl(name: string): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    // Parsers would end the host or the password at this sign.
    if (text.includes("#")) return this.#problem(`${name} must have %23 in the place of #`);
    try {
      parseServerUrl(text);
      return text;
    } catch (error) {
      return this.#problem(error instanceof Error ? error.message : String(error));
    }
  }

  parsed<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      return this.#problem(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  throwProblems(): void {
    if (this.problems.length > 0) throw new Error(`Bad configuration: ${this.problems.join("; ")}.`);
  }

  #problem(text: string): undefined {
    this.problems.push(text);
    return undefined;
  }
}
