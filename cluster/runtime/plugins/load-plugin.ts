/**
 * Plugins: modules of the operator's that a daemon loads at its start.
 *
 * A module has one function, its default export or the module itself, which gets the configuration and makes the plugin.
 * Always true: a module that is not there, cannot be loaded or makes no such plugin stops the start with the reason.
 */

import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { errorText } from '../../model/error-text';
import { StartError } from '../lifecycle';
import type { Logger } from '../log';

/** A module in flags or in a descriptor. */
export interface PluginPlace {
  /** The flag, for messages. */
  readonly flag: string;
  /** The path of the module, from `folder` on. */
  readonly file: string;
  readonly folder: string;
  /** Functions that the plugin must have. */
  readonly methods: readonly string[];
}

/** The argument of the function of a module. */
export interface PluginContext {
  /** JSON that the operator wrote for the plugin. */
  readonly configuration: unknown;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

const MODULE = /\.(js|cjs|mjs)$/;
const OF_OTHERS = 0o002;

/** Loads a module and makes its plugin. Fails with a StartError. */
export async function loadPlugin<Plugin>(place: PluginPlace, context: PluginContext): Promise<Plugin> {
  const { flag, file, folder, methods } = place;
  const path = isAbsolute(file) ? file : resolve(folder, file);
  const fail = (reason: string): never => {
    throw new StartError(`${flag}: the plugin ${path} ${reason}`);
  };
  if (!MODULE.test(file))
    throw new StartError(
      `${flag}: "${file}" is no file of JavaScript: plugins are modules (.js, .cjs, .mjs), and Java classes cannot be loaded`,
    );
  checkFile(path, fail);
  const create = moduleFunction(path, fail);
  let plugin: unknown;
  try {
    plugin = await create(context);
  } catch (error) {
    fail(`fails at its start: ${errorText(error)}`);
  }
  const missing = methods.filter((name) => !isFunction((plugin as Record<string, unknown> | null)?.[name]));
  if (missing.length > 0) fail(`has no function ${missing.join(', ')}`);
  return plugin as Plugin;
}

function checkFile(path: string, fail: (reason: string) => never): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) fail('is not there');
  else if ((stats.mode & OF_OTHERS) !== 0)
    fail('can be changed by others on this machine, and so this daemon: chmod o-w it');
}

type Create = (context: PluginContext) => unknown;

/** The function of a module; `require` takes modules of both kinds. */
function moduleFunction(path: string, fail: (reason: string) => never): Create {
  let module: unknown;
  try {
    module = createRequire(path)(path);
  } catch (error) {
    return fail(`cannot be loaded: ${errorText(error)}`);
  }
  const exported = (module as { readonly default?: unknown } | null)?.default ?? module;
  return isFunction(exported) ? exported : fail('exports no function that makes it');
}

/** The answer of a plugin; an Error when there is none in time. */
export async function inTime<T>(answer: T | Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isFunction(value: unknown): value is Create {
  return typeof value === 'function';
}
