/**
 * The command line: finds the command, and turns errors into messages and an exit status.
 */

import { CommanderError, Command as Program } from 'commander';
import { UsageError } from '../cluster/runtime/config/flags';
import { StartError } from '../cluster/runtime/lifecycle';
import { MESETA_VERSION } from '../cluster/runtime/version';
import { type CommandRow, render, type Terminal } from './command';
import { COMMANDS, GROUPS } from './command-list';
import { completionOf } from './commands/completion';

const COMPLETION: CommandRow = {
  name: 'completion',
  about: 'Print a script that completes commands in a shell: bash, zsh or fish',
  load: async () => completionOf(COMMANDS),
};

/** Runs a command line and returns the exit status: 0 for success, 1 for a failure, 2 for wrong usage. */
export async function runCli(args: readonly string[], device: Terminal): Promise<number> {
  let status = 0;
  const terminal = harmless(device);
  const program = createProgram(terminal, (code) => {
    status = code;
  });
  try {
    await program.parseAsync(withoutHelpWord(args), { from: 'user' });
    return status;
  } catch (error) {
    return report(error, terminal);
  }
}

/** The arguments with `help app create` as `app create --help`. */
function withoutHelpWord(args: readonly string[]): string[] {
  return args[0] === 'help' ? [...args.slice(1), '--help'] : [...args];
}

/** A terminal that prints control characters of others as escapes: names and labels cannot move the cursor. */
function harmless(device: Terminal): Terminal {
  const out = (text: string): void => device.out(render(text));
  return { ...device, out, err: (text) => device.err(render(text)) };
}

function createProgram(terminal: Terminal, done: (status: number) => void): Program {
  const program = named(new Program('meseta'), terminal)
    .description('A cluster of machines: services, their names, and the traffic to them')
    .version(MESETA_VERSION, '--version', 'print the version')
    .enablePositionalOptions();
  for (const row of [...COMMANDS, COMPLETION]) {
    const place = row.name.split(' ').reduce((parent, name) => child(parent, name, terminal), program);
    addCommand(place, row, terminal, done);
  }
  return program;
}

function named(program: Program, terminal: Terminal): Program {
  return (
    program
      .exitOverride((error) => {
        throw isAnswer(error) ? error : new UsageError(faultOf(error, program));
      })
      .helpOption('-h, --help', 'print this and stop')
      .helpCommand(false)
      .showSuggestionAfterError()
      // The arguments are those of the command's own help.
      .configureHelp({ subcommandTerm: (command) => command.name() })
      .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: () => undefined })
  );
}

/** The command of this name below a parent. Some words are both a command and a group, such as `agent`. */
function child(parent: Program, name: string, terminal: Terminal): Program {
  const existing = parent.commands.find((command) => command.name() === name);
  return existing ?? named(parent.command(name), terminal).description(GROUPS[name] ?? '');
}

function addCommand(
  program: Program,
  row: CommandRow,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  // The command reads all of them: a '--' would be lost on the way.
  program.parseOptions = (args) => ({ operands: args, unknown: [] });
  program
    .description(row.about)
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .argument('[args...]')
    .action(async (args: string[]) => {
      const command = await row.load();
      done(await command(args, terminal, row));
      if (args.includes('--help') || args.includes('-h')) terminal.out(furtherCommands(row));
    });
}

/** The commands below another command, such as `dns explain` below `dns`. */
function furtherCommands({ name }: CommandRow): string {
  const below = COMMANDS.filter((row) => row.name.startsWith(`${name} `));
  if (below.length === 0) return '';
  const width = Math.max(...below.map((row) => row.name.length));
  return `\nCommands:\n${below.map((row) => `  ${row.name.padEnd(width)}  ${row.about}\n`).join('')}`;
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return 0;
  if (error instanceof UsageError || error instanceof StartError) {
    terminal.err(`meseta: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
  terminal.err(`meseta: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

/** True for the help and the version that were asked for. */
function isAnswer({ code }: CommanderError): boolean {
  return code === 'commander.helpDisplayed' || code === 'commander.version';
}

/** The fault in a command line, and the help of the words that were understood. */
function faultOf({ code, message }: CommanderError, program: Program): string {
  const fault = code === 'commander.help' ? 'which command?' : message.replace(/^error: /, '');
  return `${fault}\nSee '${wordsOf(program)} --help'.`;
}

/** The words that lead to a command: `meseta task files`. */
function wordsOf(program: Program): string {
  return program.parent === null ? program.name() : `${wordsOf(program.parent)} ${program.name()}`;
}
