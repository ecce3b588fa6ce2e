/** `meseta app plan`, `pod plan` and `group plan`: the effects of a change in a file, as Marathon rehearses it. */

import { toggle } from '../../cluster/runtime/config/flags';
import type { Api } from '../api';
import { type Command, flagCommand } from '../command';
import { json, marathonFlags, withMarathon } from '../marathon-api';
import { printJson, printTable } from '../print';
import { type FileOptions, readDefinition, readDefinitions, unknownFlag } from './definition-file';

interface MoveView {
  readonly app: string;
  readonly host: string;
  readonly instanceId?: string;
}

export interface PlanView {
  readonly ends: boolean;
  readonly complete: boolean;
  readonly cancels: readonly string[];
  readonly start: readonly MoveView[];
  readonly stop: readonly MoveView[];
  readonly wait: readonly {
    readonly app: string;
    readonly count: number;
    readonly refusals: readonly { readonly host: string; readonly reasons: readonly string[] }[];
  }[];
  readonly agents: readonly unknown[];
}

/** The exit status of a plan that leaves instances waiting. */
const WAITS = 1;

/** A command that has a change planned, which is the one in a file. */
function planCommand(changeIn: (file: string, flags: FileOptions) => object): Command {
  return flagCommand({
    flags: {
      ...marathonFlags,
      json,
      force: toggle({ help: 'plan it as a change that overrides running deployments', fallback: false }),
      ...unknownFlag,
    },
    positionals: ['file'],
    run: async ({ flags, positionals: [file = ''] }, terminal) => {
      const body = { ...changeIn(file, flags), force: flags.force };
      const plan = await withMarathon(flags, (api: Api) => api.json('POST', '/v2/deployments/plan', body));
      const view = plan as PlanView;
      terminal.out(flags.json ? printJson(view) : printPlan(view));
      return view.wait.length > 0 ? WAITS : 0;
    },
  });
}

const bodiesIn = (file: string, noun: 'app' | 'pod', flags: FileOptions): readonly object[] =>
  readDefinitions(file, noun, flags).map(({ body }) => body);

export const appPlan = planCommand((file, flags) => ({ apps: bodiesIn(file, 'app', flags) }));
export const podPlan = planCommand((file, flags) => ({ pods: bodiesIn(file, 'pod', flags) }));
export const groupPlan = planCommand((file, flags) => ({ group: readDefinition(file, 'group', flags).body }));

export function printPlan({ start, stop, wait, cancels, complete, ends, agents }: PlanView): string {
  if (!complete) return 'The change is too large to be rehearsed.\n';
  const rows = [
    ...start.map(({ app, host }) => ['start', app, host, '']),
    ...stop.map(({ app, host, instanceId = '' }) => ['stop', app, host, instanceId]),
    ...wait.flatMap(({ app, count, refusals }) => [
      ['wait', app, '-', `${count} without a place`],
      ...refusals.map(({ host, reasons }) => ['', '', host, reasons.join(', ')]),
    ]),
    ...cancels.map((id) => ['cancel', '', '', `deployment ${id}`]),
  ];
  if (rows.length === 0) return 'Nothing would change.\n';
  const end = ends ? '' : 'The deployment would not end.\n';
  const hint = agents.length === 0 ? 'No agent is known: Marathon has seen no offer yet.\n' : '';
  return `${printTable(['what', 'app', 'host', 'more'], rows)}${end}${hint}`;
}
