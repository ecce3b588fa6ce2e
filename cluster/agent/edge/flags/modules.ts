/**
 * The flags `--modules` and `--modules_dir`: modules of the original that are built in here, by their names, with their
 * parameters. Other modules are C++ libraries, which cannot be loaded.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import { document, type Flag, FlagRefusal, text } from '../../../runtime/config/flags';
import { StartError } from '../../../runtime/lifecycle';

export const LOGROTATE_LOGGER = 'org_apache_mesos_LogrotateContainerLogger';
export const FIXED_ESTIMATOR = 'org_apache_mesos_FixedResourceEstimator';
export const LOAD_CONTROLLER = 'org_apache_mesos_LoadQoSController';

const BUILT_IN = [LOGROTATE_LOGGER, FIXED_ESTIMATOR, LOAD_CONTROLLER];

/** The parameters of modules by the name of the module. */
export type Modules = ReadonlyMap<string, readonly ModuleParameter[]>;
export type ModuleParameter = readonly [key: string, value: string];

/** A flag whose only value is the name of a module that is built in. */
export function builtIn(name: string, help: string): Flag<string | undefined> {
  const read = (value: string): string | undefined => {
    if (value === '' || value === name) return value || undefined;
    throw new FlagRefusal(
      `other modules are C++ libraries, which cannot be loaded; give ${name} or leave it out`,
    );
  };
  return { ...text({ help: `${help}: ${name}, with parameters in --modules`, value: 'NAME' }), read };
}

/** The flags of modules. */
export const modulesFlags = {
  modules: checked(
    document({
      help: `parameters of modules that are built in, in the original's JSON: ${BUILT_IN.join(', ')}`,
    }),
  ),
  modules_dir: text({ help: 'folder of such JSON files, instead of --modules', value: 'PATH' }),
};

function checked(flag: Flag<string | undefined>): Flag<string | undefined> {
  return {
    ...flag,
    read: (value, previous) => {
      const json = flag.read(value, previous);
      readModules(json ?? '');
      return json;
    },
  };
}

/** The modules of both flags. Throws a StartError for what cannot be read. */
export function modulesOf(config: {
  readonly modules: string | undefined;
  readonly modules_dir: string | undefined;
}): Modules {
  if (config.modules_dir === undefined) return readModules(config.modules ?? '');
  if (config.modules !== undefined) throw new StartError('give --modules or --modules_dir, not both');
  try {
    return readModulesFolder(config.modules_dir);
  } catch (error) {
    throw new StartError(`--modules_dir: ${errorText(error)}`);
  }
}

/** Reads the JSON of `--modules`. Throws a FlagRefusal for a module that is not built in. */
export function readModules(text: string): Modules {
  const modules = new Map<string, readonly ModuleParameter[]>();
  if (text.trim() === '') return modules;
  for (const library of membersOf(parse(text), 'libraries')) {
    for (const module of membersOf(library, 'modules')) {
      const name = textOf(module, 'name');
      if (!BUILT_IN.includes(name)) throw new FlagRefusal(refusal(name));
      if (modules.has(name)) throw new FlagRefusal(`the module ${name} is there twice`);
      const parameters = membersOf(module, 'parameters');
      modules.set(
        name,
        parameters.map((parameter) => [textOf(parameter, 'key'), textOf(parameter, 'value')] as const),
      );
    }
  }
  return modules;
}

function refusal(name: string): string {
  return `the module ${JSON.stringify(name)} cannot be loaded: modules are C++ libraries; leave it out. Built in are ${BUILT_IN.join(', ')}`;
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw new FlagRefusal(`the JSON of modules cannot be read: ${errorText(error)}`);
  }
  throw new FlagRefusal('expected a JSON object with "libraries"');
}

/** The objects in a list of the JSON; none without the list. */
function membersOf(value: object, name: string): readonly object[] {
  const list: unknown = (value as Readonly<Record<string, unknown>>)[name] ?? [];
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw new FlagRefusal(`"${name}" must be a JSON array of objects`);
}

function textOf(value: object, name: string): string {
  const text: unknown = (value as Readonly<Record<string, unknown>>)[name];
  if (typeof text === 'string') return text;
  throw new FlagRefusal(`"${name}" must be a text`);
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Reads all files of `--modules_dir`, in the order of their names. */
export function readModulesFolder(folder: string): Modules {
  const modules = new Map<string, readonly ModuleParameter[]>();
  for (const name of readdirSync(folder).sort()) {
    for (const [module, parameters] of readModules(readFileSync(join(folder, name), 'utf8')))
      modules.set(module, parameters);
  }
  return modules;
}
