/**
 * Makes the options of the core from the load balancer's configuration: listeners with chosen ports, certificates, and the
 * settings of the HAProxy process.
 */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../cluster/runtime/files/make-folder';
import { hostPattern } from '../../cluster/runtime/http/hosts';
import type { Logger } from '../../cluster/runtime/log';
import type { LbConfig } from '../config';
import type { Bind, HttpsIn, ModelOptions } from '../core/services/options';
import { withChosenPort } from './bind-check';
import { selfSigned } from './container-setup';
import { connectionsFor, type HaproxyProgram } from './find-haproxy';
import { digests } from './templates';
import { type WorkFolder, writeText } from './work-folder';

const CONNECTIONS_MAX = 50_000;

export async function modelOptions(
  config: LbConfig,
  program: HaproxyProgram,
  folder: WorkFolder,
  log: Logger,
): Promise<ModelOptions> {
  const front = (port: number): Promise<Bind> => withChosenPort({ address: config.bindAddress, port });
  const httpsIn = await httpsFront(config, folder, log);
  return {
    groups: config.groups,
    strict: config.strictMode,
    healthCheck: config.healthCheck,
    serviceAddress: config.bindAddress,
    httpIn: config.bindHttpHttps ? await front(config.httpInPort) : undefined,
    httpsIn,
    appIdIn: await front(config.appIdPort),
    stats: await withChosenPort({ address: config.statsAddress, port: config.statsPort }),
    admin: await withChosenPort({ address: config.httpAddress, port: config.httpPort }),
    process: {
      socket: folder.statsSocket,
      connectionsMax: connectionsFor(CONNECTIONS_MAX),
      drainSeconds: Math.max(1, Math.round(config.reloadTimeoutMs / 1000)),
      prometheus: program.prometheus,
      hostPattern: hostPattern({ allowed: config.allowedHosts }),
      noClient: program.capabilities.servers,
      stateFile: folder.stateFile,
      logs: config.accessLogs,
      logFormat: config.accessLogFormat,
      options: logOptions(config),
    },
    digests,
    mapFolder: config.maps ? dirname(folder.config) : undefined,
    groupHttps: config.groupHttps,
    longestPathFirst: config.longestPathFirst,
    portRange: config.portRange,
    templateLabels: { groups: config.templateGroups, directives: config.templateDirectives },
    replacedTemplates: new Set(config.templates.keys()),
    ownName: config.ownName,
  };
}

/** Adds `httplog` when requests are logged and --access-log-format is not set. */
function logOptions({ accessLogs, accessLogFormat, defaultOptions }: LbConfig): readonly string[] {
  return accessLogs.length > 0 && accessLogFormat === undefined
    ? [...new Set([...defaultOptions, 'httplog'])].sort()
    : defaultOptions;
}

const DEFAULT_CERTIFICATE = '/etc/ssl/cert.pem';

/** The HTTPS frontend, when there is a certificate. A configuration that is only written may name a missing one. */
async function httpsFront(config: LbConfig, folder: WorkFolder, log: Logger): Promise<HttpsIn | undefined> {
  if (!config.bindHttpHttps) return undefined;
  const certificates = [...config.certificates];
  for (const [name, text] of config.certificateTexts) {
    makeFolder(folder.certificates);
    const path = join(folder.certificates, name);
    writeText(path, text);
    certificates.push(path);
  }
  if (certificates.length === 0 && config.selfSigned && config.sse && !existsSync(DEFAULT_CERTIFICATE))
    certificates.push(await selfSigned(join(folder.certificates, 'self-signed.pem'), log));
  const onlyText = config.dry || (!config.sse && config.skipValidation);
  if (certificates.length === 0 && (onlyText || existsSync(DEFAULT_CERTIFICATE)))
    certificates.push(DEFAULT_CERTIFICATE);
  if (certificates.length === 0) return undefined;
  const bind = await withChosenPort({ address: config.bindAddress, port: config.httpsInPort });
  return { ...bind, certificates, http2: config.http2 };
}
