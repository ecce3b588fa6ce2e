/**
 * `meseta explain framework|role|task`: the reasons why a framework, role or task gets no resources, agent by agent.
 */

import type { FrameworkWhy, RoleExplanation, RoleWhy, TaskExplanation } from '../../cluster/api/explain';
import { integer } from '../../cluster/runtime/config/flags';
import { flagCommand, type Terminal } from '../command';
import { json, type MasterTarget, masterFlags, readPage } from '../master-api';
import { printJson, printTable } from '../print';
import { findFramework } from './frameworks';

const explainFlags = {
  ...masterFlags,
  json,
  limit: integer({ help: 'agents to list', fallback: 50, min: 0, max: 100_000 }),
};

interface ExplainFlags extends MasterTarget {
  readonly json: boolean;
  readonly limit: number;
}

/** The run of an explain command: reads the explanation and prints it as JSON or by `print`. */
function explain<T>(
  subject: string,
  print: (answer: T, terminal: Terminal) => void,
  find: (flags: ExplainFlags, word: string) => Promise<string> = async (_flags, word) => word,
) {
  return async (
    { flags, positionals: [word = ''] }: { flags: ExplainFlags; positionals: readonly string[] },
    terminal: Terminal,
  ): Promise<number> => {
    const name = await find(flags, word);
    const path = `/explain/${subject}/${name.split('/').map(encodeURIComponent).join('/')}`;
    const answer = (await readPage(flags, `${path}?limit=${flags.limit}`)) as T;
    if (flags.json) terminal.out(printJson(answer));
    else print(answer, terminal);
    return 0;
  };
}

export const framework = flagCommand({
  flags: explainFlags,
  positionals: ['framework'],
  run: explain<FrameworkWhy>('framework', printFramework, findFramework),
});

export const role = flagCommand({
  flags: explainFlags,
  positionals: ['role'],
  run: explain<RoleExplanation>('role', printRole),
});

export const task = flagCommand({
  flags: explainFlags,
  positionals: ['task'],
  run: explain<{ tasks: readonly TaskExplanation[] }>('task', ({ tasks }, terminal) => {
    for (const explanation of tasks) printTask(explanation, terminal);
  }),
});

function printFramework({ framework_id: id, name, reasons, roles }: FrameworkWhy, terminal: Terminal): void {
  terminal.out(`${name} (${id})${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}\n`);
  for (const roleWhy of roles) printRoleOf(roleWhy, terminal);
}

function printRoleOf({ role: name, reasons, counts, agents }: RoleWhy, terminal: Terminal): void {
  const parts = Object.entries(counts).map(([reason, count]) => `${reason} x${count}`);
  terminal.out(`\nrole ${name}: ${[...reasons, ...parts].join(', ') || 'no agents'}\n`);
  const rows = agents.map((agent) => [agent.agent_id, agent.hostname, agent.reason, agent.free || '-']);
  if (rows.length > 0) terminal.out(printTable(['agent', 'host', 'reason', 'free'], rows));
}

function printRole(explained: RoleExplanation, terminal: Terminal): void {
  const { role: name, weight, share, guarantee, limit, consumed, frameworks } = explained;
  const quota = `guarantee ${guarantee}, limit ${limit}, consumed ${consumed}`;
  terminal.out(`role ${name}: weight ${weight}, share ${share.toFixed(3)}, ${quota}\n\n`);
  if (frameworks.length === 0) terminal.out('no framework is in it\n');
  for (const frameworkWhy of frameworks) printFramework(frameworkWhy, terminal);
}

function printTask(explained: TaskExplanation, terminal: Terminal): void {
  const { task_id: id, state, agent_id: agent, reason, message, framework: its } = explained;
  const why = [reason, message].filter((part) => part !== undefined).join(' ');
  terminal.out(`${id} is ${state} on ${agent}${why === '' ? '' : `: ${why}`}\n\n`);
  if (its) printFramework(its, terminal);
}
