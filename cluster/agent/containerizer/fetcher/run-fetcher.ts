/**
 * Starts the process of a fetch and talks to it until it has ended.
 *
 * Always true: when it resolves or rejects, the process is gone with all that it has started.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { errorText } from '../../../model/error-text';
import { withholdingFiles } from '../../../runtime/files/withheld-files';
import { noInspectorArguments } from '../../../runtime/no-inspector';
import { signalAll } from '../../../runtime/processes';
import type { Output } from '../output';
import type { CacheGrant, FetchPlan, FetchReport } from './plan';

/** The program: beside this file, or in the build of its tree. */
const PROGRAMS = [__dirname, join(__dirname, '../../../../dist/cluster/agent/containerizer/fetcher')].map(
  (folder) => join(folder, 'process', 'fetch-process.js'),
);
/** Time that a process has to remove what it has made. */
const END_MS = 5000;
const HEAP_MB = 256;
/** The first file of the cache in the process, after its input, its output and its reports. */
export const FIRST_CACHE_FD = 4;

/** Variables of the agent that a fetch gets, which the task's user may read: none that may have a secret of ours. */
const PASSED_ON =
  /^(PATH|HOME|LANG|LC_\w+|TZ|JAVA_HOME|HADOOP_\w+|HDFS_\w+|KRB5\w*|(https?|ftp|all|no)_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS)$/i;
/** The certificate authorities of the machine, which Node does not know by itself. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

export interface FetchRun {
  readonly containerId: string;
  readonly plan: FetchPlan;
  /** The files of the cache, in the order of their numbers. */
  readonly cacheFiles: readonly number[];
  readonly output: Output;
  /** Called for each report; what comes back is the answer. */
  readonly reported: (report: FetchReport) => CacheGrant | undefined;
  readonly signal: AbortSignal;
}

/** Rejects with the reason when not all was fetched, and when the signal aborts. */
export async function runFetcher(run: FetchRun): Promise<void> {
  const { containerId, plan, signal } = run;
  signal.throwIfAborted();
  const child = startProcess(run);
  const end = endOf(child);
  let failure: string | undefined;
  const reports = child.stdio[3];
  if (reports && 'read' in reports)
    createInterface({ input: reports }).on('line', (line) => {
      const report = readReport(line);
      if (!report) return;
      if (report.kind === 'failed') failure = report.reason;
      const answer = run.reported(report);
      if (answer) child.stdin?.write(`${JSON.stringify(answer)}\n`);
    });
  child.stdin?.on('error', () => undefined);
  child.stdin?.write(`${JSON.stringify(plan)}\n`);
  const giveUp = (): void => endProcess(child);
  signal.addEventListener('abort', giveUp, { once: true });
  const status = await end.finally(() => signal.removeEventListener('abort', giveUp));
  signal.throwIfAborted();
  if (status === EXITED_WELL) return;
  const why = failure === undefined ? '' : ` (${failure})`;
  throw new Error(`Failed to fetch all URIs for container '${containerId}': ${status}${why}`);
}

/** Undefined for a line that was cut off. */
function readReport(line: string): FetchReport | undefined {
  try {
    const report: unknown = JSON.parse(line);
    return typeof report === 'object' && report !== null ? (report as FetchReport) : undefined;
  } catch {
    return undefined;
  }
}

const EXITED_WELL = 'exited with status 0';

function startProcess({ plan, cacheFiles, output }: FetchRun): ChildProcess {
  const program = PROGRAMS.find((path) => existsSync(path));
  if (program === undefined) throw new Error('Failed to execute the fetcher: it was not built');
  const args = [...noInspectorArguments(), `--max-old-space-size=${HEAP_MB}`, program];
  return withholdingFiles(['pipe', output.stdout, output.stderr, 'pipe', ...cacheFiles], (stdio) =>
    spawn(process.execPath, args, { cwd: plan.sandbox, env: environmentOf(plan), detached: true, stdio }),
  );
}

function environmentOf({ sandbox, hadoop }: FetchPlan): NodeJS.ProcessEnv {
  const passedOn = Object.entries(process.env).filter(([name]) => PASSED_ON.test(name));
  const authorities = existsSync(AUTHORITIES) ? { NODE_EXTRA_CA_CERTS: AUTHORITIES } : {};
  // By its sandbox the next agent finds a process that this one has lost.
  const environment = { ...authorities, ...Object.fromEntries(passedOn), MESOS_SANDBOX: sandbox };
  return isAbsolute(hadoop) ? { ...environment, HADOOP_HOME: dirname(dirname(hadoop)) } : environment;
}

/** The end of the process, in the words of the original. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`Failed to execute the fetcher: ${errorText(error)}`)));
    // All processes that it has started are of its group.
    child.once('exit', () => killGroup(child));
    child.once('close', (code, signal) =>
      resolve(signal === null ? `exited with status ${code}` : `terminated with signal ${signal}`),
    );
  });
}

/** The process hears of it by the end of its input. One that does not end is killed with its group. */
function endProcess(child: ChildProcess): void {
  child.stdin?.end();
  const late = setTimeout(() => killGroup(child), END_MS);
  child.once('exit', () => clearTimeout(late));
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) signalAll([-pid], 'SIGKILL');
}
