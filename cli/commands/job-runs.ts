/** `meseta job history` and `meseta job logs`: the runs of a job, and what they printed. */

import { setTimeout as sleep } from 'node:timers/promises';
import { authorizationOf, type Caller, trustOf } from '../../cluster/runtime/auth/caller';
import { integer, text, toggle } from '../../cluster/runtime/config/flags';
import { HttpClient } from '../../cluster/runtime/http/client';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Api } from '../api';
import {
  type AttemptView,
  chronosFlags,
  findJob,
  jobPath,
  type RunView,
  readRuns,
  type SlotsView,
  withChronos,
} from '../chronos-api';
import { flagCommand, type Terminal } from '../command';
import { listCommand } from '../list';
import { printTable } from '../print';
import { READ_BYTES, wholeCharacters } from '../sandbox-file';

export const history = listCommand({
  flags: { ...chronosFlags, limit: integer({ help: 'rows to show', fallback: 20, min: 1, max: 10_000 }) },
  positionals: ['job'],
  read: ({ limit, ...target }, [word = '']) =>
    withChronos(target, async (api) => await readRuns(api, await findJob(api, word), limit)),
  print: ({ runs, total }) => {
    if (runs.length === 0) return 'There are no runs yet.\n';
    const rows = runs.map((row) => (row.kind === 'run' ? runCells(row) : slotsCells(row)));
    const more = total > runs.length ? `${total - runs.length} older ones: see --limit\n` : '';
    const heads = ['run', 'state', 'cause', 'slot', 'started', 'took', 'tries', 'exit', 'host', 'reason'];
    return printTable(heads, rows) + more;
  },
});

function runCells({ id, state, cause, slot, attempts, endedAt, reason }: RunView): string[] {
  const last = attempts.at(-1);
  return [
    id,
    state,
    cause,
    slot ?? '-',
    last?.startedAt ?? '-',
    tookText(last?.startedAt, last?.endedAt ?? endedAt),
    String(attempts.length),
    last?.exitCode === undefined ? '-' : String(last.exitCode),
    last?.hostname ?? '-',
    reason ?? '',
  ];
}

function slotsCells({ state, firstSlot, lastSlot, count, reason }: SlotsView): string[] {
  const slot = count === 1 ? firstSlot : `${firstSlot} to ${lastSlot} (${count})`;
  return ['-', state, 'slot', slot, '-', '-', '-', '-', '-', reason];
}

function tookText(startedAt: string | undefined, endedAt: string | undefined): string {
  if (startedAt === undefined || endedAt === undefined) return '-';
  return `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`;
}

export const logs = flagCommand({
  flags: {
    ...chronosFlags,
    'agent-credentials': text({ help: 'user:password for agents, or file://PATH', secret: true }),
    'agent-token': text({ help: 'bearer token for agents, or file://PATH', secret: true }),
    run: text({ help: 'the id of the run; the newest one without it', value: 'ID' }),
    stderr: toggle({ help: 'standard error instead of standard output', fallback: false }),
    follow: toggle({ help: 'go on until the task ends', fallback: false }),
  },
  positionals: ['job'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withChronos(flags, async (api) => {
      const name = await findJob(api, word);
      const run = flags.run ?? (await newestRun(api, name));
      const caller = {
        credentials: flags['agent-credentials'],
        token: flags['agent-token'],
        ca: flags.ca,
      };
      const log = new TaskLog(api, { name, run, file: flags.stderr ? 'stderr' : 'stdout', caller });
      await log.print(terminal, flags.follow);
      return 0;
    }),
});

const RECENT_ROWS = 100;

async function newestRun(api: Api, name: string): Promise<string> {
  const { runs } = await readRuns(api, name, RECENT_ROWS);
  const run = runs.find((row): row is RunView => row.kind === 'run' && row.attempts.length > 0);
  if (!run) throw new StartError(`${name} has not run yet; 'meseta job explain ${name}' says why`);
  return run.id;
}

interface LogPlace {
  readonly name: string;
  readonly run: string;
  readonly file: 'stdout' | 'stderr';
  /** Chronos names the address of the agent: secrets go there when they are for agents, and not otherwise. */
  readonly caller: Caller;
}

const POLL_MS = 500;

/** The output of the last attempt of a run, as the agent has it. */
class TaskLog {
  private offset = 0;

  constructor(
    private readonly api: Api,
    private readonly place: LogPlace,
  ) {}

  async print(terminal: Terminal, follow: boolean): Promise<void> {
    const client = new HttpClient({ tls: trustOf(this.place.caller) });
    try {
      for (;;) {
        const attempt = await this.attempt();
        const wasComplete = attempt.endedAt !== undefined;
        await this.printNew(client, attempt, terminal);
        if (!follow || wasComplete) return;
        await sleep(POLL_MS);
      }
    } finally {
      await client.close();
    }
  }

  private async attempt(): Promise<AttemptView> {
    const { name, run } = this.place;
    const view = (await this.api.json('GET', jobPath(name, `/runs/${encodeURIComponent(run)}`))) as RunView;
    const attempt = view.attempts.at(-1);
    if (!attempt) throw new StartError(`run ${run} has no task yet; 'meseta job explain ${name}' says why`);
    return attempt;
  }

  private async printNew(client: HttpClient, attempt: AttemptView, terminal: Terminal): Promise<void> {
    for (;;) {
      const chunk = await this.read(client, attempt).catch((error: Error) => {
        if (this.offset > 0 || attempt.output === undefined) throw error;
        terminal.err(`${error.message}; these are the last lines that Chronos has\n`);
        terminal.out(attempt.output);
        return '';
      });
      if (chunk === '') return;
      this.offset += Buffer.byteLength(chunk);
      terminal.out(chunk);
    }
  }

  private async read(client: HttpClient, attempt: AttemptView): Promise<string> {
    const { sandbox } = attempt;
    if (sandbox === undefined) throw new StartError('Chronos does not know where the task ran');
    const url = readAddress(sandbox, this.place.file, this.offset);
    const headers = authorizationOf(this.place.caller);
    const answer = await client.request({ url, headers }).catch((error: Error) => {
      throw new StartError(`the agent cannot be reached: ${error.message}`);
    });
    if (answer.status === 404) throw new StartError(noOutput(this.place, attempt));
    if (answer.status !== 200) throw new StartError(`the agent answered ${answer.status} for ${url}`);
    return wholeCharacters((JSON.parse(answer.body.toString('utf8')) as { data: string }).data);
  }
}

/** A task that never started has no files; those of an old one are removed by its agent. */
function noOutput({ run, file }: LogPlace, { taskId, startedAt, endedAt, reason }: AttemptView): string {
  if (startedAt !== undefined) return `the agent no longer has ${file} of ${taskId}`;
  if (endedAt === undefined) return `the task of run ${run} has not started yet`;
  return `the task of run ${run} never started: ${reason ?? 'the reason is not known'}`;
}

/** From the page of a sandbox at an agent to a part of a file in it. */
function readAddress(sandbox: string, file: string, offset: number): string {
  const url = new URL(sandbox);
  url.pathname = url.pathname.replace(/browse$/, 'read');
  url.searchParams.set('path', `${url.searchParams.get('path') ?? ''}/${file}`);
  url.searchParams.set('offset', String(offset));
  url.searchParams.set('length', String(READ_BYTES));
  return url.toString();
}
