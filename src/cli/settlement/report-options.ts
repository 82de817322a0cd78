/** What `report` is asked for. */
export interface ReportOptions {
  readonly day: string;
  readonly until?: string;
  readonly mode: string;
  readonly merchant?: string;
  readonly timeZone: string;
  readonly format: "csv" | "json";
  readonly compare?: string;
}
