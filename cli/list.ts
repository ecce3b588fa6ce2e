/**
 * List commands: a table for people or JSON for programs, printed once, or again after each change.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type FlagTable, toggle, type Values } from '../cluster/runtime/config/flags';
import { StartError } from '../cluster/runtime/lifecycle';
import { type Command, flagCommand, type Terminal } from './command';
import { printJson } from './print';

const WATCH_MS = 1000;

const listFlags = {
  json: toggle({ help: 'print JSON for programs', fallback: false }),
  watch: toggle({ help: 'print it again whenever it changes, until Ctrl-C', fallback: false }),
};

interface ListCommand<Table extends FlagTable, T> {
  readonly flags: Table;
  readonly positionals?: readonly string[];
  read(flags: Values<Table>, positionals: readonly string[]): Promise<T>;
  /** The text of `--json`; the list as it was read without it. */
  encode?(list: T): string;
  /** The text for people. */
  print(list: T): string;
  /** The exit status; 0 without it. */
  status?(list: T): number;
}

/** A command that prints a list; it has `--json` and `--watch` beside its own flags. */
export function listCommand<Table extends FlagTable, T>(list: ListCommand<Table, T>): Command {
  return flagCommand({
    flags: { ...list.flags, ...listFlags },
    ...(list.positionals && { positionals: list.positionals }),
    run: async ({ flags, positionals }, terminal) => {
      const { json, watch } = flags as Values<typeof listFlags>;
      const encode = list.encode ?? printJson;
      const read = (): Promise<T> => list.read(flags as Values<Table>, positionals);
      const render = (value: T): string => (json ? encode(value) : list.print(value));
      if (watch) return await printChanges(async () => render(await read()), terminal);
      const value = await read();
      terminal.out(render(value));
      return list.status?.(value) ?? 0;
    },
  });
}

/**
 * Prints until the end of the process or of its reader. A cluster that cannot be reached is printed like any other
 * change.
 */
async function printChanges(render: () => Promise<string>, terminal: Terminal): Promise<number> {
  for (let last: string | undefined; !terminal.isClosed?.(); await sleep(WATCH_MS)) {
    const text = await render().catch((error: unknown) => {
      if (error instanceof StartError) return `${error.message}\n`;
      throw error;
    });
    if (text === last) continue;
    if (terminal.clear) terminal.clear();
    else if (last !== undefined) terminal.out('\n');
    terminal.out(text);
    last = text;
  }
  return 0;
}
