import { parseUrl } from "../../lib/hosts/parse-url.js";

/** Where a server listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** What `DATABASE_URL` says. */
export interface ServerUrl {
  /** Servers of which one is the primary at any time, such as the members of a group. */
  readonly addresses: readonly [ServerAddress, ...ServerAddress[]];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl: { readonly rejectUnauthorized: true; readonly verifyIdentity: true } | undefined;
}

/** A group of MySQL has at most nine members. */
const ADDRESSES_MAX = 9;

/**
 * Reads `mysql://user:password@host:3306,host:3306/name`. Throws a sentence that says what is wrong. An unknown
 * parameter is refused: it may have been meant as a security setting.
 */
export function parseServerUrl(text: string): ServerUrl {
  const [, scheme = "", credentials = "", hosts = "", name = "", query = ""] = SHAPE.exec(text) ?? [];
  if (!/^(mysql|mariadb)$/i.test(scheme)) {
    throw new Error("DATABASE_URL must be a URL of the kind mysql:// or mariadb://");
  }
  const [first, ...others] = hosts.split(",").map(parseAddress);
  if (first === undefined || others.length >= ADDRESSES_MAX) {
    throw new Error(`DATABASE_URL takes at most ${ADDRESSES_MAX} hosts`);
  }
  const { username, password } = new URL(`mysql://${credentials}host`);
  const database = decodeURIComponent(name);
  if (database === "") throw new Error("DATABASE_URL does not name a database");
  return {
    addresses: [first, ...others],
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
    ssl: parseSsl(new URLSearchParams(query)),
  };
}

/** Scheme, user and password with their `@`, hosts, name of the database, parameters. */
const SHAPE = /^([a-z]+):\/\/([^/?]*@)?([^/?@]*)(?:\/([^?]*))?(\?.*)?$/i;

function parseAddress(text: string): ServerAddress {
  const url = parseUrl(`mysql://${text}/`);
  if (url === undefined || url.hostname === "") {
    throw new Error(`DATABASE_URL has a host that cannot be read: "${text}"`);
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"), // The brackets of an IPv6 address belong to the URL only.
    port: url.port === "" ? 3306 : Number(url.port),
  };
}

function parseSsl(parameters: URLSearchParams): ServerUrl["ssl"] {
  for (const [name, value] of parameters) {
    if (name !== "ssl" || value !== "true") {
      throw new Error("DATABASE_URL takes one parameter: ssl=true, which encrypts and verifies the server");
    }
  }
  // mysql2 does not verify the server's name by default. A private certificate authority is given by
  // NODE_EXTRA_CA_CERTS.
  return parameters.has("ssl") ? { rejectUnauthorized: true, verifyIdentity: true } : undefined;
}
