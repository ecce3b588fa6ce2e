/**
 * The port of secret resolvers, and the resolver of an agent: values are resolved as they are, references from the folder of
 * `--secrets_dir` (Mesos 1.11 src/secret/resolver.cpp, whose default resolver refuses references).
 *
 * Always true: no text of an error has a part of a secret.
 */

import type { Secret } from '../../../api/generated/mesos';
import { secretError } from '../../../model/command-errors';
import type { SecretAsker } from './secret-asker';
import { readSecret } from './secret-folder';

/** The source of secrets. A store of another kind is another implementation. */
export interface SecretResolver {
  /** The bytes of a secret for a container. Rejects with the reason why there are none. */
  resolve(secret: Secret, asker: SecretAsker): Promise<Buffer>;
}

/** The source of the secrets that references name. */
export type ReferenceReader = (reference: Secret.Reference, asker: SecretAsker) => Promise<Buffer>;

export interface SecretFolder {
  /** `--secrets_dir`. */
  readonly folder?: string | undefined;
  /** `--secrets_by_role`. */
  readonly isByRole?: boolean;
}

/** A resolver whose references are read in this way. */
export function resolverOf(read: ReferenceReader): SecretResolver {
  return {
    async resolve(secret, asker) {
      const error = secretError(secret);
      if (error !== undefined) throw new Error(error);
      const { reference, value } = secret;
      if (reference) return await read(reference, asker);
      if (!value) throw new Error('Secret has no value');
      return Buffer.from(value.data, 'base64');
    },
  };
}

/** The resolver by `--secrets_dir`. */
export function secretResolver({ folder, isByRole }: SecretFolder): SecretResolver {
  return resolverOf(async (reference, { role }) => {
    const { name } = reference;
    if (folder === undefined)
      throw new Error(
        `Default secret resolver cannot resolve references: '${name}' needs --secrets_dir, which this agent does not have`,
      );
    if (!isByRole) return await readSecret(folder, reference);
    if (role === undefined) throw new Error(`Secret '${name}' is for a role, and the container has none`);
    return await readSecret(folder, reference, roleFolder(role));
  });
}

/** The folder of a role. Its name is one segment, so that no role is inside of another: `eng/web` is in `eng%2Fweb`. */
export function roleFolder(role: string): string {
  if (/^\.{0,2}$/.test(role)) throw new Error(`'${role}' is not the name of a role`);
  return encodeURIComponent(role);
}
