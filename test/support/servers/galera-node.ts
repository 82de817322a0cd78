import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { RowDataPacket } from "mysql2/promise";

import { ANSWERS_WITHIN_MS, GroupProcess } from "./group-process.js";
import type { ServerProgram } from "./server-programs.js";

/** Where a node listens. */
export interface NodePlace {
  readonly number: number;
  /** For clients. */
  readonly port: number;
  /** For the cluster's own talk; the next port sends missed changes. */
  readonly clusterPort: number;
}

/** One server of a Galera cluster. Its process may be frozen, killed and started again with what it has stored. */
export class GaleraNode extends GroupProcess {
  readonly #program: ServerProgram;
  readonly #settings: readonly string[];
  readonly #join: string;

  /** `provider` is the file of Galera's library. The folder's owner removes it. */
  constructor(
    program: ServerProgram,
    provider: string,
    folder: string,
    place: NodePlace,
    all: readonly NodePlace[],
  ) {
    super(folder, place.port);
    this.#program = program;
    this.#settings = settingsOf(provider, place);
    this.#join = `--wsrep-cluster-address=gcomm://${all.map((each) => `127.0.0.1:${each.clusterPort}`).join(",")}`;
  }

  /** Fills its data directory, for itself and for the copies of the others. */
  prepare(): void {
    mkdirSync(this.folder);
    this.#program.prepare(this.folder);
  }

  /** Takes the data of another node, which has ended in good order, instead of preparing its own. */
  copy(from: GaleraNode): void {
    cpSync(from.folder, this.folder, { recursive: true });
    rmSync(path.join(this.folder, "data", "gvwstate.dat"), { force: true });
    const state = path.join(this.folder, "data", "grastate.dat");
    writeFileSync(state, readFileSync(state, "utf8").replace("safe_to_bootstrap: 1", "safe_to_bootstrap: 0"));
  }

  /** Takes all data from it: it gets another node's when it starts. */
  empty(): void {
    const data = path.join(this.folder, "data");
    rmSync(data, { recursive: true });
    mkdirSync(data);
  }

  /** Makes the cluster. */
  async bootstrap(): Promise<void> {
    await this.#serve(["--wsrep-cluster-address=gcomm://"]);
  }

  /** Starts it as a node of the cluster that exists: again with what it has stored, however it ended. */
  async start(): Promise<void> {
    await this.#serve([this.#join, ...this.#startPosition()]);
  }

  /** How many nodes take part, as it sees the cluster; 0 where it does not take part itself. */
  async clusterSize(): Promise<number> {
    const rows = await this.ask(async (connection) => {
      const query = { sql: "show global status like 'wsrep%'", timeout: ANSWERS_WITHIN_MS };
      return (await connection.query<RowDataPacket[]>(query))[0];
    });
    const status = new Map(rows.map((row) => [row["Variable_name"] as string, row["Value"] as string]));
    const takesPart =
      status.get("wsrep_ready") === "ON" && status.get("wsrep_local_state_comment") === "Synced";
    return takesPart ? Number(status.get("wsrep_cluster_size")) : 0;
  }

  async #serve(settings: readonly string[]): Promise<void> {
    giveAway(this.folder);
    await this.serve([...this.#command(), ...settings]);
  }

  #command(): [string, ...string[]] {
    const [program, ...rest] = this.#program.command(this.folder, this.port);
    const asUser = rest.map((setting) => (setting === "--user=root" ? `--user=${NOBODY}` : setting));
    return [program, ...asUser, ...this.#settings];
  }

  /** A node that was killed does not know how far it had come, and would take all data anew; its log tells. */
  #startPosition(): string[] {
    const [program, ...rest] = this.#command();
    const recovering = [...rest, this.#join, "--wsrep-recover"];
    const { stderr } = spawnSync(program, recovering, { encoding: "utf8" });
    const position = /Recovered position: *(\S+)/.exec(stderr)?.[1];
    return position === undefined ? [] : [`--wsrep-start-position=${position}`];
  }
}

/** The script by which a node brings another one up to date refuses to work for root. */
const NOBODY = "nobody";

function giveAway(folder: string): void {
  if (process.getuid?.() !== 0) return;
  const { status, stderr } = spawnSync("chown", ["-R", NOBODY, folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

/** What a node of a cluster needs beside what every server of the tests is told. */
function settingsOf(provider: string, { number, clusterPort }: NodePlace): string[] {
  return [
    "--binlog-format=ROW",
    "--innodb-autoinc-lock-mode=2",
    "--wsrep-on=ON",
    `--wsrep-provider=${provider}`,
    "--wsrep-cluster-name=calmony-pay-test",
    `--wsrep-node-name=node-${number}`,
    `--wsrep-node-address=127.0.0.1:${clusterPort}`,
    "--wsrep-sst-method=rsync",
    `--wsrep-provider-options=${providerOptions(clusterPort).join(";")}`,
  ];
}

function providerOptions(port: number): string[] {
  return [
    `base_port=${port}`,
    `gmcast.listen_addr=tcp://127.0.0.1:${port}`,
    `ist.recv_addr=127.0.0.1:${port + 1}`,
    "gcache.size=64M",
    "pc.recovery=FALSE",
    // A silent node is out after three seconds, instead of fifteen.
    "evs.suspect_timeout=PT1S",
    "evs.inactive_timeout=PT3S",
    "evs.inactive_check_period=PT0.2S",
    "evs.keepalive_period=PT0.2S",
  ];
}
