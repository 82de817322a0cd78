import { installMissing } from "./packages.js";
import { SERVER_NAMES, type ServerName, type ServerProgram, SERVERS } from "./server-programs.js";

/** Tells programs of this run which server was chosen. */
const CHOSEN = "TEST_DATABASE_SERVER";

/** The server of this run, or what is on the machine where none was chosen. Undefined where there is none. */
export function findServer(): ServerProgram | undefined {
  const chosen = named(process.env[CHOSEN]);
  const names = SERVER_NAMES.filter((name) => chosen === undefined || chosen === name);
  return names.map((name) => SERVERS[name].find()).find((program) => program !== undefined);
}

/**
 * Chooses the server of this run and brings it onto the machine: the one that was asked for, else MySQL, on which
 * the service is proven. Where MySQL cannot be had, says so and takes MariaDB.
 */
export function bringServer(asked: ServerName | undefined): void {
  const name = asked ?? named(process.env[CHOSEN]) ?? (canBringMysql() ? "mysql" : "mariadb");
  installMissing([SERVERS[name]]);
  process.env[CHOSEN] = name;
}

function canBringMysql(): boolean {
  try {
    installMissing([SERVERS.mysql]);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // The end of what apt printed says why.
    process.stderr.write(`${reason.trim().split("\n").slice(-5).join("\n")} MariaDB serves instead.\n`);
    return false;
  }
}

function named(text: string | undefined): ServerName | undefined {
  return SERVER_NAMES.find((name) => name === text);
}
