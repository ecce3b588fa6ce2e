/**
 * The master for the client commands: the flags that name it, its v0 pages and its v1 operator API.
 */

import { type Caller, callerFlags } from '../cluster/runtime/auth/caller';
import { text, toggle } from '../cluster/runtime/config/flags';
import { type Api, serverUrl, withApi } from './api';

export const masterFlags = {
  master: text({
    help: 'where the master is',
    fallback: 'http://127.0.0.1:5050',
    env: 'MESETA_MASTER',
    value: 'URL',
  }),
  ...callerFlags('the master', 'MESETA_MASTER'),
};

export const json = toggle({ help: 'print JSON for programs', fallback: false });

export interface MasterTarget extends Caller {
  readonly master: string;
}

/** Runs a function with a connection to the master. */
export function withMaster<T>(target: MasterTarget, run: (api: Api) => Promise<T>): Promise<T> {
  const { master, credentials, token, ca } = target;
  const url = serverUrl(master);
  return withApi({ url, what: 'The master', flag: '--master', credentials, token, ca }, run);
}

/** GET of a v0 page. */
export function readPage(target: MasterTarget, path: string): Promise<unknown> {
  return withMaster(target, (api) => api.json('GET', path));
}

/** A call of the v1 operator API. */
export function callMaster(target: MasterTarget, call: object): Promise<unknown> {
  return withMaster(target, (api) => api.json('POST', '/api/v1', call));
}
