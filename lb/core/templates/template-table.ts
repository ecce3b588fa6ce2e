/**
 * The one table of marathon-lb's templates, with the placeholders that a replacement may use.
 *
 * The default texts are in `templates/`. A replacement of a `format` template has placeholders `{name}`, and doubled
 * braces for HAProxy's own; one of a `raw` template is used as it is.
 */

export interface TemplateRow {
  readonly kind: 'raw' | 'format';
  readonly placeholders: readonly string[];
  /** True when the label `HAPROXY_{n}_NAME` may replace the template for one port. */
  readonly label: boolean;
}

const raw = (label = false): TemplateRow => ({ kind: 'raw', placeholders: [], label });
const format = (placeholders: string, label = true): TemplateRow => ({
  kind: 'format',
  placeholders: placeholders.split(' '),
  label,
});

const HEALTH = [
  'healthCheck',
  'healthCheckPortIndex',
  'healthCheckPort',
  'healthCheckProtocol',
  'healthCheckPath',
  'healthCheckTimeoutSeconds',
  'healthCheckIntervalSeconds',
  'healthCheckGracePeriodSeconds',
  'healthCheckMaxConsecutiveFailures',
  'healthCheckFalls',
  'healthCheckPortOptions',
].join(' ');
const VHOST = 'backend cleanedUpHostname hostname appId realm path';

export const templateTable = {
  HEAD: raw(),
  USERLIST_HEAD: format('backend user passwd'),
  HTTP_FRONTEND_HEAD: raw(),
  HTTP_FRONTEND_APPID_HEAD: raw(),
  HTTPS_FRONTEND_HEAD: format('sslCerts', false),
  HTTPS_GROUPED_FRONTEND_HEAD: raw(),
  HTTPS_GROUPED_VHOST_FRONTEND_ACL: format('backend host', false),
  HTTPS_GROUPED_VHOST_BACKEND_HEAD: format('name', false),
  HTTPS_GROUPED_VHOST_FRONTEND_HEAD: format('name sslCerts bindOpts', false),
  HTTP_BACKEND_ACL_ALLOW_DENY: raw(),
  TCP_BACKEND_ACL_ALLOW_DENY: raw(),
  FRONTEND_HEAD: format('bindAddr backend servicePort mode sslCert bindOptions'),
  FRONTEND_BACKEND_GLUE: format('backend'),
  BACKEND_HEAD: format('backend balance mode'),
  BACKEND_REDIRECT_HTTP_TO_HTTPS: format('cleanedUpHostname bindAddr'),
  BACKEND_REDIRECT_HTTP_TO_HTTPS_WITH_PATH: format('cleanedUpHostname bindAddr backend'),
  BACKEND_HSTS_OPTIONS: raw(true),
  BACKEND_HTTP_OPTIONS: raw(true),
  BACKEND_STICKY_OPTIONS: raw(true),
  HTTP_BACKEND_PROXYPASS_GLUE: format('hostname proxypath'),
  HTTP_BACKEND_REVPROXY_GLUE: format('hostname rootpath'),
  HTTP_BACKEND_REDIR: format('hostname redirpath', false),
  HTTP_BACKEND_NETWORK_ALLOWED_ACL: format('network_allowed'),
  TCP_BACKEND_NETWORK_ALLOWED_ACL: format('network_allowed'),
  BACKEND_HTTP_HEALTHCHECK_OPTIONS: format(HEALTH),
  BACKEND_TCP_HEALTHCHECK_OPTIONS: format(HEALTH),
  BACKEND_SERVER_HTTP_HEALTHCHECK_OPTIONS: format(HEALTH),
  BACKEND_SERVER_TCP_HEALTHCHECK_OPTIONS: format(HEALTH),
  BACKEND_SERVER_OPTIONS: format(
    'host host_ipv4 port serverName serverId cookieOptions healthCheckOptions otherOptions',
  ),
  HTTP_FRONTEND_ACL: format(VHOST),
  HTTP_FRONTEND_ACL_ONLY: format(VHOST),
  HTTP_FRONTEND_ROUTING_ONLY: format(VHOST),
  HTTP_FRONTEND_ACL_WITH_PATH: format(VHOST),
  HTTP_FRONTEND_ACL_ONLY_WITH_PATH: format(VHOST),
  HTTP_FRONTEND_ROUTING_ONLY_WITH_PATH: format(VHOST),
  HTTP_FRONTEND_ACL_WITH_AUTH: format(VHOST),
  HTTP_FRONTEND_ROUTING_ONLY_WITH_AUTH: format(VHOST),
  HTTP_FRONTEND_ACL_WITH_AUTH_AND_PATH: format(VHOST),
  HTTP_FRONTEND_ACL_ONLY_WITH_PATH_AND_AUTH: format(VHOST),
  HTTP_FRONTEND_ROUTING_ONLY_WITH_PATH_AND_AUTH: format(VHOST),
  HTTP_FRONTEND_APPID_ACL: format('cleanedUpAppId hostname appId backend'),
  MAP_HTTP_FRONTEND_ACL: format('haproxy_dir', false),
  MAP_HTTP_FRONTEND_ACL_ONLY: format('haproxy_dir', false),
  MAP_HTTP_FRONTEND_APPID_ACL: format('haproxy_dir', false),
  MAP_HTTPS_FRONTEND_ACL: format('haproxy_dir hostname', false),
  HTTPS_FRONTEND_ACL: format(VHOST),
  HTTPS_FRONTEND_ACL_WITH_PATH: format(VHOST),
  HTTPS_FRONTEND_ACL_ONLY_WITH_PATH: format(VHOST),
  HTTPS_FRONTEND_ACL_WITH_AUTH: format(VHOST),
  HTTPS_FRONTEND_ACL_WITH_AUTH_AND_PATH: format(VHOST),
  HTTPS_FRONTEND_AUTH_ACL_ONLY: format(VHOST, false),
  HTTPS_FRONTEND_AUTH_REQUEST_ONLY: format(VHOST, false),
  HTTPS_FRONTEND_ROUTING_ONLY_WITH_PATH_AND_AUTH: format(VHOST, false),
} as const satisfies Readonly<Record<string, TemplateRow>>;

export type TemplateName = keyof typeof templateTable;
export const templateNames = Object.keys(templateTable) as readonly TemplateName[];

/** Names that marathon-lb lists as labels but never reads; they have no effect. */
export const DEAD_LABELS: ReadonlySet<string> = new Set([
  'MAP_HTTP_FRONTEND_ACL',
  'MAP_HTTP_FRONTEND_ACL_ONLY',
  'MAP_HTTP_FRONTEND_APPID_ACL',
  'MAP_HTTPS_FRONTEND_ACL',
]);

/** The template reference as a Markdown table. */
export function templateReference(): string {
  const rows = templateNames.map((name) => {
    const { kind, placeholders, label }: TemplateRow = templateTable[name];
    const shown = placeholders.map((placeholder) => `\`{${placeholder}}\``).join(' ');
    const by = label ? `, \`HAPROXY_{n}_${name}\`` : '';
    return `| \`HAPROXY_${name}\`${by} | ${kind === 'raw' ? 'stands as it is' : shown} |`;
  });
  return ['| environment or file, label | placeholders |', '| --- | --- |', ...rows].join('\n');
}

/** Values for the placeholders of a template. */
export type TemplateValues = Readonly<Record<string, unknown>>;

/** One use of a template in the configuration: its values, and the template label that replaces its text, if any. */
export interface Snippet {
  readonly template: TemplateName;
  readonly values: TemplateValues;
  readonly override?: string | undefined;
}
