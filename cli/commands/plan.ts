/** `meseta app plan` and `meseta group plan`: what a file would change, and where, as Marathon rehearses it. */

import { toggle } from '../../cluster/runtime/config/flags';
import type { Api } from '../api';
import { type Command, flagCommand } from '../command';
import { readJsonFile } from '../json-file';
import { json, marathonFlags, withMarathon } from '../marathon-api';
import { printJson, printTable } from '../print';

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

function planCommand(member: 'apps' | 'group'): Command {
  return flagCommand({
    flags: {
      ...marathonFlags,
      json,
      force: toggle({ help: 'plan it as a change that overrides running deployments', fallback: false }),
    },
    positionals: ['file'],
    run: async ({ flags, positionals: [file = ''] }, terminal) => {
      const body = { [member]: readJsonFile(file), force: flags.force };
      const plan = await withMarathon(flags, (api: Api) => api.json('POST', '/v2/deployments/plan', body));
      const view = plan as PlanView;
      terminal.out(flags.json ? printJson(view) : printPlan(view));
      return view.wait.length > 0 ? WAITS : 0;
    },
  });
}

export const appPlan = planCommand('apps');
export const groupPlan = planCommand('group');

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
