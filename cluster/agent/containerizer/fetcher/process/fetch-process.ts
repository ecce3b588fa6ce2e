/**
 * The process of one fetch, which the agent starts: it becomes the task's user, fetches, and ends.
 *
 * Always true: it ends when the agent does, with all that it has started; unless all went well, what it has made in the
 * sandbox is removed.
 */

import { createWriteStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { rootCertificates } from 'node:tls';
import { errorText } from '../../../../model/error-text';
import { refuseInspector } from '../../../../runtime/no-inspector';
import type { CacheGrant, FetchPlan, FetchReport } from '../plan';
import { withoutSecrets } from '../uris';
import { Budget } from './budget';
import { fetchItems } from './fetch-items';
import { fail, info } from './glog';
import { SandboxFiles } from './sandbox-files';

/** The file that reports go to. */
const REPORTS = 3;
/** Time to remove what was made when the agent wants the end. */
const UNDO_MS = 4000;

/** Undici loads its parser with the first answer, from files that the user may not be able to read. */
function loadParser(): void {
  const load = createRequire(require.resolve('undici/lib/dispatcher/client-h1.js'));
  load('../llhttp/llhttp-wasm.js');
  load('../llhttp/llhttp_simd-wasm.js');
}

/** The authorities of the plan with those that are trusted without it; undefined when it has none. */
function authoritiesOf({ authorities }: FetchPlan): readonly string[] | undefined {
  if (authorities === undefined) return undefined;
  const { NODE_EXTRA_CA_CERTS: path } = process.env;
  return [...rootCertificates, ...(path ? [readFileSync(path, 'utf8')] : []), authorities];
}

/** Becomes the user. From here on the modules of this process may be out of reach, so all are loaded. */
function becomeUser({ identity, umask }: FetchPlan): void {
  process.umask(umask);
  if (!identity) return;
  loadParser();
  process.setgroups?.([...identity.groups]);
  process.setgid?.(identity.gid);
  process.setuid?.(identity.uid);
}

/** Whoever can write the folder of a parent's sandbox may have put a link in the way to this one. */
function assertSandbox({ sandbox, realSandbox }: FetchPlan): void {
  if (process.cwd() !== realSandbox) throw new Error(`'${sandbox}' was replaced by something else`);
}

/** The plan as the original tells it in the log. */
function printPlan({ sandbox, user, items, stallMs, frameworksHome }: FetchPlan): string {
  return JSON.stringify({
    ...(frameworksHome !== undefined && { frameworks_home: frameworksHome }),
    items: items.map(({ uri, executable, extract, outputFile, cache }) => ({
      action: cache ? (cache.isNew ? 'DOWNLOAD_AND_CACHE' : 'RETRIEVE_FROM_CACHE') : 'BYPASS_CACHE',
      ...(cache && { cache_filename: cache.name }),
      uri: {
        cache: cache !== undefined,
        executable,
        extract,
        ...(outputFile !== undefined && { output_file: outputFile }),
        value: uri,
      },
    })),
    sandbox_directory: sandbox,
    stall_timeout: { nanoseconds: stallMs * 1_000_000 },
    ...(user !== undefined && { user }),
  });
}

async function main(): Promise<number> {
  refuseInspector();
  const reports = createWriteStream('', { fd: REPORTS });
  reports.on('error', () => undefined);
  const report = (line: FetchReport): void => void reports.write(`${JSON.stringify(line)}\n`);
  const cancel = new AbortController();
  const lines = createInterface({ input: process.stdin });
  lines.once('close', () => {
    cancel.abort(new Error('The agent has given the fetch up'));
    setTimeout(endGroup, UNDO_MS).unref();
  });
  const received = lines[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await received.next()).value ?? '';
  const plan = JSON.parse(await next()) as FetchPlan;
  assertSandbox(plan);
  const authorities = authoritiesOf(plan);
  becomeUser(plan);
  const files = new SandboxFiles(new Budget(plan.limits, cancel.signal));
  try {
    info(`Fetcher Info: ${printPlan(plan)}`);
    const ask = async (item: number, bytes: number): Promise<CacheGrant> => {
      report({ kind: 'size', item, bytes });
      return JSON.parse(await next()) as CacheGrant;
    };
    const { signal } = cancel;
    await fetchItems(plan, { files, signal, environment: process.env, authorities, report, ask });
    return 0;
  } catch (error) {
    await files.undo();
    fail(`EXIT with status 1: ${errorText(error)}`);
    report({ kind: 'failed', reason: shown(plan, errorText(error)) });
    return 1;
  } finally {
    await new Promise<void>((written) => reports.end(written));
  }
}

/** A reason that others read, too, such as in the status of the task: URIs without their secrets. */
function shown({ items }: FetchPlan, reason: string): string {
  return items.reduce((text, { uri }) => text.replaceAll(uri, withoutSecrets(uri)), reason);
}

/** Ends all that this process has started, and itself: it leads their group. */
function endGroup(): void {
  process.kill(-process.pid, 'SIGKILL');
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    fail(`EXIT with status 1: ${errorText(error)}`);
    process.exit(1);
  },
);
