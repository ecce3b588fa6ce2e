/** The types of commands and their terminal; flags, help and styles of a command. */

import { randomBytes } from 'node:crypto';
import type { ReadStream, WriteStream } from 'node:tty';
import pc from 'picocolors';
import type { FlagTable, Parsed, ParseOptions } from '../cluster/runtime/config/flags';
import { parseFlags } from '../cluster/runtime/config/flags';
import { escapeControls } from '../cluster/runtime/escape-controls';
import { MESETA_VERSION } from '../cluster/runtime/version';

/** The streams of a terminal as they are, for commands that pass bytes on. */
export interface TerminalStreams {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly error: WriteStream;
}

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  err(text: string): void;
  /** True when the reader of the output has closed it. */
  isClosed?(): boolean;
  /** Clears the screen; undefined where the output is not a terminal. */
  clear?(): void;
  /** Undefined where there are none, such as in tests. */
  streams?(): TerminalStreams;
}

/** A command in the list: how it is called, and where its code is. */
export interface CommandRow {
  /** One word or more: `app list`. */
  readonly name: string;
  readonly about: string;
  /** Loads the code only when the command is used: most need a small part of the program. */
  load(): Promise<Command>;
}

/**
 * Runs a command to its end and returns the exit status. Throws StartError and UsageError for the caller to print.
 * The row says how the command was called.
 */
export interface Command {
  (args: readonly string[], terminal: Terminal, row: CommandRow): Promise<number>;
  /** Its flags and the names of its arguments, for completion. */
  readonly flags?: FlagTable;
  readonly positionals?: readonly string[];
}

export interface FlagCommand<Table extends FlagTable> {
  readonly flags: Table;
  readonly positionals?: readonly string[];
  /** True when all after the first positional argument is another command. */
  readonly passThrough?: boolean;
  run(parsed: Parsed<Table>, terminal: Terminal): Promise<number>;
}

/** A command whose flags come from a table; `--help` is answered from the same table. */
export function flagCommand<Table extends FlagTable>(definition: FlagCommand<Table>): Command {
  const run: Command = async (args, terminal, { name, about }) => {
    const options: ParseOptions = {
      command: `meseta ${name}`,
      about,
      args,
      env: terminal.env,
      positionals: definition.positionals ?? [],
      passThrough: definition.passThrough,
    };
    if ('version' in definition.flags && args.some((arg) => /^--version(=true)?$/.test(arg))) {
      terminal.out(`${MESETA_VERSION}\n`);
      return 0;
    }
    const parsed = parseFlags(definition.flags, options);
    if (parsed.help === undefined) return await definition.run(parsed, terminal);
    terminal.out(parsed.help);
    return 0;
  };
  return Object.assign(run, { flags: definition.flags, positionals: definition.positionals ?? [] });
}

/** A random word in the marks of our own styles, so that texts of others cannot contain such a mark. */
const SECRET = randomBytes(8).toString('hex');
const MARK = new RegExp(`<${SECRET}:(\\d+)>`);

const styled =
  (begin: number, end: number) =>
  (text: string): string =>
    pc.isColorSupported ? `<${SECRET}:${begin}>${text}<${SECRET}:${end}>` : text;

/** Styles of text on a terminal. */
export const style = {
  strong: styled(1, 22),
  faint: styled(2, 22),
  good: styled(32, 39),
  bad: styled(31, 39),
};

/** Text as a terminal gets it: styles of ours, and every control character of others as an escape. */
export function render(text: string): string {
  // A split by a group has the groups at odd places.
  const parts = text.split(MARK);
  return parts.map((part, index) => (index % 2 === 1 ? `\u001b[${part}m` : escapeControls(part))).join('');
}
