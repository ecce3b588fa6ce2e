/**
 * The plug-in point of secret stores: `--secret_resolver` names a module of JavaScript that resolves references.
 *
 * Always true: the words of a plugin are for the log of the agent alone, since they may quote a secret.
 */

import type { Secret } from '../../../api/generated/mesos';
import { errorText } from '../../../model/error-text';
import { StartError } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';
import { inTime, loadPlugin, type PluginContext } from '../../../runtime/plugins/load-plugin';
import type { SecretAsker } from './secret-asker';
import { SECRET_BYTES_MAX } from './secret-folder';
import { type ReferenceReader, resolverOf, type SecretResolver, secretResolver } from './secret-resolver';

export type { PluginContext, SecretAsker };

/** The plugin, for those who write one: a module exports a function of a `PluginContext` that returns it. */
export interface SecretStorePlugin {
  /** The secret of a name, and a key in it, for a container; undefined when there is none for it. */
  resolve(
    reference: Secret.Reference,
    asker: SecretAsker,
  ): Uint8Array | string | undefined | Promise<Uint8Array | string | undefined>;
}

/** Time that a store has for one secret. */
const RESOLVE_MS = 30_000;

export interface SecretFlags {
  readonly secrets_dir: string | undefined;
  readonly secrets_by_role: boolean;
  readonly secret_resolver: string | undefined;
  readonly secret_resolver_conf: string | undefined;
}

/** The resolver of the flags. Rejects with a StartError for a bad plugin, and for flags that contradict each other. */
export async function openSecrets(flags: SecretFlags, log: Logger): Promise<SecretResolver> {
  const { secrets_dir: folder, secrets_by_role: isByRole, secret_resolver: file } = flags;
  const conf = flags.secret_resolver_conf;
  if (isByRole && folder === undefined)
    throw new StartError('--secrets_by_role: it divides --secrets_dir, which is missing');
  if (conf !== undefined && file === undefined)
    throw new StartError('--secret_resolver_conf: it is for --secret_resolver, which is missing');
  if (file === undefined) return secretResolver({ folder, isByRole });
  if (folder !== undefined)
    throw new StartError(
      '--secret_resolver and --secrets_dir both resolve references: leave one of them out',
    );
  const place = { flag: '--secret_resolver', file, folder: process.cwd(), methods: ['resolve'] };
  const context = { configuration: readConfiguration(conf), log };
  return resolverOf(pluginReader(await loadPlugin<SecretStorePlugin>(place, context), log));
}

function readConfiguration(text: string | undefined): unknown {
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new StartError('--secret_resolver_conf is not JSON');
  }
}

function pluginReader(plugin: SecretStorePlugin, log: Logger): ReferenceReader {
  return async (reference, asker) => {
    const { name } = reference;
    let secret: unknown;
    try {
      secret = await inTime(plugin.resolve(reference, asker), RESOLVE_MS);
    } catch (error) {
      log.warn({ name, error: errorText(error) }, 'the plugin of --secret_resolver failed');
      throw new Error(
        `Secret '${name}' cannot be had: the log of the agent has the words of --secret_resolver`,
      );
    }
    if (secret === undefined) throw new Error(`Secret '${name}' is not there, or not for this container`);
    if (typeof secret !== 'string' && !(secret instanceof Uint8Array))
      throw new Error(`Secret '${name}' cannot be had: --secret_resolver returned neither text nor bytes`);
    const bytes = Buffer.from(secret as Uint8Array);
    if (bytes.length <= SECRET_BYTES_MAX) return bytes;
    throw new Error(`Secret '${name}' is larger than ${SECRET_BYTES_MAX} bytes`);
  };
}
