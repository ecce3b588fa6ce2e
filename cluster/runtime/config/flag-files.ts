/**
 * Flag files of the original's packages: a folder with one file for each flag, as `/etc/chronos/conf`.
 *
 * A file is named as its flag and has its value; `?NAME` is a switch. They stand for variables of the environment.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errorText } from '../../model/error-text';
import { type FlagTable, UsageError, variablesOf } from './flags';

type Env = Readonly<Record<string, string | undefined>>;

interface CommandLine {
  readonly args: readonly string[];
  readonly env: Env;
  /** The prefix of variables, such as `CHRONOS_`. */
  readonly prefix: string;
}

/** The folder that a flag names, which is read before other flags. */
export function flagFolder(flag: string, { args, env, prefix }: CommandLine): string | undefined {
  const index = args.findLastIndex((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`));
  const arg = args[index];
  if (arg === undefined) return env[prefix + flag.toUpperCase()];
  return arg === `--${flag}` ? args[index + 1] : arg.slice(`--${flag}=`.length);
}

/** The files as variables. Hidden files and editors' copies are left out; a file that names no flag is an error. */
export function flagFiles(folder: string, table: FlagTable, prefix: string): Record<string, string> {
  const flagVariables = new Set(variablesOf(table));
  const variables: Record<string, string> = {};
  for (const file of filesBelow(folder)) {
    const name = basename(file);
    const isSwitch = name.startsWith('?');
    const variable = prefix + (isSwitch ? name.slice(1) : name).replace(/^no-/, 'disable_').toUpperCase();
    if (!flagVariables.has(variable))
      throw new UsageError(`${file} names no flag: --${name.replace(/^\?/, '')}`);
    variables[variable] = isSwitch ? '' : readText(file).trim();
  }
  return variables;
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.') && !name.endsWith('~'))
      .flatMap((entry) =>
        entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
      )
      .sort();
  } catch (error) {
    throw new UsageError(`${folder} cannot be read: ${errorText(error)}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${errorText(error)}`);
  }
}
