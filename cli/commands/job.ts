/** `meseta job list`, `show`, `next`, `graph` and `explain`: jobs as Chronos has them. */

import { integer, toggle } from '../../cluster/runtime/config/flags';
import type { Api } from '../api';
import {
  BASE,
  chronosFlags,
  findJob,
  type JobSummary,
  type JobView,
  jobPath,
  json,
  readSummary,
  withChronos,
} from '../chronos-api';
import { flagCommand } from '../command';
import { listCommand } from '../list';
import { printFacts, printJson, printTable } from '../print';

/** The origin of runs: the schedule of a job, or its parents. */
function origin({ schedule, parents = [] }: Pick<JobSummary | JobView, 'schedule' | 'parents'>): string {
  return parents.length > 0 ? `after ${parents.join(', ')}` : (schedule ?? '');
}

function stateText({ state, disabled, quarantined, pausedReason }: JobSummary): string {
  if (quarantined !== undefined) return 'quarantined';
  const off = [...(disabled ? ['disabled'] : []), ...(pausedReason === undefined ? [] : ['paused'])];
  return [...off, state].join(', ');
}

export const list = listCommand({
  flags: chronosFlags,
  read: (flags) => withChronos(flags, readSummary),
  print: (jobs) => {
    if (jobs.length === 0) return "There are no jobs. Make one with 'meseta job create FILE'.\n";
    const rows = jobs.map((job) => [job.name, job.status, stateText(job), origin(job)]);
    return printTable(['job', 'status', 'state', 'schedule'], rows);
  },
});

interface Explanation {
  readonly name: string;
  readonly state: string;
  readonly reasons: readonly string[];
}

interface Preview {
  readonly schedule: string;
  readonly slots: readonly string[];
}

const readExplanation = async (api: Api, name: string): Promise<Explanation> =>
  (await api.json('GET', jobPath(name, '/explain'))) as Explanation;

const readPreview = async (api: Api, name: string, count: number): Promise<Preview> =>
  (await api.json('GET', jobPath(name, `/preview?n=${count}`))) as Preview;

/** Slots that `job show` has. */
const SHOWN_SLOTS = 3;

export const show = flagCommand({
  flags: { ...chronosFlags, json },
  positionals: ['job'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withChronos(flags, async (api) => {
      const name = await findJob(api, word);
      const job = (await api.json('GET', jobPath(name))) as JobView;
      if (flags.json) {
        terminal.out(printJson(job));
        return 0;
      }
      const [explanation, preview] = await Promise.all([
        readExplanation(api, name),
        readPreview(api, name, SHOWN_SLOTS),
      ]);
      terminal.out(printJob(job, explanation, preview.slots));
      return 0;
    }),
});

function printJob(job: JobView, { state, reasons }: Explanation, slots: readonly string[]): string {
  return printFacts(
    [
      ['name', job.name],
      ['state', job.disabled ? `disabled, ${state}` : state],
      ['schedule', origin(job)],
      ['time zone', job.scheduleTimeZone],
      ['command', job.command],
      ['resources', `${job.cpus} cpus, ${job.mem} MB, ${job.disk} MB of disk`],
      ['description', job.description],
      ['owner', job.owner],
      ['successes', countText(job.successCount, job.lastSuccess)],
      ['errors', countText(job.errorCount, job.lastError)],
      ['next', slots.join(', ')],
      ...reasons.map((reason): [string, string] => ['reason', reason]),
    ],
    11,
  );
}

function countText(count: number, last: string): string {
  return last === '' ? String(count) : `${count}, the last at ${last}`;
}

export const explain = flagCommand({
  flags: { ...chronosFlags, json },
  positionals: ['job'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withChronos(flags, async (api) => {
      const explanation = await readExplanation(api, await findJob(api, word));
      const { name, state, reasons } = explanation;
      const lines = reasons.map((reason) => `  ${reason}\n`).join('');
      terminal.out(flags.json ? printJson(explanation) : `${name} is ${state}\n${lines}`);
      return 0;
    }),
});

export const next = flagCommand({
  flags: {
    ...chronosFlags,
    json,
    count: integer({ help: 'slots to show', fallback: 10, min: 1, max: 1000 }),
  },
  positionals: ['job'],
  run: ({ flags, positionals: [word = ''] }, terminal) =>
    withChronos(flags, async (api) => {
      const name = await findJob(api, word);
      const preview = await readPreview(api, name, flags.count);
      if (flags.json) terminal.out(printJson(preview));
      else if (preview.slots.length > 0) terminal.out(preview.slots.map((slot) => `${slot}\n`).join(''));
      else
        terminal.out(`${name} has no further slots (${preview.schedule || 'it runs after its parents'})\n`);
      return 0;
    }),
});

interface Graph {
  readonly nodes: readonly { readonly name: string; readonly status: string; readonly state: string }[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

export const graph = listCommand({
  flags: {
    ...chronosFlags,
    dot: toggle({ help: 'print it in the language of Graphviz', fallback: false }),
  },
  read: ({ dot, ...target }) =>
    withChronos(target, async (api) => {
      const shown = (await api.json('GET', `${BASE}/graph/json`)) as Graph;
      return { shown, dot: dot ? await api.text('GET', `${BASE}/graph/dot`) : undefined };
    }),
  encode: ({ shown }) => printJson(shown),
  print: ({ shown, dot }) => dot ?? printGraph(shown),
});

/** The jobs as a tree: children below their parents. A job with several parents is below each; its own children once. */
function printGraph({ nodes, edges }: Graph): string {
  if (nodes.length === 0) return 'There are no jobs.\n';
  const children = childrenByParent(edges);
  const states = new Map(nodes.map(({ name, status, state }) => [name, `${status}, ${state}`]));
  const printed = new Set<string>();
  const printBelow = (name: string, depth: number): string => {
    const below = children.get(name) ?? [];
    const isRepeated = printed.has(name) && below.length > 0;
    printed.add(name);
    const line = `${'  '.repeat(depth)}${name} (${states.get(name) ?? ''})${isRepeated ? ', as above' : ''}\n`;
    return isRepeated ? line : line + below.map((child) => printBelow(child, depth + 1)).join('');
  };
  const withParents = new Set(edges.map(({ to }) => to));
  const roots = nodes.filter(({ name }) => !withParents.has(name));
  return roots.map(({ name }) => printBelow(name, 0)).join('');
}

function childrenByParent(edges: Graph['edges']): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const { from, to } of edges) children.set(from, [...(children.get(from) ?? []), to]);
  return children;
}
