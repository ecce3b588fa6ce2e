/**
 * The master's HTTP server: its routes, which only the leader answers, and the place and access of its port.
 */

import { readFirewall } from '../../../runtime/http/firewall';
import { OTHER_PROCESSES } from '../../../runtime/http/help-pages';
import { hostRule } from '../../../runtime/http/hosts';
import type { ServerPlan } from '../../../runtime/process';
import type { MasterConfig } from '../../config';
import { AUTHENTICATION_FLAGS, masterAccess } from '../authentication';
import type { MasterParts } from '../parts';
import { helperRoutes, withHelp } from './helper-routes';
import { leaderOnly } from './leader';
import { masterRoutes } from './routes';

const BODY_MAX_BYTES = 64 * 1024 * 1024;

export function masterServer(config: MasterConfig, parts: MasterParts): ServerPlan {
  const { schedulers, operators, libprocess, context } = parts;
  const ownRoutes = masterRoutes(schedulers, operators);
  const routes = withHelp([...leaderOnly(ownRoutes, operators.leadership), ...helperRoutes(operators)]);
  return {
    what: 'the master',
    about: 'The state of the cluster is at /state, the operator API at /api/v1, all pages at /help.',
    address: config.ip,
    port: config.port,
    addressFlag: '--ip',
    portFlag: '--port',
    insecure: config.insecure,
    hosts: hostRule({ advertised: [config.hostname], allowed: config.allowed_hosts }),
    jsonp: config.jsonp,
    access: masterAccess(config, context),
    credentialsFlag: AUTHENTICATION_FLAGS,
    libprocess,
    paths: {
      main: 'master',
      others: OTHER_PROCESSES,
      known: routes.map(({ path }) => path),
      disabled: readFirewall(config.firewall_rules),
    },
    compress: true,
    routes,
    notFound: (_request, reply) => reply.code(404).type('text/plain; charset=utf-8').send('404 Not Found.'),
    bodyMaxBytes: BODY_MAX_BYTES,
  };
}
