/**
 * Tokens by which executors show who they are (Mesos 1.11 src/authentication/executor/jwt_secret_generator.cpp, and
 * verifyExecutorClaims in src/slave/http.cpp): signed with the key of `--jwt_secret_key`, with the ids of framework,
 * executor and container.
 */

import type { Principal } from '../../../model/principal';
import { readSecretFile } from '../../../runtime/auth/files';
import { signJwt } from '../../../runtime/auth/jwt';
import type { Logger } from '../../../runtime/log';
import type { AgentConfig } from '../../config';
import type { ExecutorClaims } from '../../core/connections/executor-api';
import type { ContainerSpec } from '../../core/state/container-spec';

const VARIABLE = 'MESOS_EXECUTOR_AUTHENTICATION_TOKEN';

/** Adds the token to the environment of an executor. Without a key there are none. */
export type AddToken = (spec: ContainerSpec) => ContainerSpec;

export function executorTokens(config: AgentConfig, log: Logger): AddToken {
  const path = config.jwt_secret_key;
  if (path === undefined) return (spec) => spec;
  const key = readSecretFile('--jwt_secret_key', path, log);
  return (spec) => ({ ...spec, environment: { ...spec.environment, [VARIABLE]: tokenOf(spec, key) } });
}

function tokenOf({ frameworkId, executorId, containerId }: ContainerSpec, key: Buffer): string {
  const claims: ExecutorClaims = { fid: frameworkId, eid: executorId, cid: containerId };
  return signJwt({ ...claims }, key);
}

/** The error in the claims of the sender of a call. */
export function claimsError(principal: Principal, { fid, eid, cid }: ExecutorClaims): string | undefined {
  const { claims = {} } = principal;
  const who = `Authenticated principal '${printPrincipal(principal)}' does not contain`;
  if (claims['fid'] !== fid)
    return `${who} an 'fid' claim with the framework ID ${fid}, which is set in the call`;
  if (claims['eid'] !== eid)
    return `${who} an 'eid' claim with the executor ID ${eid}, which is set in the call`;
  return claims['cid'] === cid ? undefined : `${who} a 'cid' claim with the correct active ContainerID`;
}

/** As stringify of the original prints one. */
function printPrincipal({ value, claims = {} }: Principal): string {
  const pairs = Object.entries(claims).map(([name, claim]) => `${name}: ${claim}`);
  const all = pairs.length > 0 ? `{ ${pairs.join(', ')} }` : undefined;
  return [value, all].filter((part) => part !== undefined).join(', ');
}
