/**
 * Routes that every process of Mesos has: files, logging, system, help.
 */

import type { Acls } from '../../../model/acls';
import { isAllowed, thing } from '../../../model/authorizer';
import { filesRoutes } from '../../../runtime/files/routes';
import { principalOf } from '../../../runtime/http/access';
import { commonRoutes } from '../../../runtime/http/common-pages';
import { helpRoutes } from '../../../runtime/http/help-pages';
import { sendText } from '../../../runtime/http/json';
import type { Handler, Request, Route } from '../../../runtime/http/server';
import type { Verbosity } from '../../../runtime/verbosity';
import { agentFiles, attachedSandboxes, type SandboxOptions } from '../work-folder/sandboxes';
import { READONLY, READWRITE } from './authentication';

/** The agent's routes with the common ones, and the pages of help about all of them. */
export function withHelpers(
  agentPages: readonly Route[],
  sandboxes: SandboxOptions,
  verbosity: Verbosity,
): Route[] {
  const may = (path: string) => (request: Request) => mayUse(sandboxes.acls, path, request);
  const routes = [
    ...agentPages,
    ...filesRoutes({
      files: agentFiles(sandboxes),
      realm: READONLY,
      attached: () => attachedSandboxes(sandboxes),
      mayDebug: may('/files/debug'),
    }),
    ...commonRoutes({
      verbosity,
      realms: { readonly: READONLY, readwrite: READWRITE },
      mayToggle: may('/logging/toggle'),
    }),
  ];
  return [...routes, ...helpRoutes('slave(1)', routes)];
}

function mayUse(acls: Acls | undefined, path: string, request: Request): boolean {
  return isAllowed(acls, 'get_endpoints', principalOf(request), thing(path));
}

/** A handler that is closed to principals whom `get_endpoints` refuses. */
export function endpoint(acls: Acls | undefined, path: string, handler: Handler): Handler {
  return (request, reply) =>
    mayUse(acls, path, request) ? handler(request, reply) : sendText(reply, 403, '403 Forbidden.');
}
