/**
 * Applies as much of a wanted model as is possible without a reload, and finds services that may stay without servers.
 *
 * Always true: the result of `keepStructure` has the structure of the running model, line for line.
 */

import type { Backend, BackendServer } from '../model/backends';
import type { Model } from '../model/model';
import { UNVERSIONED } from '../versions/versioned';

/** The running structure with the wanted servers: servers are removed, and added where HAProxy can add them. */
export function keepStructure(running: Model, wanted: Model): Model {
  const fresh = new Map(wanted.backends.map((backend) => [backend.name, backend]));
  const backends = running.backends.map((backend) => mergeServers(backend, fresh.get(backend.name)));
  return { ...running, issues: wanted.issues, backends };
}

function mergeServers(running: Backend, wanted: Backend | undefined): Backend {
  if (running.version !== UNVERSIONED && running.version === wanted?.version) return running;
  const version = UNVERSIONED;
  if (wanted === undefined)
    return running.servers.length === 0 ? running : { ...running, version, servers: [] };
  const runningServers = new Map(running.servers.map((server) => [server.name, server]));
  const mayCome = running.dynamic && wanted.dynamic;
  const servers = wanted.servers.flatMap((server): BackendServer[] => {
    const before = runningServers.get(server.name);
    if (before) return [sameLine(before, server) ? server : before];
    return mayCome ? [server] : [];
  });
  return { ...running, version, servers };
}

/** True when two lines of a server differ only in weight and administrative state. */
function sameLine(left: BackendServer, right: BackendServer): boolean {
  const text = ({ line, health }: BackendServer): string =>
    JSON.stringify([{ ...line.values, otherOptions: '' }, line.override, health?.values, health?.override]);
  return text(left) === text(right);
}

/**
 * Services of the running model that are not wanted any more but may stay without servers, because no wanted service
 * has their host names, bind address or app id. Empty when there is none, or when one of them may not stay.
 */
export function retiredServices(running: Model, wanted: Model): ReadonlySet<string> {
  const names = new Set(wanted.frontends.map(({ name }) => name));
  const gone = running.frontends.filter(({ name }) => !names.has(name));
  const retired = new Set(gone.map(({ name }) => name));
  const apps = new Set(wanted.frontends.map(({ app }) => app));
  const hosts = new Set(rulesOf(wanted).flatMap((rule) => rule.hosts));
  const places = new Set(wanted.frontends.flatMap(({ bind }) => bind ?? []));
  const free =
    gone.every(({ app, bind }) => !apps.has(app) && (bind === undefined || !places.has(bind))) &&
    rulesOf(running).every(
      ({ backend, hosts: ruleHosts }) => !retired.has(backend) || !ruleHosts.some((host) => hosts.has(host)),
    );
  return free ? retired : new Set();
}

/** The model without some of its services. */
export function withoutServices(model: Model, names: ReadonlySet<string>): Model {
  const { httpIn, httpsIn, appIdIn } = model;
  const version = UNVERSIONED;
  const stays = ({ backend }: { readonly backend: string }): boolean => !names.has(backend);
  const hosts = new Set(rulesOf(model).flatMap((rule) => (stays(rule) ? rule.hosts : [])));
  return {
    ...model,
    frontends: model.frontends.filter(({ name }) => !names.has(name)),
    backends: model.backends.filter(({ name }) => !names.has(name)),
    httpIn: httpIn && { ...httpIn, version, rules: httpIn.rules.filter(stays) },
    appIdIn: { ...appIdIn, version, rules: appIdIn.rules.filter(stays) },
    httpsIn: httpsIn && {
      ...httpsIn,
      version,
      rules: httpsIn.rules.filter(stays),
      grouped: httpsIn.grouped?.filter(({ host }) => hosts.has(host)),
    },
  };
}

function rulesOf({ httpIn, httpsIn }: Model): readonly { backend: string; hosts: readonly string[] }[] {
  return (httpIn ?? httpsIn)?.rules ?? [];
}
