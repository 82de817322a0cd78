import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RowDataPacket } from "mysql2/promise";

import { ANSWERS_WITHIN_MS, GroupProcess } from "./group-process.js";
import type { ServerProgram } from "./server-programs.js";

/** Where a member listens, and for what. */
export interface MemberPlace {
  readonly number: number;
  /** For clients, and for members that recover from this one. */
  readonly port: number;
  /** For the group's own talk. */
  readonly groupPort: number;
}

/** How a member stands, by its own word. */
export interface MemberState {
  readonly id: string;
  /** `ONLINE`, `RECOVERING`, `ERROR`, `OFFLINE`, `UNREACHABLE`. */
  readonly state: string;
  /** How many members take part, as it sees the group: one that was frozen does not know yet that it is out. */
  readonly online: number;
  /** True where it is the primary and takes writes. */
  readonly writable: boolean;
}

/** The name of the group is a UUID, any one. */
const GROUP_NAME = "5b6d8d5a-3c1e-4b1f-9f0a-0c7a5e9d1a01";

/** Who a member is for another from which it takes what it has missed. */
const RECOVERY = { user: "recovery", password: "recovers" } as const;

/** One server of a group. Its process may be frozen, killed and started again with what it has stored. */
export class GroupMember extends GroupProcess {
  readonly #program: ServerProgram;
  readonly #settings: readonly string[];

  /** `folder` is removed by whoever made it. */
  constructor(program: ServerProgram, folder: string, place: MemberPlace, all: readonly MemberPlace[]) {
    super(folder, place.port);
    this.#program = program;
    this.#settings = settingsOf(place, all);
  }

  /** Starts it on an empty data directory, not yet in the group. */
  async create(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder);
    this.#program.prepare(this.folder);
    // With it goes the server's identity, which a copy must not share.
    rmSync(path.join(this.folder, "data", "auto.cnf"), { force: true });
    const init = path.join(this.folder, "init.sql");
    // What each member does by itself must not look like a change that the others have missed.
    writeFileSync(init, `SET sql_log_bin = 0;\n${readFileSync(init, "utf8")}`);
    await this.#serve(["--group-replication-start-on-boot=OFF"]);
    writeFileSync(init, "");
    await this.ask(async (connection) => {
      await connection.query("set sql_log_bin = 0");
      for (const statement of RECOVERY_USER) await connection.query(statement);
      await connection.query("reset binary logs and gtids");
      await connection.query(
        "change replication source to source_user = ?, source_password = ? for channel 'group_replication_recovery'",
        [RECOVERY.user, RECOVERY.password],
      );
    });
  }

  /** The first one makes the group, the others join it. */
  async join(first: boolean): Promise<void> {
    await this.ask(async (connection) => {
      if (first) await connection.query("set global group_replication_bootstrap_group = on");
      await connection.query("start group_replication");
      await connection.query("set global group_replication_bootstrap_group = off");
    });
  }

  /** Makes it a copy of another one. It ends afterwards, to be started again. */
  async cloneFrom(donor: GroupMember): Promise<void> {
    const source = `127.0.0.1:${donor.port}`;
    await this.ask(async (connection) => {
      await connection.query("set global clone_valid_donor_list = ?", [source]);
      // It would start itself anew below a supervisor, and ends without one.
      await connection
        .query("clone instance from ?@'127.0.0.1':? identified by ?", [
          RECOVERY.user,
          donor.port,
          RECOVERY.password,
        ])
        .catch((error: { errno?: number }) => {
          if (!ENDS_AFTER_CLONE.has(error.errno)) throw error;
        });
    });
    await this.ended();
  }

  /** Starts it again with what it has stored; it joins the group by itself. */
  async start(): Promise<void> {
    await this.#serve(["--group-replication-start-on-boot=ON"]);
  }

  /** Fails where it does not answer soon. */
  async state(): Promise<MemberState> {
    const [row] = await this.ask(async (connection) => {
      const query = { sql: STATE, timeout: ANSWERS_WITHIN_MS };
      return (await connection.query<RowDataPacket[]>(query))[0];
    });
    const { id, state, online, role, readOnly } = row as Record<string, unknown>;
    const writable = role === "PRIMARY" && Number(readOnly) === 0;
    return { id: String(id), state: String(state), online: Number(online), writable };
  }

  async #serve(settings: readonly string[]): Promise<void> {
    const command = this.#program.command(this.folder, this.port);
    await this.serve([...command, ...this.#settings, ...settings]);
  }
}

const RECOVERY_USER = [
  `create user '${RECOVERY.user}'@'127.0.0.1' identified by '${RECOVERY.password}'`,
  `grant replication slave, connection_admin, backup_admin, group_replication_stream on *.* to '${RECOVERY.user}'@'127.0.0.1'`,
];

/** Restart failed, as nothing supervises it (3707); or the connection went with it. */
const ENDS_AFTER_CLONE = new Set<unknown>([3707, 1053, 2013]);

const STATE = `select @@server_uuid as id, @@global.super_read_only as readOnly,
  (select count(*) from performance_schema.replication_group_members where member_state = 'ONLINE') as online,
  coalesce((select member_state from performance_schema.replication_group_members
    where member_id = @@server_uuid), 'OFFLINE') as state,
  (select member_role from performance_schema.replication_group_members
    where member_id = @@server_uuid) as role`;

/** What a member of a group needs beside what every server of the tests is told. */
function settingsOf({ number, port, groupPort }: MemberPlace, all: readonly MemberPlace[]): string[] {
  return [
    `--server-id=${number}`,
    "--log-bin=binlog",
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    "--performance-schema=ON", // The state of the group is told there.
    "--report-host=127.0.0.1",
    `--report-port=${port}`,
    "--plugin-load-add=mysql_clone.so",
    "--plugin-load-add=group_replication.so",
    `--group-replication-group-name=${GROUP_NAME}`,
    `--group-replication-local-address=127.0.0.1:${groupPort}`,
    `--group-replication-group-seeds=${all.map((each) => `127.0.0.1:${each.groupPort}`).join(",")}`,
    "--group-replication-recovery-get-public-key=ON",
    // A second instead of a minute between two tries to catch up.
    "--group-replication-recovery-reconnect-interval=1",
    // At once, when the others have suspected a silent member for five seconds; any longer timeout takes 21 s in all.
    "--group-replication-member-expel-timeout=0",
    // A member that finds itself without a majority refuses writes, instead of keeping them waiting.
    "--group-replication-unreachable-majority-timeout=10",
  ];
}
