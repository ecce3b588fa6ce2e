/** The error of a command for an ensemble that does not answer, or refuses: with its servers, and the flags to look at. */

import { StartError } from '../../runtime/lifecycle';
import type { ZkUrl } from '../core/url';
import type { ZkError } from './client';

/** The codes of calls that no server has answered. */
const UNANSWERED = ['TIMEOUT', 'CLOSED', 'CONNECTION_LOSS', 'OPERATION_TIMEOUT', 'SESSION_EXPIRED'];
/** The codes of credentials that are not accepted, or may not do this. */
const UNAUTHORIZED = ['NO_AUTH', 'AUTH_FAILED'];

/** The flags with the address and with the credentials of the ensemble. */
export interface EnsembleFlags {
  readonly address: string;
  readonly auth: string;
}

/** The error for the operator. */
export function ensembleRefusal(
  { servers }: ZkUrl,
  { code, message }: ZkError,
  flags: EnsembleFlags,
): StartError {
  const ensemble = `ZooKeeper at ${servers.map(({ host, port }) => `${host}:${port}`).join(', ')}`;
  if (UNANSWERED.includes(code))
    return new StartError(`${ensemble} gave no answer (${message}): see ${flags.address}`);
  const advice = UNAUTHORIZED.includes(code) ? `: see ${flags.auth}` : '';
  return new StartError(`${ensemble} refused (${message})${advice}`);
}
