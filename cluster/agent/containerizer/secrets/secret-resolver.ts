/**
 * The port of secret resolvers, and the resolver of an agent: values are resolved as they are, references from the folder of
 * `--secrets_dir` (Mesos 1.11 src/secret/resolver.cpp, whose default resolver refuses references).
 *
 * Always true: no text of an error has a part of a secret.
 */

import type { Secret } from '../../../api/generated/mesos';
import { secretError } from '../../../model/command-errors';
import { readSecret } from './secret-folder';

/** The source of secrets. A store of another kind is another implementation. */
export interface SecretResolver {
  /** The bytes of a secret. Rejects with the reason why there are none. */
  resolve(secret: Secret): Promise<Buffer>;
}

/** The resolver by `--secrets_dir`. */
export function secretResolver(folder: string | undefined): SecretResolver {
  return {
    async resolve(secret) {
      const error = secretError(secret);
      if (error !== undefined) throw new Error(error);
      const { reference, value } = secret;
      if (reference) return await ofFolder(folder, reference);
      if (!value) throw new Error('Secret has no value');
      return Buffer.from(value.data, 'base64');
    },
  };
}

async function ofFolder(folder: string | undefined, reference: Secret.Reference): Promise<Buffer> {
  if (folder === undefined)
    throw new Error(
      `Default secret resolver cannot resolve references: '${reference.name}' needs --secrets_dir, which this agent does not have`,
    );
  return await readSecret(folder, reference);
}
