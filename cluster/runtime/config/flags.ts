/**
 * Flag tables: one table per command gives parsing, environment variables, defaults, help and the reference
 * page.
 *
 * Order of precedence: command line, flag files, environment, default. Values `file://PATH` are read from disk where the
 * originals did so. Unknown flags are errors that suggest the nearest known one (commander does that).
 */

import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { Command, CommanderError, Option } from 'commander';
import { printBytes, readBytes } from '../../model/bytes';
import { errorText } from '../../model/error-text';
import { type Millis, printDuration, readDuration } from '../../model/time';
import { warnOpenSecret } from '../files/private';
import { hideUserinfo } from '../http/userinfo';
import { classHelp, isGrouped } from './class-help';
import { type FlagFile, flagFiles } from './flag-files';

/** Wrong use of a command: printed without a stack, exit status 2. */
export class UsageError extends Error {}

/**
 * A flag whose promise cannot be kept. The message has the reason and the way out, and does not repeat the
 * value.
 */
export class FlagRefusal extends Error {}

/** One flag. `read` turns text into a value or throws an Error that says what is expected. */
export interface Flag<T> {
  readonly help: string;
  /** The placeholder of the value in help; undefined for a switch. */
  readonly value: string | undefined;
  readonly fallback: T;
  /** The default in help, when it is not its own text. */
  readonly fallbackText?: string;
  readonly env?: string;
  /** A letter that stands for the name: `-z`. */
  readonly short?: string;
  /** An older name that still works, not shown in help. */
  readonly formerly?: string;
  /** The variable of the older name, or a second one. */
  readonly formerEnv?: string;
  readonly repeatable?: boolean;
  readonly required?: boolean;
  /** Never shown in `/flags`, logs or errors. */
  readonly secret?: boolean;
  /** Prints a value for `/flags`, when it is not its own text. */
  print?(value: T): string;
  /** The value is a path, and the file is not read. */
  readonly isPath?: boolean;
  /** The value is a folder of files that give other flags. */
  readonly isFlagFolder?: boolean;
  read(text: string, previous: T | undefined): T;
}

export type FlagTable = Readonly<Record<string, Flag<unknown>>>;
export type Values<Table extends FlagTable> = {
  readonly [K in keyof Table]: Table[K] extends Flag<infer T> ? T : never;
};

interface Common {
  readonly help: string;
  readonly env?: string;
  readonly value?: string;
  readonly secret?: boolean;
  readonly fallbackText?: string;
  readonly formerly?: string;
  readonly short?: string;
}

/** Text. Without a default the value may be undefined. */
export function text<D extends string | undefined = undefined>(
  options: Common & { fallback?: D },
): Flag<string | D> {
  return { value: 'TEXT', ...options, fallback: options.fallback as D, read: (value) => value };
}

/** Text that is required. */
export function requiredText(options: Common): Flag<string> {
  return { value: 'TEXT', ...options, fallback: '', required: true, read: (value) => value };
}

/** The path of a file, or `file://PATH`. The file is read by its user, and its contents are not shown. */
export function path(options: Common): Flag<string | undefined> {
  const read = (value: string): string => value.replace(/^file:\/\//, '');
  return { value: 'PATH', ...options, fallback: undefined, isPath: true, read };
}

/** A folder with one file for each flag, which is read after the command line and before the environment. */
export function flagFolder(options: Partial<Common> = {}): Flag<string | undefined> {
  const help =
    'folder of flag files: a file for each flag, with its value, as /etc/mesos-master or /etc/marathon/conf';
  return { ...path({ help, value: 'FOLDER', ...options }), isFlagFolder: true };
}

/** A text such as JSON that may also be in a file: `file://PATH`, or a path that begins with a slash. */
export function document(options: Common): Flag<string | undefined> {
  const read = (value: string): string => (value.startsWith('/') ? fromFile(`file://${value}`) : value);
  return { value: 'JSON|PATH', ...options, fallback: undefined, read };
}

/** One of a few words. */
export function choice<W extends string>(options: Common & { words: readonly W[]; fallback: W }): Flag<W> {
  const read = (value: string): W => {
    const word = options.words.find((candidate) => candidate === value);
    if (word === undefined) throw new Error(`expected one of ${options.words.join(', ')}`);
    return word;
  };
  return { value: options.words.join('|'), ...options, read };
}

/** A whole number within limits. Without a default the value may be undefined. */
export function integer<D extends number | undefined>(
  options: Common & { min: number; max: number; fallback: D },
): Flag<number | D> {
  const read = (value: string): number => {
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= options.min && number <= options.max))
      throw new Error(`expected a whole number from ${options.min} to ${options.max}`);
    return number;
  };
  return { value: 'N', ...options, read };
}

/** A part of a whole, from 0 to 1. */
export function fraction(options: Common & { fallback: number }): Flag<number> {
  const read = (value: string): number => {
    const number = /^\d*\.?\d+$/.test(value.trim()) ? Number(value) : Number.NaN;
    if (!(number >= 0 && number <= 1)) throw new Error('expected a number from 0.0 to 1.0');
    return number;
  };
  return { value: 'FRACTION', ...options, read };
}

/** A TCP or UDP port; 0 lets the system choose. */
export function port(options: Common & { fallback: number }): Flag<number> {
  return integer({ value: 'PORT', ...options, min: 0, max: 65535 });
}

/** A TCP port that others are told; undefined without the flag. */
export function optionalPort(help: string): Flag<number | undefined> {
  return integer({ help, value: 'PORT', min: 1, max: 65_535, fallback: undefined });
}

/** An IPv4 address: messages have the addresses of masters and agents as one number. */
export function ipv4(options: Common): Flag<string | undefined> {
  const read = (address: string): string => {
    if (!isIPv4(address)) throw new Error('expected an IPv4 address such as 10.0.0.1');
    return address;
  };
  return { value: 'IP', ...options, fallback: undefined, read };
}

/** Prints the version and stops. The command line handles it before anything else is read. */
export const versionFlag: Flag<boolean> = toggle({
  help: 'print the version and stop',
  fallback: false,
  // Images of Mesos set MESOS_VERSION to their version.
  env: '',
});

/** The limits of a duration, which is never negative. */
interface DurationLimits {
  readonly min?: Millis;
  readonly max?: Millis;
  /** Zero is not enough. */
  readonly positive?: boolean;
}

/** A duration such as `15secs`. Without a default the value may be undefined. */
export function duration<D extends Millis | undefined>(
  options: Common & DurationLimits & { fallback: D; fallbackText?: string },
): Flag<Millis | D> {
  const read = (value: string): Millis => {
    const ms = readDuration(value);
    if (ms === undefined || ms < 0)
      throw new Error('expected a duration such as 15secs, 500ms, 10mins or 2weeks');
    const wrong = limitError(ms, options);
    if (wrong) throw new Error(wrong);
    return ms;
  };
  const print = (value: Millis | D): string => (value === undefined ? '' : printDuration(value));
  return { value: 'DURATION', ...options, read, print };
}

function limitError(ms: Millis, { min, max, positive = false }: DurationLimits): string | undefined {
  if (positive && ms === 0) return 'expected a duration greater than zero';
  const least = min === undefined ? '' : printDuration(min);
  if (min !== undefined && max !== undefined && (ms < min || ms > max))
    return `expected a duration from ${least} to ${printDuration(max)}`;
  return min !== undefined && ms < min ? `expected a duration of at least ${least}` : undefined;
}

/** A number of bytes such as `2GB`. Without a default the value may be undefined. */
export function bytes<D extends number | undefined>(
  options: Common & { fallback: D; fallbackText?: string; min?: number },
): Flag<number | D> {
  const { min = 0 } = options;
  const read = (value: string): number => {
    const size = readBytes(value);
    if (size === undefined) throw new Error('expected a whole number of bytes such as 4096B, 64KB or 2GB');
    if (size < min) throw new Error(`expected at least ${printBytes(min)}`);
    return size;
  };
  const print = (value: number | D): string => (value === undefined ? '' : printBytes(value));
  return { value: 'BYTES', ...options, read, print };
}

/** On or off: `--name`, `--name=false`, `--no-name` or `--disable_name`. */
export function toggle(options: Common & { fallback: boolean }): Flag<boolean> {
  const read = (value: string): boolean => {
    if (value === 'true' || value === '1' || value === '') return true;
    if (value === 'false' || value === '0') return false;
    throw new Error('expected true or false');
  };
  return { ...options, value: undefined, read };
}

/** A flag that may be given several times. `check` throws an Error that says what is expected. */
export function list(
  options: Common & { fallback?: readonly string[]; check?: (value: string) => void },
): Flag<readonly string[]> {
  return {
    value: 'TEXT',
    ...options,
    fallback: options.fallback ?? [],
    repeatable: true,
    read: (value, previous) => {
      options.check?.(value);
      return [...(previous ?? []), value];
    },
  };
}

function fromFile(value: string): string {
  if (!value.startsWith('file://')) return value;
  try {
    return readFileSync(value.slice('file://'.length), 'utf8').trim();
  } catch (error) {
    throw new Error(`cannot read the file: ${errorText(error)}`);
  }
}

export interface ParseOptions {
  /** The command, such as `meseta master`. */
  readonly command: string;
  readonly about: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of positional arguments; `[name]` may be left out, and `[name...]` are all others. */
  readonly positionals?: readonly string[];
  /** True when all that follows the first positional argument belongs to another command, its flags included. */
  readonly passThrough?: boolean | undefined;
}

export interface Parsed<Table extends FlagTable> {
  readonly flags: Values<Table>;
  readonly positionals: readonly string[];
  /** The help, when `--help` is among the arguments: print it and stop. */
  readonly help?: string;
}

/** Parses a command line against a table. Throws UsageError with a text that names the flag and the fix. */
export function parseFlags<Table extends FlagTable>(table: Table, options: ParseOptions): Parsed<Table> {
  const values = new Map<string, unknown>();
  const command = describe(table, options);
  for (const [name, flag] of Object.entries(table)) {
    for (const called of namesOf(name, flag)) {
      command.on(`option:${called}`, (value: string | null) => accept(values, name, flag, value ?? ''));
      for (const off of offNames(called))
        command.on(`option:${off}`, () => accept(values, name, flag, 'false'));
    }
  }
  let help: string | undefined;
  try {
    const plain = options.positionals?.length ? plainSwitches(table, options) : [...options.args];
    const last = plain.findIndex((arg) => !arg.startsWith('-'));
    const ownFlags = options.passThrough && last >= 0 ? plain.slice(0, last) : plain;
    // `--help` wins over errors in other flags.
    const args = ownFlags.some((arg) => asksForHelp(table, arg)) ? ['--help'] : plain;
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code !== 'commander.helpDisplayed') throw usage(options, error.message.replace(/^error: /, ''));
    help = command.helpInformation() + classHelp(table);
  }
  if (help === undefined) {
    readFlagFiles(table, values, options);
    complete(table, values, options);
  }
  const flags = Object.fromEntries(values) as Values<Table>;
  return help === undefined ? { flags, positionals: command.args } : { flags, positionals: [], help };
}

/** `-h` asks for help where it is no flag of its own. */
function asksForHelp(table: FlagTable, arg: string): boolean {
  return arg === '--help' || (arg === '-h' && !hasShort(table, 'h'));
}

function hasShort(table: FlagTable, letter: string): boolean {
  return Object.values(table).some(({ short }) => short === letter);
}

function describe(table: FlagTable, options: ParseOptions): Command {
  const command = new Command(options.command)
    .description(options.about)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption(hasShort(table, 'h') ? '--help' : '-h, --help', 'print this and stop')
    .passThroughOptions(options.passThrough ?? false);
  for (const name of options.positionals ?? []) command.argument(name.startsWith('[') ? name : `<${name}>`);
  for (const [name, flag] of Object.entries(table)) {
    for (const called of namesOf(name, flag)) {
      const option = new Option(
        shortOf(called === name ? flag : {}) + flagSyntax(called, flag),
        flagHelp(flag),
      );
      command.addOption(called === name && !isGrouped(flag) ? option : option.hideHelp());
      if (flag.value !== undefined) continue;
      for (const off of offNames(called)) command.addOption(new Option(`--${off}`).hideHelp());
    }
  }
  return command;
}

/**
 * The arguments with switches that take no other word for their value: in `-f NAME` the name is another argument, and `-it`
 * are two switches.
 */
function plainSwitches(table: FlagTable, { args, passThrough = false }: ParseOptions): string[] {
  const plain: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const isLast = arg === '--' || (passThrough && !arg.startsWith('-'));
    const switches = switchesOf(table, arg);
    const takesNext = rest[0] === 'true' || rest[0] === 'false';
    plain.push(...(switches ?? [arg]));
    if (isLast) return [...plain, ...rest];
    if (switches?.length === 1) plain.push(`${plain.pop()}=${takesNext ? rest.shift() : 'true'}`);
    else if (takesValue(table, arg)) plain.push(...rest.splice(0, 1));
  }
  return plain;
}

/** The switches that an argument is, each as its long form; undefined when it is none. */
function switchesOf(table: FlagTable, arg: string): string[] | undefined {
  const toggles = Object.entries(table).filter(([, { value }]) => value === undefined);
  const long = toggles.flatMap(([name, flag]) => namesOf(name, flag)).find((name) => arg === `--${name}`);
  if (long !== undefined) return [arg];
  if (!/^-[a-zA-Z]+$/.test(arg)) return undefined;
  const names = [...arg.slice(1)].map((letter) => toggles.find(([, { short }]) => short === letter)?.[0]);
  if (!names.every((name) => name !== undefined)) return undefined;
  return names.length === 1 ? names.map((name) => `--${name}`) : names.map((name) => `--${name}=true`);
}

/** True for a flag whose value is the next argument. */
function takesValue(table: FlagTable, arg: string): boolean {
  const flags = Object.entries(table).filter(([, { value }]) => value !== undefined);
  return flags.some(
    ([name, flag]) => namesOf(name, flag).some((called) => arg === `--${called}`) || arg === `-${flag.short}`,
  );
}

/** The names of a flag, the current one first. */
function namesOf(name: string, { formerly }: Flag<unknown>): string[] {
  return formerly === undefined ? [name] : [name, formerly];
}

/** The options that turn a switch off, in Mesos' manner and in Marathon's. */
function offNames(name: string): string[] {
  return [`no-${name}`, `disable_${name}`];
}

function shortOf({ short }: Pick<Flag<unknown>, 'short'>): string {
  return short === undefined ? '' : `-${short}, `;
}

function flagSyntax(name: string, flag: Flag<unknown>): string {
  return flag.value === undefined ? `--${name} [true|false]` : `--${name} <${flag.value}>`;
}

function flagHelp(flag: Flag<unknown>): string {
  const shown = flag.fallbackText ?? printDefault(flag.fallback);
  const parts = [flag.required ? 'required' : shown && `default ${shown}`, flag.env && `env ${flag.env}`];
  const extra = parts.filter(Boolean).join(', ');
  return extra ? `${flag.help} (${extra})` : flag.help;
}

/** The default of a flag as text. */
export function printDefault(value: unknown): string {
  if (value === undefined || value === '') return '';
  return Array.isArray(value) ? value.join(' ') : String(value);
}

/** Reads a value; `variable` is the environment variable that has it, if any. */
function accept(
  values: Map<string, unknown>,
  name: string,
  flag: Flag<unknown>,
  raw: string,
  variable?: string,
): void {
  try {
    const value = flag.isPath ? raw : fromFile(raw);
    if (flag.secret && value !== raw) warnOpenSecret(`--${name}`, raw.slice('file://'.length));
    values.set(name, flag.read(value, flag.repeatable ? values.get(name) : undefined));
  } catch (error) {
    const source = variable === undefined ? `--${name}` : `${variable} (--${name})`;
    const message = errorText(error);
    if (error instanceof FlagRefusal) throw new UsageError(`${source} cannot be used: ${message}`);
    const shown = flag.secret ? 'the value' : JSON.stringify(hideUserinfo(raw));
    throw new UsageError(`${source}: ${shown} cannot be used: ${message}`);
  }
}

/** The variable that sets a flag, and its text. */
function variableOf(
  name: string,
  flag: Flag<unknown>,
  env: ParseOptions['env'],
): { variable: string; text: string } | undefined {
  for (const variable of [flag.env, flag.formerEnv]) {
    const text = variable === undefined ? undefined : env[variable];
    if (variable !== undefined && text !== undefined) return { variable, text };
  }
  const off = flag.value === undefined ? offVariable(name, flag) : undefined;
  // Marathon takes MARATHON_DISABLE_HA= for --disable_ha.
  return off !== undefined && env[off] !== undefined ? { variable: off, text: 'false' } : undefined;
}

/** The variable that turns a switch off: `MARATHON_DISABLE_HA` for `ha`. */
function offVariable(name: string, { env }: Flag<unknown>): string | undefined {
  const ending = name.toUpperCase();
  return env?.endsWith(ending) ? `${env.slice(0, -ending.length)}DISABLE_${ending}` : undefined;
}

/** Every variable that a table reads. */
export function variablesOf(table: FlagTable): string[] {
  return Object.entries(table).flatMap(([name, flag]) => {
    const off = flag.value === undefined ? offVariable(name, flag) : undefined;
    return [flag.env, flag.formerEnv, off].flatMap((variable) => (variable ? [variable] : []));
  });
}

/** Takes the flags of the files in a flag folder, as far as the command line does not have them. */
function readFlagFiles(table: FlagTable, values: Map<string, unknown>, options: ParseOptions): void {
  const onCommandLine = new Set(values.keys());
  for (const { file, name: called, text } of filesOf(table, values, options)) {
    const row = flagCalled(table, called);
    if (row === undefined) throw usage(options, `${file} names no flag: --${called}`);
    const { name, flag, isOff } = row;
    if (flag.isFlagFolder) throw usage(options, `${file}: --${called} belongs on the command line`);
    if (onCommandLine.has(name)) continue;
    const texts = flag.repeatable ? text.split('\n') : [isOff ? 'false' : text];
    for (const line of texts) accept(values, name, flag, line, file);
  }
}

function filesOf(table: FlagTable, values: Map<string, unknown>, options: ParseOptions): FlagFile[] {
  for (const [name, flag] of Object.entries(table)) {
    const folder = values.get(name) ?? variableOf(name, flag, options.env)?.text;
    if (!flag.isFlagFolder || typeof folder !== 'string') continue;
    try {
      return flagFiles(folder, LISTS);
    } catch (error) {
      throw usage(options, errorText(error));
    }
  }
  return [];
}

/** Flags that may be folders among the files (mesos-init-wrapper). */
const LISTS = ['attributes', 'resources'];

/** The flag of this name, or that this name turns off. */
function flagCalled(
  table: FlagTable,
  called: string,
): { name: string; flag: Flag<unknown>; isOff: boolean } | undefined {
  for (const [name, flag] of Object.entries(table)) {
    const names = namesOf(name, flag);
    const isOff = flag.value === undefined && names.flatMap(offNames).includes(called);
    if (isOff || names.includes(called)) return { name, flag, isOff };
  }
  return undefined;
}

function complete(table: FlagTable, values: Map<string, unknown>, options: ParseOptions): void {
  for (const [name, flag] of Object.entries(table)) {
    const source = values.has(name) ? undefined : variableOf(name, flag, options.env);
    if (source !== undefined) accept(values, name, flag, source.text, source.variable);
    if (values.has(name)) continue;
    if (flag.required) throw usage(options, `--${name} is missing: ${flag.help}`);
    values.set(name, flag.fallback);
  }
}

function usage(options: ParseOptions, text: string): UsageError {
  return new UsageError(`${text}\nSee '${options.command} --help'.`);
}

/** Gives each flag of a table its environment variable: the prefix and the name in capitals. */
export function withEnvironment<T extends FlagTable>(prefix: string, table: T): T {
  const entries = Object.entries(table).map(([name, flag]) => [
    name,
    {
      ...flag,
      env: flag.env ?? prefix + name.toUpperCase(),
      ...(flag.formerly !== undefined && { formerEnv: prefix + flag.formerly.toUpperCase() }),
    },
  ]);
  return Object.fromEntries(entries) as T;
}
