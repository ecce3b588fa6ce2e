/**
 * Pages about the process: files, logging, system, metrics, the registry, help. Every master answers them, also one
 * that does not lead.
 */

import type { Registry } from '../../../api/generated/internal';
import type { Resource } from '../../../api/generated/mesos';
import { encodeJson } from '../../../api/json-write';
import { isAllowed, thing } from '../../../model/authorizer';
import type { Principal } from '../../../model/principal';
import { readResources, writeShownResources } from '../../../model/resources';
import { filesRoutes } from '../../../runtime/files/routes';
import { findAttachedIn, VirtualFiles } from '../../../runtime/files/virtual-files';
import { principalOf } from '../../../runtime/http/access';
import { commonRoutes } from '../../../runtime/http/common-pages';
import { helpRoutes } from '../../../runtime/http/help-pages';
import { sendJson, sendText } from '../../../runtime/http/json';
import { metricsPage } from '../../../runtime/http/metrics-page';
import { always, type Handler, type Request, type Route } from '../../../runtime/http/server';
import { writeRecord } from '../../core/registry/stored-form';
import type { MasterState } from '../../core/state/state';
import { READONLY, READWRITE } from '../authentication';
import { FORBIDDEN, type OperatorContext } from './operator-door';

/** The virtual path of the master's log. */
const LOG_PATH = '/master/log';

/** The files that `/files` serves: the log, if that is a file. */
export function masterFiles(logFile: string | undefined, read: OperatorContext['read']): VirtualFiles {
  const may = (sender: Principal | undefined): boolean =>
    read(({ boot }) => isAllowed(boot.settings.acls, 'access_mesos_logs', sender));
  return new VirtualFiles(
    findAttachedIn(new Map(logFile === undefined ? [] : [[LOG_PATH, { real: logFile, may }]])),
  );
}

export function helperRoutes(door: OperatorContext): Route[] {
  const mayUse = (path: string) => (request: Request) => isEndpointOpen(door, path, request);
  const registry: Handler = (request, reply) =>
    sendJson(
      request,
      reply,
      door.read((state) => encodeJson('mesos.internal.Registry', printRegistry(state))),
    );
  return [
    ...filesRoutes({
      files: door.files,
      realm: READONLY,
      attached: () => (door.logFile === undefined ? {} : { [LOG_PATH]: door.logFile }),
      mayDebug: mayUse('/files/debug'),
    }),
    ...commonRoutes({
      verbosity: door.verbosity,
      realms: { readonly: READONLY, readwrite: READWRITE },
      mayToggle: mayUse('/logging/toggle'),
    }),
    { path: '/metrics/snapshot', realm: READONLY, methods: { GET: metrics(door) }, anyMethod: always },
    { path: '/registrar(1)/registry', realm: READONLY, methods: { GET: registry }, anyMethod: always },
  ];
}

/** The registry as the original prints it: without empty lists, and with the older `role` of resources. */
function printRegistry({ registry }: MasterState): Registry {
  const { slaves, unreachable, gone, machines, ...rest } = writeRecord(registry);
  const shown = (slaves?.slaves ?? []).map(({ info, ...intent }) => ({
    info: { ...info, resources: writeShownResources(readResources(info.resources)) as Resource[] },
    ...intent,
  }));
  return {
    ...rest,
    slaves: { slaves: shown },
    ...(unreachable?.slaves?.length && { unreachable }),
    ...(gone?.slaves?.length && { gone }),
    ...(machines?.machines?.length && { machines }),
  };
}

/** Adds the pages of `/help`, which list all routes. */
export function withHelp(routes: readonly Route[]): Route[] {
  return [...routes, ...helpRoutes('master', routes)];
}

function metrics(door: OperatorContext): Handler {
  const page = metricsPage(door.metrics);
  return (request, reply) =>
    isEndpointOpen(door, '/metrics/snapshot', request)
      ? page(request, reply)
      : sendText(reply, 403, FORBIDDEN);
}

/** True when the sender may use an endpoint (ACL `get_endpoints`). */
function isEndpointOpen(door: OperatorContext, path: string, request: Request): boolean {
  return door.read(({ boot }) =>
    isAllowed(boot.settings.acls, 'get_endpoints', principalOf(request), thing(path)),
  );
}
