/**
 * Renders the configuration of a list of apps for `meseta lb render`, without Marathon, HAProxy or open ports.
 */

import { dirname, resolve } from 'node:path';
import type { Clock } from '../../../cluster/runtime/clock';
import { hostPattern } from '../../../cluster/runtime/http/hosts';
import { StartError } from '../../../cluster/runtime/lifecycle';
import type { Logger } from '../../../cluster/runtime/log';
import type { LbConfig } from '../../config';
import { readApps } from '../../core/apps/apps';
import { printIssue } from '../../core/issues/issues';
import { buildModel } from '../../core/model/model';
import type { Maps } from '../../core/render/maps';
import { createRenderer } from '../../core/render/render';
import { emptyContext, type ModelOptions } from '../../core/services/options';
import { Resolver } from '../resolver';
import { digests, loadTemplates } from '../templates';

/** Paths in marathon-lb's image, which a configuration that is only shown has. */
const SOCKET = '/var/run/haproxy/socket';
const STATE_FILE = '/var/state/haproxy/global';
const CONFIG = '/etc/haproxy/haproxy.cfg';
const CERTIFICATE = '/etc/ssl/cert.pem';
const CONNECTIONS_MAX = 50_000;

/** Model options for a configuration that is only shown. */
export function previewOptions(config: LbConfig): ModelOptions {
  const { bindAddress: address } = config;
  const named = [...config.certificates, ...config.certificateTexts.keys()];
  const certificates = named.length > 0 ? named : [CERTIFICATE];
  return {
    groups: config.groups,
    strict: config.strictMode,
    healthCheck: config.healthCheck,
    serviceAddress: address,
    httpIn: config.bindHttpHttps ? { address, port: config.httpInPort } : undefined,
    httpsIn: config.bindHttpHttps
      ? { address, port: config.httpsInPort, certificates, http2: config.http2 }
      : undefined,
    appIdIn: { address, port: config.appIdPort },
    stats: { address: config.statsAddress, port: config.statsPort },
    admin: { address: config.httpAddress, port: config.httpPort },
    process: {
      socket: SOCKET,
      connectionsMax: CONNECTIONS_MAX,
      drainSeconds: Math.max(1, Math.round(config.reloadTimeoutMs / 1000)),
      prometheus: true,
      hostPattern: hostPattern({ allowed: config.allowedHosts }),
      noClient: false,
      stateFile: STATE_FILE,
      logs: config.accessLogs,
      logFormat: config.accessLogFormat,
      options: config.defaultOptions,
    },
    digests,
    mapFolder: config.maps ? dirname(resolve(config.haproxyConfig ?? CONFIG)) : undefined,
    groupHttps: config.groupHttps,
    longestPathFirst: config.longestPathFirst,
    portRange: config.portRange,
    templateLabels: { groups: config.templateGroups, directives: config.templateDirectives },
    replacedTemplates: new Set(config.templates.keys()),
    ownName: config.ownName,
  };
}

export interface Rendered {
  readonly config: string;
  readonly maps: Maps | undefined;
  /** One line of text for each issue. */
  readonly issues: readonly string[];
}

/** Renders Marathon's answer. Hosts in `addresses` are not looked up. */
export async function renderApps(
  config: LbConfig,
  json: unknown,
  addresses: ReadonlyMap<string, string>,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<Rendered> {
  const read = readApps(Array.isArray(json) ? { apps: json } : json);
  if ('error' in read) throw new StartError(`--apps: ${read.error}`);
  const options = previewOptions(config);
  const unknown = read.apps.map((app) => ({
    ...app,
    tasks: app.tasks.filter(({ host, ip }) => ip === undefined && !addresses.has(host)),
  }));
  const resolved = await new Resolver(clock, log).resolve(unknown);
  const { portOrder } = read;
  const context = { ...emptyContext, addresses: new Map([...resolved, ...addresses]), portOrder };
  const model = buildModel(read.apps, options, context);
  const files = createRenderer(loadTemplates(config.templates))(model);
  const issues = [...read.issues, ...model.issues].map(printIssue);
  return { config: files.config, maps: files.maps, issues };
}
