/**
 * Builds the two map files: host name to backend, and app id to backend.
 *
 * HAProxy reads them with `--haproxy-map`; `/_haproxy_getvhostmap` and `/_haproxy_getappmap` always show them.
 */

import type { Model } from '../model/model';

/** Lines `key backend`; the first line of a key counts. */
export interface Maps {
  readonly hosts: string;
  readonly apps: string;
}

export const HOST_MAP = 'domain2backend.map';
export const APP_MAP = 'app2backend.map';

/** Builds both maps. Without map files they have the plain rules: host names without path and credentials. */
export function buildMaps(model: Model): Maps {
  return { hosts: vhostMap(model), apps: appIdMap(model) };
}

/** Lines `host backend`, in the order of the services. */
export function vhostMap({ httpIn, httpsIn, backends, mapFolder }: Model): string {
  const place = new Map(backends.map(({ name }, index) => [name, index]));
  const rules = [...((httpIn ?? httpsIn)?.rules ?? [])];
  const order = mapFolder === undefined ? rules : rules.sort((a, b) => at(place, a) - at(place, b));
  const lines = order
    .filter(({ path, realm, httpMapped, httpsMapped }) =>
      mapFolder === undefined ? !path && realm === undefined : httpMapped || (httpsIn && httpsMapped),
    )
    .flatMap(({ hosts, backend }) => hosts.map((host) => `${host} ${backend}\n`));
  return [...new Set(lines)].join('');
}

function at(place: ReadonlyMap<string, number>, { backend }: { readonly backend: string }): number {
  return place.get(backend) ?? 0;
}

/** Lines `app-id backend`. */
export function appIdMap({ appIdIn }: Model): string {
  return appIdIn.rules.map(({ app, backend }) => `${app} ${backend}\n`).join('');
}
