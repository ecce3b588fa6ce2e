/**
 * Finds labels that are read but have no effect, or another one than they seem to have.
 */

import type { Issue } from '../issues/issues';
import type { PortLabelName } from '../labels/labels';
import type { ModelOptions } from '../services/options';
import type { Service } from '../services/service';

const HTTP_ONLY: readonly PortLabelName[] = [
  'USE_HSTS',
  'HTTP_BACKEND_PROXYPASS_PATH',
  'HTTP_BACKEND_REVPROXY_PATH',
  'HTTP_BACKEND_REDIR',
];
const NEEDS_HOSTS: readonly PortLabelName[] = ['REDIRECT_TO_HTTPS', 'BACKEND_WEIGHT', 'HTTP_BACKEND_REDIR'];
/** Algorithms that look at HTTP requests. */
const HTTP_BALANCE = /^(uri|url_param|hdr)/;
/** Templates that test a path. */
const PATH_TEMPLATE = /^HTTPS?_FRONTEND_ACL.*_PATH/;

/** Issues for the ineffective labels of one service. */
export function ineffectiveLabels(service: Service, options: ModelOptions): Issue[] {
  const { app, index, mode, check } = service;
  const effects = mode === 'http' ? httpLabels(service, options) : tcpLabels(service);
  const issues: Issue[] = effects.map(([name, text]) => ({ app, label: `HAPROXY_${index}_${name}`, text }));
  if (check?.givenPath !== undefined && mode === 'http') {
    const writtenPath = JSON.stringify(check.givenPath);
    issues.push({
      app,
      text: `HAProxy asks for ${check.path} as its health check: ${writtenPath} is no path`,
    });
  }
  return issues;
}

type IneffectiveLabel = [name: PortLabelName, text: string];

function tcpLabels({ labels }: Service): IneffectiveLabel[] {
  const text = 'needs mode http, and this port is tcp';
  const effects = HTTP_ONLY.filter((name) => labels[name]).map((name): IneffectiveLabel => [name, text]);
  if (labels.STICKY) effects.push(['STICKY', 'its cookie needs mode http, and this port is tcp']);
  if (HTTP_BALANCE.test(labels.BALANCE))
    effects.push(['BALANCE', 'needs mode http, and this port is tcp; HAProxy takes roundrobin']);
  return effects;
}

function httpLabels({ labels, overrides }: Service, options: ModelOptions): IneffectiveLabel[] {
  const { VHOST: hosts, PATH: path, HTTP_BACKEND_REDIR: target } = labels;
  const effects: IneffectiveLabel[] = [];
  if (hosts === undefined)
    for (const name of NEEDS_HOSTS) if (labels[name]) effects.push([name, 'does nothing without VHOST']);
  if (target === '/') effects.push(['HTTP_BACKEND_REDIR', 'redirects / to itself']);
  const replaced = [...Object.keys(overrides), ...(options.replacedTemplates ?? [])];
  const pattern = path?.method === undefined && path?.paths.find((start) => !start.startsWith('/'));
  if (pattern && !replaced.some((name) => PATH_TEMPLATE.test(name))) {
    const regular = /[^\w./-]/.test(pattern);
    const advice = regular ? `for a regular expression write "-m reg ${pattern}"` : `write /${pattern}`;
    effects.push(['PATH', `no path begins with ${pattern}; ${advice}`]);
  }
  return effects;
}
