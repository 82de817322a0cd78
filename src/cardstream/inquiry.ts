import type { GatewayResult } from "../domain/gateway-result.js";
import type { DirectAccount, DirectAnswer, DirectClient } from "./gateway-client.js";
import type { SearchedAction, TransactionSearch } from "./transaction-search.js";

/** The account to ask about, with its token for the gateway's search if it has one. */
export interface InquiryAccount extends DirectAccount {
  readonly restToken: string | undefined;
}

/** The question: what became of the transactions of one kind, or all, with one `transactionUnique`. */
export interface Question {
  readonly action?: SearchedAction;
  readonly transactionUnique: string;
  /** Its transactions whose outcome is not known. */
  readonly openXrefs: readonly string[];
  /** Its transactions whose outcome is known: they are not queried again. */
  readonly knownXrefs: readonly string[];
}

/** A transaction as the gateway reports it now, in a signed message. */
export interface ReportedTransaction {
  /** Whether its `xref` was known before, or found by a search. */
  readonly way: "query" | "search";
  readonly result: GatewayResult;
  readonly body: Buffer;
}

/** What the gateway reported. */
export interface Inquired {
  readonly reported: readonly ReportedTransaction[];
  /** True if the gateway listed all transactions. */
  readonly searched: boolean;
  /** Why something was not answered, for the log: an existing sale, or the list itself. */
  readonly unansweredSale: string | undefined;
  readonly unansweredSearch: string | undefined;
}

/** Asks the gateway what became of payments, by `QUERY` and by its transaction search. */
export interface Inquiry {
  ask(account: InquiryAccount, question: Question): Promise<Inquired>;
}

/** Makes an inquiry from the two clients. It never throws for an error of the gateway. */
export function createInquiry(direct: DirectClient, search: TransactionSearch): Inquiry {
  return {
    async ask(account, question) {
      const known = await queryEach(direct, account, question, "query", question.openXrefs);
      const list = await searchTransactions(search, account, question);
      const asked = new Set([...question.openXrefs, ...question.knownXrefs]);
      const unheardOf = list.xrefs.filter((xref) => !asked.has(xref));
      const found = await queryEach(direct, account, question, "search", unheardOf);
      return {
        reported: [...known.reported, ...found.reported],
        searched: list.searched,
        unansweredSale: known.unanswered ?? found.unanswered,
        unansweredSearch: list.unanswered,
      };
    },
  };
}

/** One after the other: the gateway asks clients not to query several at once (guide 1.7.5). */
async function queryEach(
  direct: DirectClient,
  account: InquiryAccount,
  { transactionUnique }: Question,
  way: ReportedTransaction["way"],
  xrefs: readonly string[],
): Promise<{ reported: ReportedTransaction[]; unanswered: string | undefined }> {
  const reported: ReportedTransaction[] = [];
  let unanswered: string | undefined;
  for (const xref of xrefs) {
    const answer = await direct.query(account, xref);
    if (answer.kind === "answered" && isAnswerTo(answer.result, transactionUnique, xref)) {
      reported.push({ way, result: answer.result, body: answer.body });
    } else unanswered = reason(answer);
  }
  return { reported, unanswered };
}

/** An error repeats the `xref` of the query, and names no payment. */
function isAnswerTo(result: GatewayResult, transactionUnique: string, xref: string): boolean {
  return result.transactionUnique === transactionUnique && result.xref === xref;
}

function reason(answer: DirectAnswer): string {
  if (answer.kind === "no answer") return answer.why;
  return answer.kind === "answered" ? `code ${answer.result.responseCode}` : answer.kind;
}

async function searchTransactions(
  search: TransactionSearch,
  { gatewayUrl, restToken }: InquiryAccount,
  { action, transactionUnique }: Question,
): Promise<{ xrefs: readonly string[]; searched: boolean; unanswered: string | undefined }> {
  if (restToken === undefined) return { xrefs: [], searched: false, unanswered: undefined };
  const answer = await search.find({ gatewayUrl, restToken }, action, transactionUnique);
  if (answer.kind === "found") return { xrefs: answer.xrefs, searched: true, unanswered: undefined };
  return { xrefs: [], searched: false, unanswered: answer.kind === "no answer" ? answer.why : answer.kind };
}
