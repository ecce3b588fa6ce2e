/**
 * Access to a framework's REST door: those who name senders, and the authorizer, from flags and plugins.
 *
 * Always true: there is one authorizer at most, and none where senders are not known.
 */

import type { Authenticator } from '../../../../cluster/runtime/auth/authenticator';
import { readCredentialsFile } from '../../../../cluster/runtime/auth/files';
import { bearerOf } from '../../../../cluster/runtime/auth/flags';
import type { Clock } from '../../../../cluster/runtime/clock';
import { StartError } from '../../../../cluster/runtime/lifecycle';
import type { Logger } from '../../../../cluster/runtime/log';
import { loadPlugin } from '../../../../cluster/runtime/plugins/load-plugin';
import type { AccessSettings, HttpSettings } from '../http-flags';
import { readAclsFlag } from './acls';
import { pluginAuthenticator, pluginAuthorizer, type SenderAuthenticator } from './adapt-plugins';
import type { Authorizer } from './authorizer';
import { type PluginEntry, type PluginPoint, readDescriptor } from './descriptor';
import type { AuthenticatorPlugin, AuthorizerPlugin } from './plugin';

export interface DoorAccess {
  readonly credentials: HttpSettings['credentials'];
  readonly users: ReadonlyMap<string, string> | undefined;
  readonly bearer: Authenticator | undefined;
  readonly authenticator: SenderAuthenticator | undefined;
  readonly authorizer: Authorizer | undefined;
  /** The plugins that are loaded, as `/v2/plugins` tells of them. */
  readonly plugins: readonly PluginEntry[];
}

interface Context {
  readonly clock: Clock;
  readonly log: Logger;
}

const METHODS: Readonly<Record<PluginPoint, readonly string[]>> = {
  authenticator: ['authenticate'],
  authorizer: ['isAuthorized'],
};

/** Reads files and loads plugins. Fails with a StartError when one is bad, or when flags contradict each other. */
export async function openAccess(
  settings: HttpSettings & AccessSettings,
  context: Context,
): Promise<DoorAccess> {
  const { credentials, usersFile, bearer, pluginConf } = settings;
  const plugins = pluginConf === undefined ? [] : readDescriptor(pluginConf);
  const ways = {
    credentials,
    users: usersOf(usersFile, context.log),
    bearer: bearer && bearerOf(bearer, context),
    authenticator: await openAuthenticator(settings, plugins, context.log),
  };
  const authorizer = await openAuthorizer(settings, plugins, context.log);
  const isKnown = Object.values(ways).some((way) => way !== undefined);
  if (authorizer && !isKnown)
    throw new StartError(
      '--acls and authorizers need senders that are known: set --http_credentials_file, --http_tokens, ' +
        '--http_jwt_key or --http_credentials, or name an authenticator in --plugin_conf',
    );
  return { ...ways, authorizer, plugins };
}

/** The users of `--http_credentials_file`. */
export function usersOf(file: string | undefined, log: Logger): ReadonlyMap<string, string> | undefined {
  return file === undefined ? undefined : readCredentialsFile('--http_credentials_file', file, log);
}

async function openAuthenticator(
  settings: AccessSettings,
  plugins: readonly PluginEntry[],
  log: Logger,
): Promise<SenderAuthenticator | undefined> {
  const plugin = await load<AuthenticatorPlugin>('authenticator', settings, plugins, log);
  return plugin && pluginAuthenticator(plugin, log);
}

async function openAuthorizer(
  settings: AccessSettings,
  plugins: readonly PluginEntry[],
  log: Logger,
): Promise<Authorizer | undefined> {
  const acls = readAclsFlag(settings.acls);
  const plugin = await load<AuthorizerPlugin>('authorizer', settings, plugins, log);
  if (plugin && acls)
    throw new StartError('--acls and an authorizer of --plugin_conf both decide: leave one of them out');
  return plugin ? pluginAuthorizer(plugin, log) : acls;
}

async function load<Plugin>(
  point: PluginPoint,
  { pluginDir = '.' }: AccessSettings,
  plugins: readonly PluginEntry[],
  log: Logger,
): Promise<Plugin | undefined> {
  const entry = plugins.find((candidate) => candidate.point === point);
  if (!entry) return undefined;
  const { id, implementation: file, configuration = {} } = entry;
  const place = { flag: '--plugin_conf', file, folder: pluginDir, methods: METHODS[point] };
  const plugin = await loadPlugin<Plugin>(place, { configuration, log });
  log.info({ plugin: id, file }, `the ${point} is a plugin`);
  return plugin;
}
