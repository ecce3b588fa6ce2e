/**
 * The isolator `environment_secret`: variables of type SECRET have the value of their secret (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/environment_secret.cpp). It is on always, for sessions, too.
 *
 * The values are in no spec and no checkpoint: whoever restarts the agent finds them in `environment.json` of the run folder
 * alone, which is for the agent's user.
 */

import { commandInfoError } from '../../../model/command-errors';
import { errorText } from '../../../model/error-text';
import type { ContainerSpec } from '../../core/state/container-spec';
import { askerOf, type SecretAsker } from '../secrets/secret-asker';
import type { SecretResolver } from '../secrets/secret-resolver';
import { type SecretVariable, secretVariables, variableText } from '../secrets/secret-variables';
import type { IsolatorContext } from './context';
import type { Changes, Isolator } from './isolator';

export function environmentSecret({ secrets }: Pick<IsolatorContext, 'secrets'>): Isolator {
  return {
    name: 'environment_secret',
    needsRuntime: false,
    isOfSessions: true,
    refusal: variableError,
    prepare: async (run): Promise<Changes> => {
      const variables = secretVariables(run.spec.command);
      if (variables.length === 0) return {};
      const asker = askerOf(run);
      const entries = await Promise.all(variables.map((variable) => resolve(variable, asker, secrets)));
      return { environment: Object.fromEntries(entries) };
    },
  };
}

function variableError({ command }: ContainerSpec): string | undefined {
  const error = commandInfoError(command);
  return error === undefined ? undefined : `Invalid environment specified: ${error}`;
}

async function resolve(
  { name, secret }: SecretVariable,
  asker: SecretAsker,
  secrets: SecretResolver,
): Promise<readonly [name: string, value: string]> {
  const bytes = await secrets.resolve(secret, asker).catch((error: unknown) => {
    throw new Error(
      `Failed to resolve the secret of the environment variable '${name}': ${errorText(error)}`,
    );
  });
  return [name, variableText(name, bytes)];
}
