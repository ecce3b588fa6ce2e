/**
 * The command line. A new command is a row in COMMANDS.
 */

import { CommanderError, Command as Program } from 'commander';
import { UsageError } from '../cluster/runtime/config/flags';
import { StartError } from '../cluster/runtime/lifecycle';
import { MESETA_VERSION } from '../cluster/runtime/version';
import type { Command, Terminal } from './command';
import { appCommands } from './commands/app';
import { daemonCommands } from './commands/daemons';
import { demoCommand } from './commands/demo';
import { inspectCommands } from './commands/inspect';
import { replayCommand } from './commands/replay';
import { upCommand } from './commands/up';

export const COMMANDS: readonly Command[] = [
  upCommand,
  demoCommand,
  ...appCommands,
  ...inspectCommands,
  ...daemonCommands,
  replayCommand,
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
  for (const command of COMMANDS) {
    const [first = '', second] = command.name.split(' ');
    const place = child(program, first, terminal);
    if (second === undefined) addCommand(place, command, terminal, done);
    else addCommand(child(place, second, terminal), command, terminal, done);
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

/** The command of this name below another; some words are a command and a group, such as `agent` and `agent list`. */
function child(parent: Program, name: string, terminal: Terminal): Program {
  const known = parent.commands.find((one) => one.name() === name);
  return known ?? named(parent.command(name), terminal).description(`Look after ${name}s`);
}

function addCommand(
  place: Program,
  command: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  place
    .description(command.about)
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .argument('[args...]')
    .action(async (args: string[]) => done(await command.run(args, terminal)));
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
