/** `meseta job create|apply|run|kill|pause|resume|remove`: changes of jobs, and their starts. */

import { setTimeout as sleep } from 'node:timers/promises';
import { text, toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Api } from '../api';
import {
  BASE,
  chronosFlags,
  findJob,
  jobPath,
  type RunView,
  readRuns,
  readSummary,
  withChronos,
} from '../chronos-api';
import { type Command, flagCommand, type Terminal } from '../command';
import { exactId } from '../resolve';
import { definitionPath, readJobFile } from './job-file';

export const create = flagCommand({
  flags: chronosFlags,
  positionals: ['file'],
  run: ({ flags, positionals: [file = ''] }, terminal) => {
    const body = readJobFile(file);
    return withChronos(flags, async (api) => {
      const jobs = await readSummary(api);
      if (jobs.some(({ name }) => name === body.name))
        throw new StartError(`Job ${body.name} exists. 'meseta job apply' creates or changes it.`);
      await api.text('POST', definitionPath(body), JSON.stringify(body));
      terminal.out(`${body.name} is created\n`);
      return 0;
    });
  },
});

/** A definition that is sent again must not run its job again, as one with an empty start would. */
export const apply = flagCommand({
  flags: chronosFlags,
  positionals: ['file'],
  run: ({ flags, positionals: [file = ''] }, terminal) => {
    const body = readJobFile(file);
    return withChronos(flags, async (api) => {
      const path = `${definitionPath(body)}?onlyIfChanged=true`;
      const { headers } = await api.answer('POST', path, JSON.stringify(body));
      const isUnchanged = headers['x-meseta-unchanged'] !== undefined;
      terminal.out(`${body.name} is ${isUnchanged ? 'as it was' : 'stored'}\n`);
      return 0;
    });
  },
});

/** A command that sends one request about a job. */
function requestCommand(options: {
  readonly method: 'PUT' | 'DELETE';
  readonly path: (name: string) => string;
  readonly done: string;
  readonly find?: typeof exactId;
}): Command {
  return flagCommand({
    flags: chronosFlags,
    positionals: ['job'],
    run: ({ flags, positionals: [word = ''] }, terminal) =>
      withChronos(flags, async (api) => {
        const name = await findJob(api, word, options.find);
        await api.text(options.method, options.path(name));
        terminal.out(`${name} ${options.done}\n`);
        return 0;
      }),
  });
}

export const kill = requestCommand({
  method: 'DELETE',
  path: (name) => `${BASE}/task/kill/${encodeURIComponent(name)}`,
  done: 'has its tasks killed; its schedule goes on',
});

export const resume = requestCommand({
  method: 'PUT',
  path: (name) => jobPath(name, '/resume'),
  done: 'is resumed',
});

export const remove = requestCommand({
  method: 'DELETE',
  path: jobPath,
  done: 'is removed',
  find: exactId,
});

export const pause = flagCommand({
  flags: { ...chronosFlags, reason: text({ help: 'why, for those who find it paused', value: 'TEXT' }) },
  positionals: ['job'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withChronos(flags, async (api) => {
      const name = await findJob(api, word);
      const reason = flags.reason ?? 'paused on the command line';
      await api.json('PUT', jobPath(name, '/pause'), { reason });
      terminal.out(`${name} is paused: nothing starts until 'meseta job resume ${name}'\n`);
      return 0;
    }),
});

export const run = flagCommand({
  flags: {
    ...chronosFlags,
    arguments: text({ help: "arguments instead of the job's own", value: 'TEXT' }),
    wait: toggle({
      help: 'return when the run has ended; the status is 1 unless it succeeded',
      fallback: false,
    }),
  },
  positionals: ['job'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withChronos(flags, async (api) => {
      const name = await findJob(api, word);
      const before = new Set((await openRuns(api, name)).map(({ id }) => id));
      const query = flags.arguments === undefined ? '' : `?arguments=${encodeURIComponent(flags.arguments)}`;
      await api.text('PUT', jobPath(name, query));
      const started = (await openRuns(api, name)).find(({ id }) => !before.has(id));
      if (!started) throw new StartError(`${name} is not started: ${await whyNot(api, name)}`);
      terminal.out(`${name} is started as run ${started.id}\n`);
      return flags.wait ? await runEnded(api, { name, id: started.id }, terminal) : 0;
    }),
});

const RECENT_RUNS = 20;
const POLL_MS = 300;

async function openRuns(api: Api, name: string): Promise<readonly RunView[]> {
  const { runs } = await readRuns(api, name, RECENT_RUNS);
  return runs.filter((row) => row.kind === 'run');
}

async function whyNot(api: Api, name: string): Promise<string> {
  const { reasons } = (await api.json('GET', jobPath(name, '/explain'))) as { reasons: readonly string[] };
  return reasons.join(' ') || 'Chronos dropped the start';
}

/** Waits for the end of a run; the exit status. */
async function runEnded(
  api: Api,
  { name, id }: { name: string; id: string },
  terminal: Terminal,
): Promise<number> {
  for (;;) {
    const view = (await api.json('GET', jobPath(name, `/runs/${encodeURIComponent(id)}`))) as RunView;
    if (view.endedAt !== undefined) {
      const reason = view.reason === undefined ? '' : `: ${view.reason}`;
      terminal.out(`run ${id} ended with ${view.state}${reason}\n`);
      return view.state === 'success' ? 0 : 1;
    }
    await sleep(POLL_MS);
  }
}
