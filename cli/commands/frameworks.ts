/**
 * `meseta framework list` and `meseta framework show`: frameworks as the master sees them.
 */

import { toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { flagCommand } from '../command';
import { json, masterFlags, readPage } from '../master-api';
import { printJson, printTable } from '../print';

interface FrameworkView {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly principal?: string;
  readonly hostname: string;
  readonly webui_url: string;
  readonly active: boolean;
  readonly connected: boolean;
  readonly recovered: boolean;
  readonly checkpoint: boolean;
  readonly failover_timeout: number;
  readonly registered_time: number;
  readonly role?: string;
  readonly roles?: readonly string[];
  readonly capabilities: readonly string[];
  readonly used_resources: Readonly<Record<string, number | string>>;
  readonly offered_resources: Readonly<Record<string, number | string>>;
  readonly tasks: readonly TaskView[];
  readonly offers: readonly unknown[];
  readonly executors: readonly { readonly executor_id: string; readonly slave_id: string }[];
}

interface TaskView {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly slave_id: string;
}

interface FrameworksPage {
  readonly frameworks: readonly FrameworkView[];
  readonly completed_frameworks: readonly FrameworkView[];
}

function stateOf({ active, connected, recovered }: FrameworkView): string {
  if (recovered) return 'recovered';
  return connected ? (active ? 'active' : 'inactive') : 'disconnected';
}

function rolesOf({ role, roles }: FrameworkView): string {
  return roles?.join(', ') ?? role ?? '*';
}

export const list = flagCommand({
  flags: { ...masterFlags, json, all: toggle({ help: 'ended ones too', fallback: false }) },
  run: async ({ flags: given }, terminal) => {
    const page = (await readPage(given, '/frameworks')) as FrameworksPage;
    const ended = given.all ? page.completed_frameworks : [];
    const shown = [...page.frameworks, ...ended];
    if (given.json) terminal.out(printJson(shown));
    else if (shown.length === 0) terminal.out('There are no frameworks.\n');
    else {
      const rows = shown.map((framework) => [
        framework.id,
        framework.name,
        ended.includes(framework) ? 'ended' : stateOf(framework),
        rolesOf(framework),
        framework.user,
        String(framework.tasks.length),
        String(framework.used_resources['cpus']),
        String(framework.used_resources['mem']),
      ]);
      const heads = ['id', 'name', 'state', 'roles', 'user', 'tasks', 'cpus', 'mem'];
      terminal.out(printTable(heads, rows));
    }
    return 0;
  },
});

export const show = flagCommand({
  flags: { ...masterFlags, json },
  positionals: ['id'],
  run: async ({ flags: given, positionals: [id = ''] }, terminal) => {
    const path = `/frameworks?framework_id=${encodeURIComponent(id)}`;
    const { frameworks, completed_frameworks } = (await readPage(given, path)) as FrameworksPage;
    const [framework] = [...frameworks, ...completed_frameworks];
    if (!framework) throw new StartError(`There is no framework ${id}. 'meseta framework list' lists them.`);
    terminal.out(given.json ? printJson(framework) : print(framework, frameworks.length === 0));
    return 0;
  },
});

function print(framework: FrameworkView, isEnded: boolean): string {
  const facts: [string, string | undefined][] = [
    ['id', framework.id],
    ['name', framework.name],
    ['state', isEnded ? 'ended' : stateOf(framework)],
    ['roles', rolesOf(framework)],
    ['user', framework.user],
    ['principal', framework.principal],
    ['hostname', framework.hostname],
    ['web page', framework.webui_url],
    [
      'failover',
      `${framework.failover_timeout} s${framework.checkpoint ? ', its tasks outlive agents' : ''}`,
    ],
    ['capabilities', framework.capabilities.join(', ')],
    ['offers', String(framework.offers.length)],
    ['executors', framework.executors.map(({ executor_id }) => executor_id).join(', ')],
  ];
  const lines = facts.filter(([, value]) => value).map(([name, value]) => `${name.padEnd(13)} ${value}\n`);
  const rows = framework.tasks.map(({ id, name, state, slave_id }) => [
    id,
    name,
    state.replace('TASK_', '').toLowerCase(),
    slave_id,
  ]);
  return `${lines.join('')}${rows.length === 0 ? '' : `\n${printTable(['task', 'name', 'state', 'agent'], rows)}`}`;
}
