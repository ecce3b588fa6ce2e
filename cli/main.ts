/**
 * The command line. A new command is a row in COMMANDS.
 */

import { CommanderError, Command as Program } from 'commander';
import { UsageError } from '../cluster/runtime/config/flags';
import { StartError } from '../cluster/runtime/lifecycle';
import { MESETA_VERSION } from '../cluster/runtime/version';
import type { CommandRow, Terminal } from './command';

export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'up',
    about: 'Run a whole cluster on this machine, until Ctrl-C',
    load: async () => (await import('./commands/up')).upCommand,
  },
  {
    name: 'demo',
    about: 'Show it: a cluster with two agents, an app, its names and its traffic',
    load: async () => (await import('./commands/demo')).demoCommand,
  },
  { name: 'app list', about: 'List the apps', load: async () => (await import('./commands/app')).list },
  {
    name: 'app show',
    about: 'Show an app and its tasks',
    load: async () => (await import('./commands/app')).show,
  },
  {
    name: 'app create',
    about: 'Make an app from a JSON file (- for standard input)',
    load: async () => (await import('./commands/app')).create,
  },
  {
    name: 'app scale',
    about: 'Change the number of instances',
    load: async () => (await import('./commands/app')).scale,
  },
  {
    name: 'app restart',
    about: 'Replace all tasks of an app, a few at a time',
    load: async () => (await import('./commands/app')).restart,
  },
  {
    name: 'app remove',
    about: 'Remove an app and its tasks',
    load: async () => (await import('./commands/app')).remove,
  },
  {
    name: 'task list',
    about: 'List the tasks',
    load: async () => (await import('./commands/inspect')).tasks,
  },
  {
    name: 'agent list',
    about: 'List the agents',
    load: async () => (await import('./commands/agents')).list,
  },
  {
    name: 'agent show',
    about: 'Show an agent, its resources and its tasks',
    load: async () => (await import('./commands/agents')).show,
  },
  {
    name: 'agent drain',
    about: 'Kill the tasks of an agent and give it no new ones',
    load: async () => (await import('./commands/operate')).drain,
  },
  {
    name: 'agent deactivate',
    about: 'Offer an agent to nobody',
    load: async () => (await import('./commands/operate')).deactivate,
  },
  {
    name: 'agent reactivate',
    about: 'Offer an agent again',
    load: async () => (await import('./commands/operate')).reactivate,
  },
  {
    name: 'agent gone',
    about: 'Give an agent up for good',
    load: async () => (await import('./commands/operate')).gone,
  },
  {
    name: 'framework list',
    about: 'List the frameworks',
    load: async () => (await import('./commands/frameworks')).list,
  },
  {
    name: 'framework show',
    about: 'Show a framework, its roles and tasks',
    load: async () => (await import('./commands/frameworks')).show,
  },
  {
    name: 'operation list',
    about: 'List operations on resources that are under way',
    load: async () => (await import('./commands/resources')).list,
  },
  {
    name: 'operation reserve',
    about: 'Reserve resources of an agent: AGENT "cpus(web):2;mem(web):512"',
    load: async () => (await import('./commands/resources')).reserve,
  },
  {
    name: 'operation unreserve',
    about: 'Give reserved resources of an agent back',
    load: async () => (await import('./commands/resources')).unreserve,
  },
  {
    name: 'operation create-volume',
    about: 'Make a persistent volume of reserved disk: AGENT ID --role=R --size=MB',
    load: async () => (await import('./commands/resources')).createVolume,
  },
  {
    name: 'operation destroy-volume',
    about: 'Destroy a persistent volume and what is on it',
    load: async () => (await import('./commands/resources')).destroyVolume,
  },
  {
    name: 'operation grow-volume',
    about: 'Make a persistent volume larger',
    load: async () => (await import('./commands/resources')).growVolume,
  },
  {
    name: 'operation shrink-volume',
    about: 'Make a persistent volume smaller',
    load: async () => (await import('./commands/resources')).shrinkVolume,
  },
  {
    name: 'framework teardown',
    about: 'Remove a framework and its tasks',
    load: async () => (await import('./commands/operate')).teardown,
  },
  {
    name: 'maintenance show',
    about: 'Show the machines that are planned to be away',
    load: async () => (await import('./commands/maintenance')).show,
  },
  {
    name: 'maintenance status',
    about: 'Show what frameworks answered about machines under maintenance',
    load: async () => (await import('./commands/maintenance')).status,
  },
  {
    name: 'maintenance schedule',
    about: 'Plan machines to be away; a machine is an agent, a host name, or HOSTNAME@IP',
    load: async () => (await import('./commands/maintenance')).schedule,
  },
  {
    name: 'maintenance down',
    about: 'Take planned machines down, with the agents on them',
    load: async () => (await import('./commands/maintenance')).down,
  },
  {
    name: 'maintenance up',
    about: 'End the maintenance of machines that are down',
    load: async () => (await import('./commands/maintenance')).up,
  },
  {
    name: 'role list',
    about: 'List the roles, what they have and their quotas',
    load: async () => (await import('./commands/roles')).list,
  },
  {
    name: 'role show',
    about: 'Show a role',
    load: async () => (await import('./commands/roles')).show,
  },
  {
    name: 'quota list',
    about: 'List the quotas',
    load: async () => (await import('./commands/roles')).quotas,
  },
  {
    name: 'quota set',
    about: 'Guarantee a role something, or limit it',
    load: async () => (await import('./commands/roles')).setQuota,
  },
  {
    name: 'quota remove',
    about: 'Take the quota of a role away',
    load: async () => (await import('./commands/roles')).removeQuota,
  },
  {
    name: 'weights list',
    about: 'List the weights of roles',
    load: async () => (await import('./commands/roles')).weights,
  },
  {
    name: 'weights set',
    about: 'Change the weights of roles',
    load: async () => (await import('./commands/roles')).setWeights,
  },
  {
    name: 'explain framework',
    about: 'Say why a framework gets no offers, agent by agent',
    load: async () => (await import('./commands/explain')).framework,
  },
  {
    name: 'explain role',
    about: 'Say why the frameworks of a role get no offers',
    load: async () => (await import('./commands/explain')).role,
  },
  {
    name: 'explain task',
    about: 'Say what became of a task, and why its framework gets no more',
    load: async () => (await import('./commands/explain')).task,
  },
  { name: 'master', about: 'Run a master', load: async () => (await import('./daemons/master')).master },
  {
    name: 'agent',
    about: 'Run an agent; stopping it ends its tasks',
    load: async () => (await import('./daemons/agent')).agent,
  },
  {
    name: 'executor',
    about: 'Run the built-in command executor; an agent starts it with MESOS_* variables',
    load: async () => (await import('./daemons/executor')).executor,
  },
  {
    name: 'marathon',
    about: 'Run Marathon',
    load: async () => (await import('./daemons/marathon')).marathon,
  },
  {
    name: 'dns',
    about: 'Serve the names of a cluster',
    load: async () => (await import('./daemons/dns')).dns,
  },
  {
    name: 'dns explain',
    about: 'Say where the answers for a name come from',
    load: async () => (await import('./commands/dns-explain')).dnsExplain,
  },
  {
    name: 'lb',
    about: 'Run HAProxy with a configuration that follows Marathon',
    load: async () => (await import('./daemons/lb')).lb,
  },
  {
    name: 'lb render',
    about: 'Print the configuration a list of apps would get',
    load: async () => (await import('./commands/lb-render')).lbRender,
  },
  {
    name: 'lb top',
    about: 'Show the traffic of each version of each app',
    load: async () => (await import('./commands/lb-top')).lbTop,
  },
  {
    name: 'lb labels',
    about: 'List the labels of apps and what they do',
    load: async () => (await import('./commands/lb-labels')).lbLabels,
  },
  {
    name: 'lb zdd',
    about: 'Replace an app by its next version without losing a request',
    load: async () => (await import('./commands/lb-zdd')).lbZdd,
  },
  {
    name: 'emulate agents',
    about: 'Many agents that run nothing, behind one socket',
    load: async () => (await import('./commands/emulate')).emulateAgents,
  },
  {
    name: 'replay',
    about: 'Run a recording again and compare the state it leads to',
    load: async () => (await import('./commands/replay')).replayCommand,
  },
  {
    name: 'state accept',
    about: 'Go on with what is left of a damaged store: FOLDER',
    load: async () => (await import('./commands/state')).accept,
  },
];

/** Runs a command line and returns the exit status: 0 done, 1 it did not work, 2 used wrongly. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let status = 0;
  const program = createProgram(terminal, (code) => {
    status = code;
  });
  try {
    await program.parseAsync(args as string[], { from: 'user' });
    return status;
  } catch (error) {
    return report(error, terminal);
  }
}

function createProgram(terminal: Terminal, done: (status: number) => void): Program {
  const program = named(new Program('meseta'), terminal)
    .description('A cluster of machines: services, their names, and the traffic to them')
    .version(MESETA_VERSION, '--version', 'print the version')
    .enablePositionalOptions();
  for (const row of COMMANDS) {
    const [first = '', second] = row.name.split(' ');
    const place = child(program, first, terminal);
    if (second === undefined) addCommand(place, row, terminal, done);
    else addCommand(child(place, second, terminal), row, terminal, done);
  }
  return program;
}

function named(program: Program, terminal: Terminal): Program {
  return program
    .exitOverride()
    .helpOption('--help', 'print this and stop')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: () => undefined });
}

/** What a word that only groups commands is about. */
const GROUPS: Readonly<Record<string, string>> = {
  app: 'Look after apps',
  task: 'Look after tasks',
  framework: 'Look after frameworks',
  operation: 'Reserve resources and make persistent volumes',
  maintenance: 'Plan machines to be away',
  state: 'Look after what components keep on disk',
  emulate: 'Make up parts of a cluster, to try others at size',
};

/** The command of this name below another; some words are a command and a group, such as `agent` and `agent list`. */
function child(parent: Program, name: string, terminal: Terminal): Program {
  const known = parent.commands.find((one) => one.name() === name);
  return known ?? named(parent.command(name), terminal).description(GROUPS[name] ?? '');
}

function addCommand(
  place: Program,
  row: CommandRow,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  place
    .description(row.about)
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .argument('[args...]')
    .action(async (args: string[]) => {
      const command = await row.load();
      done(await command(args, terminal, row));
    });
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return reportCommander(error, terminal);
  if (error instanceof UsageError || error instanceof StartError) {
    terminal.err(`meseta: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
  terminal.err(`meseta: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

function reportCommander(error: CommanderError, terminal: Terminal): number {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return 0;
  if (error.code === 'commander.help') terminal.err("meseta: which command? See 'meseta --help'.\n");
  else terminal.err(`meseta: ${error.message.replace(/^error: /, '')}\nSee 'meseta --help'.\n`);
  return 2;
}
